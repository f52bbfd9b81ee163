#include "lrs/forwarding/forwarder.h"

#include <functional>
#include <list>
#include <set>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/concurrency/mutex.h"
#include "base/digest.h"
#include "lrs/record.h"
#include "net/loopback_server.h"
#include "store/memory/blobs.h"
#include "store/memory/documents.h"
#include "store/memory/statements.h"

namespace lectern::lrs {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Request = net::LoopbackServer::Request;

/// How long is waited for what is to happen.
constexpr auto patience = 30s;

void await(const char* what, const std::function<bool()>& condition) {
  for (const auto give_up = Clock::now() + patience; !condition();) {
    REQUIRE_MESSAGE(Clock::now() < give_up, what);
    std::this_thread::sleep_for(5ms);
  }
}

/// A receiver that notes what it is sent, and answers with the ids or as it is told.
struct Receiving {
  Mutex mutex;
  std::vector<std::string> taken GUARDED_BY(mutex);  // ids, in the order in which they came
  std::vector<Clock::time_point> asked GUARDED_BY(mutex);
  std::string bodies GUARDED_BY(mutex);  // of the last request
  std::function<std::string(const Request&)> answer_otherwise GUARDED_BY(mutex);  // "": the ids

  net::LoopbackServer server{[this](const Request& request) { return answer(request); }};

  std::string answer(const Request& request) {
    std::function<std::string(const Request&)> otherwise;
    {
      const MutexLock lock(mutex);
      asked.push_back(Clock::now());
      bodies = request.body;
      otherwise = answer_otherwise;
    }
    if (otherwise)
      if (auto said = otherwise(request); !said.empty()) return said;
    const MutexLock lock(mutex);
    std::string ids;
    for (const auto& id : ids_in(request.body)) {
      taken.push_back(id);
      ids += (ids.empty() ? "\"" : ",\"") + id + "\"";
    }
    return "200 OK\r\nContent-Type: application/json\r\n\r\n[" + ids + "]";
  }

  static std::vector<std::string> ids_in(const std::string& body) {
    const auto begin = body.find("[{"), end = body.rfind("}]");
    const auto document = json::parse(body.substr(begin, end + 2 - begin)).value();
    std::vector<std::string> ids;
    for (const auto one : document->root().children()) ids.emplace_back(one.find("id")->string());
    return ids;
  }

  void otherwise(std::function<std::string(const Request&)> answer) {
    const MutexLock lock(mutex);
    answer_otherwise = std::move(answer);
  }
  std::vector<std::string> all_taken() {
    const MutexLock lock(mutex);
    return taken;
  }
  /// How many different ones were taken.
  std::size_t count() {
    const MutexLock lock(mutex);
    return std::set(taken.begin(), taken.end()).size();
  }
  std::size_t requests() {
    const MutexLock lock(mutex);
    return asked.size();
  }
  Receiver receiver() const {
    Receiver receiver;
    receiver.url = server.url() + "/xAPI/statements";
    receiver.username = "u";
    receiver.password = "p";
    return receiver;
  }
};

/// A store, and what is written to it.
struct Source {
  store::memory::MemoryStatements statements;
  store::memory::MemoryDocuments documents;
  store::memory::MemoryBlobs blobs;
  metrics::Registry registry;
  Lrs lrs{{statements, documents, blobs}, {}, Counters(registry)};
  auth::Principal principal;

  Source() {
    principal.agent_json = R"({"mbox":"mailto:lrs@example.org"})";
    principal.agent_ifi = "mbox:mailto:lrs@example.org";
    principal.scopes.add(auth::Scope::all);
  }

  std::unique_ptr<Forwarder> forward_to(const Receiver& receiver,
                                        const ForwardingOptions& options = {}) {
    return std::make_unique<Forwarder>(StoreRefs{statements, documents, blobs},
                                       std::vector{receiver}, std::vector<std::string>{}, options);
  }

  /// Stores one, and tells its id.
  std::string post(const std::string& more = "", std::span<const AttachmentContent> contents = {}) {
    const auto id = Uuid::random().text();
    const auto document =
        json::parse(R"({"id":")" + id +
                    R"(","actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"http://a.org/v"},)"
                    R"("object":{"id":"http://a.org/o"})" +
                    more + "}")
            .value();
    Submission submission{.body = document->root(),
                          .version = xapi::Version::v1_0_3,
                          .statement_id = {},
                          .contents = contents,
                          .partial = false};
    REQUIRE(record(lrs, principal, submission));
    return id;
  }
};

/// So that one begins where another test's ends.
Receiver from_the_beginning(const Receiving& receiving) {
  auto receiver = receiving.receiver();
  receiver.from = Time{};
  return receiver;
}

ForwardingOptions quick() {
  ForwardingOptions options;
  options.backoff_first = 10ms;
  options.backoff_most = 50ms;
  return options;
}

}  // namespace

TEST_CASE("a position is moved by who knows it only, and never back") {
  store::memory::MemoryDocuments documents;
  ForwardingState state(documents);
  const auto at = [](int second) {
    xapi::Position position;
    position.stored = Time{std::chrono::seconds(second)};
    return position;
  };
  const auto first = state.move("r", "", std::nullopt, at(1)).value();
  REQUIRE(first);
  CHECK_FALSE(state.move("r", "", std::nullopt, at(9)).value());
  const auto slow = state.served("r", "").value();
  const auto quick = state.move("r", "", first, at(5)).value();
  REQUIRE(quick);
  // The slower of two has sent less, and comes later.
  CHECK_FALSE(state.move("r", "", slow, at(2)).value());
  CHECK(state.served("r", "").value()->position == at(5));
  CHECK(state.move("r", "", quick, at(6)).value());
}

TEST_CASE("the right to serve a receiver outlives one that takes longer than its term") {
  Source source;
  Receiving receiving;
  receiving.otherwise([](const Request&) {
    std::this_thread::sleep_for(4s);
    return std::string();
  });
  auto options = quick();
  options.lease = 1500ms;
  source.post();
  const auto one = source.forward_to(from_the_beginning(receiving), options);
  await("it is being sent", [&] { return receiving.requests() == 1; });
  const auto other = source.forward_to(from_the_beginning(receiving), options);
  await("it is taken", [&] { return receiving.count() == 1; });
  source.post();
  await("the next is taken", [&] { return receiving.count() == 2; });
  CHECK(receiving.requests() == 2);
}

TEST_CASE("another process goes on at once when a sender is told to end, also in the middle") {
  Source source;
  std::atomic<bool> hangs = true;
  Receiving receiving;
  receiving.otherwise([&](const Request&) {
    while (hangs) std::this_thread::sleep_for(5ms);
    return std::string();
  });
  source.post();
  auto one = source.forward_to(from_the_beginning(receiving));
  await("it is being sent", [&] { return receiving.requests() == 1; });
  const auto other = source.forward_to(from_the_beginning(receiving));
  const auto began = Clock::now();
  one.reset();
  CHECK(Clock::now() - began < 8s);  // a second, and some; the receiver has ten
  hangs = false;
  await("the other sends it", [&] { return receiving.requests() == 2; });
  CHECK(Clock::now() - began < 12s);  // the term is 15 s
}

TEST_CASE("a receiver that asks for a pause gets it") {
  Source source;
  Receiving receiving;
  receiving.otherwise([&](const Request&) {
    return receiving.requests() == 1
               ? std::string("503 Service Unavailable\r\nRetry-After: 2\r\n\r\n")
               : std::string();
  });
  source.post();
  const auto forwarder = source.forward_to(from_the_beginning(receiving), quick());
  await("it is taken", [&] { return receiving.count() == 1; });
  const MutexLock lock(receiving.mutex);
  CHECK(receiving.asked[1] - receiving.asked[0] >= 2s);
}

TEST_CASE("a gateway that refuses everything is an outage, whatever was taken before") {
  for (const bool taken_before : {false, true}) {
    CAPTURE(taken_before);
    Source source;
    Receiving receiving;
    std::size_t sent = 0;
    const auto forwarder = source.forward_to(from_the_beginning(receiving), quick());
    const auto refuse = [](const Request&) {
      return std::string("400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    };
    if (!taken_before) receiving.otherwise(refuse);
    source.post();
    ++sent;
    if (taken_before) await("the first is taken", [&] { return receiving.count() == 1; });
    receiving.otherwise(refuse);
    for (int i = 0; i < 40; ++i, ++sent) source.post();
    const auto before = receiving.requests();
    await("it was tried again", [&] { return receiving.requests() > before + 60; });
    CHECK(forwarder->dead_letters().value().empty());
    CHECK(forwarder->status().front().trouble.find("refuses everything") == 0);
    receiving.otherwise({});
    await("all are taken", [&] { return receiving.count() == sent; });
    await("all is well", [&] { return forwarder->status().front().trouble.empty(); });
    CHECK(forwarder->status().front().refused == 0);
  }
}

TEST_CASE("an outage that begins and ends in the midst of a batch makes no dead letters") {
  for (const std::size_t first : {0, 1, 2, 6, 20})
    for (const std::size_t count : {1, 2, 5, 9, 30}) {
      CAPTURE(first);
      CAPTURE(count);
      Source source;
      Receiving receiving;
      receiving.otherwise([&receiving, first, count](const Request&) {
        const auto number = receiving.requests() - 1;
        return number >= first && number < first + count
                   ? std::string("400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                   : std::string();
      });
      for (std::size_t i = 0; i < 40; ++i) source.post();
      const auto forwarder = source.forward_to(from_the_beginning(receiving), quick());
      await("all are taken", [&] { return receiving.count() == 40; });
      CHECK(forwarder->dead_letters().value().empty());
      CHECK(forwarder->status().front().refused == 0);
    }
}

TEST_CASE("single statements that a receiver refuses are dead letters, the others arrive") {
  Source source;
  Receiving receiving;
  const auto forwarder = source.forward_to(from_the_beginning(receiving), quick());
  receiving.otherwise([](const Request& request) {
    return request.body.find("http://a.org/odd") != std::string::npos
               ? std::string("400 Bad Request\r\nContent-Length: 0\r\n\r\n")
               : std::string();
  });
  const std::string odd = R"(,"context":{"extensions":{"http://a.org/odd":1}})";
  source.post();
  await("the first is taken", [&] { return receiving.count() >= 1; });
  source.post(odd);
  await("it is known to be refused", [&] { return forwarder->status().front().refused == 1; });
  source.post(odd);
  source.post();
  await("two are refused", [&] { return forwarder->dead_letters().value().size() == 2; });
  source.post();
  await("the others arrive", [&] { return receiving.count() == 3; });
  CHECK(forwarder->status().front().refused == 2);
}

TEST_CASE("the lag is that of now, at who sends and at who does not") {
  Source source;
  Receiving receiving;
  receiving.otherwise([](const Request&) {
    return std::string("503 Service Unavailable\r\nRetry-After: 3600\r\n\r\n");
  });
  source.post();
  const auto one = source.forward_to(from_the_beginning(receiving));
  const auto other = source.forward_to(from_the_beginning(receiving));
  for (auto* forwarder : {one.get(), other.get()}) {
    const auto lag = [&] { return forwarder->status().front().lag_ms; };
    await("it lags behind", [&] { return lag() > 0; });
    const auto before = lag();
    await("it lags more and more", [&] { return lag() >= before + 300; });
  }
  CHECK(receiving.requests() == 1);
}

TEST_CASE("a new receiver gets what was stored before it was met, from where it says") {
  Source source;
  const auto first = source.post();
  std::this_thread::sleep_for(2ms);
  const auto then = now();
  std::this_thread::sleep_for(2ms);
  const auto second = source.post();
  Receiving all, later, fresh;
  auto from_then = later.receiver();
  from_then.from = then;
  std::vector<std::unique_ptr<Forwarder>> forwarders;
  for (const auto& receiver : {from_the_beginning(all), from_then, fresh.receiver()})
    forwarders.push_back(source.forward_to(receiver));
  await("there is nothing more to send", [&] { return all.count() == 2 && later.count() == 1; });
  await("the new one was met", [&] {
    return ForwardingState(source.documents).served(fresh.receiver().url, "").value().has_value();
  });
  const auto third = source.post();
  await("all have it", [&] { return all.count() + later.count() + fresh.count() == 6; });
  CHECK(all.all_taken() == std::vector{first, second, third});
  CHECK(later.all_taken() == std::vector{second, third});
  CHECK(fresh.all_taken() == std::vector{third});
}

TEST_CASE("where a new receiver begins is \"beginning\" or a date") {
  const auto parse = [](const std::string& from) {
    return parse_receivers(R"([{"url":"http://a","basic_username":"u","basic_password":"p",)"
                           R"("is_active":true,"max_retries":1,"timeout":1,"from":)" +
                           from + "}]");
  };
  CHECK(parse(R"("beginning")")->front().from == Time{});
  CHECK(parse(R"("2026-01-31")")->front().from == parse_time("2026-01-31T00:00:00Z"));
  CHECK(parse(R"("2026-01-31T12:00:00Z")")->front().from == parse_time("2026-01-31T12:00:00Z"));
  for (const auto* wrong : {"1", "\"\"", "\"yesterday\"", "\"2026-02-31\"", "null"})
    CHECK_FALSE(parse(wrong));
}

TEST_CASE("attachments are sent as they are read, each whole") {
  Source source;
  Receiving receiving;
  std::string large(3'500'000, 'x');
  for (std::size_t i = 0; i < large.size(); i += 1000) large[i] = static_cast<char>('a' + i % 26);
  std::string small = "small";
  std::string list;
  std::list<std::string> hashes;
  std::vector<AttachmentContent> contents;
  for (const auto* content : {&large, &small}) {
    const auto& sha2 = hashes.emplace_back(to_hex(sha256(*content)));
    contents.push_back({sha2, *content});
    list += (list.empty() ? "" : ",") +
            fmt::format(R"({{"usageType":"http://a.org/u","display":{{"en":"x"}},"contentType":)"
                        R"("application/octet-stream","length":{},"sha2":"{}"}})",
                        content->size(), sha2);
  }
  const auto id = source.post(",\"attachments\":[" + list + "]", contents);
  const auto forwarder = source.forward_to(from_the_beginning(receiving));
  await("it is taken", [&] { return receiving.count() == 1; });
  const MutexLock lock(receiving.mutex);
  for (const auto* content : {&large, &small})
    CHECK(receiving.bodies.find("X-Experience-API-Hash: " + to_hex(sha256(*content)) + "\r\n\r\n" +
                                *content + "\r\n--") != std::string::npos);
  CHECK(receiving.bodies.ends_with("--\r\n"));
}

}  // namespace lectern::lrs
