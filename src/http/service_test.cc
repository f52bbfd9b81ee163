// What a request that is refused costs the store, and what is decided by its head.
#include "http/service.h"

#include <atomic>

#include <doctest/doctest.h>

#include "base/limits.h"
#include "http/routes.h"

namespace lectern::http {
namespace {

/// Counts what it is asked, and has nothing.
class CountingStore final : public store::StatementStore {
 public:
  std::atomic<int> calls{0};
  Result<std::vector<store::AppendOutcome>> append(const store::Context&, std::span<store::Row>,
                                                   store::OnConflict) override {
    return away();
  }
  Result<std::vector<store::StoredStatement>> find(const store::Context&,
                                                   std::span<const Uuid>) override {
    ++calls;
    return std::vector<store::StoredStatement>{};
  }
  Result<store::Page> query(const store::Context&, const store::Filter&,
                            const store::PageRequest&) override {
    ++calls;
    return store::Page{};
  }
  Result<Time> consistent_through(const store::Context&) override {
    ++calls;
    return Time{} + std::chrono::hours(24);
  }
  store::Health health() override {
    ++calls;
    return store::Health::away;
  }

 private:
  tl::unexpected<Error> away() {
    ++calls;
    return fail(Code::unavailable, "away");
  }
};

/// Counts what it is asked, and has nothing.
class CountingDocuments final : public store::DocumentStore {
 public:
  std::atomic<int> calls{0};
  Result<std::vector<std::optional<store::Document>>> get_many(
      const store::Context&, std::span<const store::DocumentKey> keys, store::Freshness) override {
    ++calls;
    return std::vector<std::optional<store::Document>>(keys.size());
  }
  Result<std::vector<bool>> put_many(const store::Context&,
                                     std::span<const store::DocumentWrite> writes) override {
    ++calls;
    return std::vector<bool>(writes.size(), true);
  }
  Result<bool> erase(const store::Context&, const store::DocumentKey&,
                     const store::Expect&) override {
    ++calls;
    return true;
  }
  Result<std::vector<store::DocumentName>> list(const store::Context&, const store::DocumentSpace&,
                                                std::optional<Time>) override {
    ++calls;
    return std::vector<store::DocumentName>{};
  }
  Result<void> erase_all(const store::Context&, const store::DocumentSpace&) override {
    ++calls;
    return {};
  }
};

/// Likewise.
class CountingBlobs final : public store::BlobStore {
 public:
  std::atomic<int> calls{0};
  Result<void> put(const store::Context&, std::span<const store::Blob>) override {
    ++calls;
    return {};
  }
  Result<std::optional<std::uint64_t>> size(const store::Context&, std::string_view) override {
    ++calls;
    return std::nullopt;
  }
  Result<std::string> read(const store::Context&, std::string_view, std::uint64_t,
                           std::size_t) override {
    ++calls;
    return std::string();
  }
};

/// Knows `good`, and `bare`, who may nothing. Remembers who was checked, and counts the checks.
class OneUser final : public auth::Authenticator {
 public:
  int checks = 0;
  Result<auth::PrincipalPtr> authenticate(const auth::Attempt& attempt) override {
    if (!attempt.header.empty()) ++checks;
    if (attempt.header != "good" && attempt.header != "bare")
      return fail(Code::unauthenticated, "Invalid authentication credentials");
    auth::Principal principal;
    principal.username = "ada";
    if (attempt.header == "good") principal.scopes.add(auth::Scope::statements_read);
    const auto checked = std::make_shared<const auth::Principal>(principal);
    if (attempt.header == "good") known_ = checked;
    return checked;
  }
  std::optional<Result<auth::PrincipalPtr>> remembered(const auth::Attempt& attempt) override {
    if (attempt.header.empty())
      return fail(Code::unauthenticated, "Invalid authentication credentials");
    if (attempt.header != "good" || !known_) return std::nullopt;
    return known_;
  }
  std::string challenge() const override { return "Test"; }

 private:
  std::shared_ptr<const auth::Principal> known_;
};

struct Service {
  CountingStore statements;
  CountingDocuments documents;
  CountingBlobs blobs;
  metrics::Registry registry;
  lrs::Lrs lrs{{statements, documents, blobs}, scopes(), lrs::Counters(registry)};
  OneUser users;
  Application app{lrs, users, registry, quiet(), Cors({"*"})};

  int store_calls() const { return statements.calls + documents.calls + blobs.calls; }

  static lrs::Options scopes() {
    lrs::Options options;
    options.restrict_by_authority = options.restrict_by_scopes = true;
    return options;
  }
  static ServiceOptions quiet() {
    ServiceOptions options;
    options.access_log = false;
    return options;
  }
};

Request request(const std::string& method, const std::string& path, const std::string& user,
                const std::string& query = "") {
  Request out;
  out.method = method;
  out.path = path;
  out.query = query;
  out.id = "id-1";
  out.headers.add("Origin", "https://lms.example");
  if (!user.empty()) out.headers.add("Authorization", user);
  return out;
}

TEST_CASE("nothing of the body is taken of who is not known, may not, or has no such route") {
  Service service;
  const auto ask = [&](Request head) {
    const auto admission = admit(service.app, head, true, true);
    return admission.answer ? admission.answer->status : 0;
  };
  CHECK(ask(request("POST", "/xAPI/statements", "")) == 401);
  CHECK(ask(request("POST", "/xAPI/statements", "bad")) == 401);
  CHECK(ask(request("POST", "/xAPI/statements", "good")) == 403);
  CHECK(ask(request("POST", "/nowhere", "good")) == 404);
  CHECK(ask(request("PATCH", "/xAPI/statements", "good")) == 405);
  CHECK(ask(request("POST", "/xAPI/statements", "bad", "method=GET")) == 401);
  auto other_version = request("POST", "/xAPI/statements", "good");
  other_version.headers.add("X-Experience-API-Version", "3.0");
  CHECK(ask(other_version) == 400);
  CHECK(ask(request("GET", "/__lbheartbeat__", "")) == 200);
  CHECK(service.statements.calls == 0);
}

TEST_CASE("whoever asks for the heartbeat, the store is asked ten times a second at most") {
  Service service;
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 500; ++i) {
    auto ask = request("GET", "/__heartbeat__", "");
    CHECK(serve(service.app, ask).status == 500);
  }
  const auto age_max = HealthProbe::age_max;
  CHECK(service.statements.calls <= 1 + (std::chrono::steady_clock::now() - began) / age_max);
}

TEST_CASE("a form without Authorization is taken up to its bound, other bodies as who asks may") {
  Service service;
  auto form = request("POST", "/xAPI/statements", "", "method=GET");
  const auto stranger = admit(service.app, form, true, false);
  CHECK_FALSE(stranger.answer.has_value());
  CHECK(stranger.body_bytes_max == limits::stranger_body_bytes_max);
  auto known_form = request("POST", "/xAPI/statements", "good", "method=GET");
  const auto known = admit(service.app, known_form, true, true);
  CHECK_FALSE(known.answer.has_value());
  CHECK(known.body_bytes_max > limits::stranger_body_bytes_max);
}

TEST_CASE("only credentials that are not remembered need a worker") {
  Service service;
  auto head = request("GET", "/whoami", "good");
  CHECK(admit(service.app, head, true, false).undecided);
  CHECK(service.users.checks == 0);
  CHECK_FALSE(admit(service.app, head, true, true).undecided);
  auto again = request("GET", "/whoami", "good");
  const auto admission = admit(service.app, again, true, false);
  CHECK_FALSE(admission.undecided);
  CHECK_FALSE(admission.answer.has_value());
  REQUIRE(again.principal != nullptr);
  CHECK(serve(service.app, again).status == 200);
  CHECK(service.users.checks == 1);  // not a second time for the same request
}

TEST_CASE("of no resource does a request that is refused by its head ask anything of a store") {
  Service service;
  const auto ask = [&](std::string_view method, const std::string& path, const std::string& user) {
    auto one = request(std::string(method), path, user,
                       "activityId=http%3A%2F%2Fa.org%2Fx&stateId=s&profileId=p&agent="
                       "%7B%22mbox%22%3A%22mailto%3Aa%40b.c%22%7D&statementId=" +
                           Uuid::random().text());
    one.headers.add("X-Experience-API-Version", "1.0.3");
    one.headers.add("Content-Type", "application/json");
    one.body = Body(std::string("{}"));
    return serve(service.app, one).status;
  };
  std::size_t closed = 0;
  for (const Route& route : routes()) {
    CAPTURE(route.method);
    CAPTURE(route.path);
    const std::string path(route.path);
    CHECK(ask("BREW", path, "") == 405);
    CHECK(ask(route.method, (path == "/" ? "" : path) + "/nowhere", "good") == 404);
    if (route.open) continue;
    ++closed;
    CHECK(ask(route.method, path, "") == 401);
    CHECK(ask(route.method, path, "unknown") == 401);
    if (route.scope) CHECK(ask(route.method, path, "bare") == 403);
  }
  CHECK(closed >= 20);
  CHECK(service.store_calls() == 0);
}

TEST_CASE("a refused request asks nothing of the store, and tells what was told last") {
  Service service;
  const auto ask = [&](const std::string& method, const std::string& user) {
    auto one = request(method, "/xAPI/statements", user, "limit=1");
    return serve(service.app, one);
  };
  CHECK(ask("GET", "").status == 401);
  CHECK(ask("PATCH", "").status == 405);
  CHECK(ask("POST", "good").status == 403);
  CHECK(service.statements.calls == 0);
  const auto good = ask("GET", "good");
  CHECK(good.status == 200);
  const auto through = good.headers.find("X-Experience-API-Consistent-Through");
  REQUIRE(through);
  const int calls = service.statements.calls;
  const auto refused = ask("GET", "");
  CHECK(refused.status == 401);
  CHECK(refused.headers.find("X-Experience-API-Consistent-Through") == through);
  CHECK(service.statements.calls == calls);
}

TEST_CASE("an answer of the server's own has what every answer has") {
  Service service;
  auto one = request("GET", "/xAPI/statements", "good");
  serve(service.app, one);
  const int calls = service.statements.calls;
  for (const char* path : {"/xAPI/statements", "/nowhere"}) {
    auto broken = request("POST", path, "good");
    broken.headers.add("X-Experience-API-Version", "2.0.0");
    Response response;
    response.status = 413;
    complete_own_answer(service.app, broken, response);
    CHECK(response.headers.find("X-Request-ID") == "id-1");
    CHECK(response.headers.find("Access-Control-Allow-Origin") == "*");
    CHECK(response.headers.find("X-Experience-API-Consistent-Through").has_value() ==
          (std::string_view(path) != "/nowhere"));
    if (std::string_view(path) != "/nowhere")
      CHECK(response.headers.find("X-Experience-API-Version") == "2.0.0");
  }
  CHECK(service.statements.calls == calls);
}

TEST_CASE("POST with method=HEAD is answered without a body that it would not expect") {
  Service service;
  auto form = request("POST", "/whoami", "good", "method=HEAD");
  form.body = Body(std::string("a=b"));
  const auto response = serve(service.app, form);
  CHECK(response.status == 200);
  CHECK(response.body.empty());
}

}  // namespace
}  // namespace lectern::http
