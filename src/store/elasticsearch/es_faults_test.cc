#include <atomic>
#include <chrono>
#include <thread>

#include <doctest/doctest.h>

#include "net/loopback_server.h"
#include "store/elasticsearch/es_fixture.h"
#include "store/sample.h"

namespace lectern::store::elasticsearch {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

enum class Mode { pass, down, busy, babble, stall, lose };

/// A node that passes requests on to a real one, or fails as it is told to.
class FaultyNode {
 public:
  explicit FaultyNode(std::string real)
      : real_(std::move(real)), server_([this](const auto& request) { return answer(request); }) {}

  std::string url() const { return server_.url(); }
  void set(Mode mode) { mode_ = mode; }

 private:
  std::string answer(const net::LoopbackServer::Request& request) {
    const Mode mode = mode_;
    if (mode == Mode::down) return "";
    if (mode == Mode::busy) return "503 Service Unavailable\r\n\r\n{}";
    if (mode == Mode::babble) return "200 OK\r\n\r\n\x7F\x7F[nonsense";
    if (mode == Mode::stall) std::this_thread::sleep_for(milliseconds(1'500));
    net::HttpRequest onward{request.method, real_ + request.target, {}, request.body, {}};
    onward.headers.emplace_back("Content-Type", request.target.find("_bulk") != std::string::npos
                                                    ? "application/x-ndjson"
                                                    : "application/json");
    const auto response = client_.send(onward);
    if (!response || mode == Mode::lose) return "";
    return std::to_string(response->status) + " X\r\n\r\n" + response->body;
  }

  const std::string real_;
  net::HttpClient client_;
  std::atomic<Mode> mode_{Mode::pass};
  net::LoopbackServer server_;  // last: it calls answer()
};

/// A store behind a faulty node, with a time-out short enough for a test.
struct Behind {
  Indices indices;
  FaultyNode node;
  Stores stores;

  explicit Behind(const std::string& url, Mode at_start = Mode::pass) : indices(url), node(url) {
    node.set(at_start);
    auto settings = settings_for(node.url(), indices.add());
    settings.timeout_ms = 1'000;
    auto opened = open_stores(settings);
    REQUIRE(opened.has_value());
    stores = std::move(*opened);
  }
  ~Behind() {
    node.set(Mode::pass);
    stores = {};
  }

  Result<std::vector<Verdict>> append(std::vector<Row> rows) {
    return stores.statements->append({}, rows, OnConflict::refuse_batch);
  }
  /// Tries until it works; fails the test when it takes too long.
  void append_in_the_end(const Row& row) {
    const auto give_up = Clock::now() + std::chrono::seconds(30);
    for (;;) {
      const auto verdicts = append({row});
      if (verdicts) {
        CHECK((verdicts->front() == Verdict::stored || verdicts->front() == Verdict::known));
        return;
      }
      CHECK(verdicts.error().code == Code::unavailable);
      REQUIRE_MESSAGE(Clock::now() < give_up, verdicts.error().detail);
      std::this_thread::sleep_for(milliseconds(50));
    }
  }
  std::size_t count_found(const Uuid& id) {
    const auto found = stores.statements->find({}, std::vector{id});
    REQUIRE_MESSAGE(found.has_value(), found.error().detail);
    return found->size();
  }
};

void check_unavailable(Behind& behind, Mode mode) {
  CAPTURE(static_cast<int>(mode));
  const auto began = Clock::now();
  const auto verdicts = behind.append({contract::row_of({})});
  REQUIRE(!verdicts.has_value());
  CHECK(verdicts.error().code == Code::unavailable);
  const auto found = behind.stores.statements->find({}, std::vector{Uuid::random()});
  REQUIRE(!found.has_value());
  CHECK(found.error().code == Code::unavailable);
  CHECK(behind.stores.statements->health() == Health::away);
  CHECK(Clock::now() - began < std::chrono::seconds(20));
}

}  // namespace

TEST_CASE("an Elasticsearch that is down at the start is away, and used as soon as it is there") {
  for (const auto& url : test_servers()) {
    Behind behind(url, Mode::down);
    check_unavailable(behind, Mode::down);
    behind.node.set(Mode::pass);
    behind.append_in_the_end(contract::row_of({}));
    CHECK(behind.stores.statements->health() != Health::away);
  }
}

TEST_CASE("an Elasticsearch that fails in the middle is unavailable, and used again afterwards") {
  for (const auto& url : test_servers()) {
    Behind behind(url);
    const auto before = contract::row_of({});
    behind.append_in_the_end(before);
    for (const Mode mode : {Mode::down, Mode::busy, Mode::babble, Mode::stall}) {
      behind.node.set(mode);
      check_unavailable(behind, mode);
      behind.node.set(Mode::pass);
      behind.append_in_the_end(contract::row_of({}));
      CHECK(behind.count_found(before.id) == 1);
    }
  }
}

TEST_CASE("a batch whose answer Elasticsearch lost is stored once when it is sent again") {
  for (const auto& url : test_servers()) {
    Behind behind(url);
    const contract::Sample target{.note = "target"};
    const contract::Sample voiding{.refers_to = target.id, .voids = true};
    behind.append_in_the_end(contract::row_of(target));
    behind.node.set(Mode::lose);
    CHECK(behind.append({contract::row_of(voiding)}).error().code == Code::unavailable);
    behind.node.set(Mode::pass);
    behind.append_in_the_end(contract::row_of(voiding));
    CHECK(behind.count_found(voiding.id) == 1);
    const auto found = behind.stores.statements->find({}, std::vector{target.id});
    REQUIRE(found.has_value());
    CHECK(found->front().voided);
  }
}

TEST_CASE("when one node of Elasticsearch fails the next of HOSTS is asked") {
  for (const auto& url : test_servers()) {
    Indices indices(url);
    FaultyNode first(url), second(url);
    auto stores = open_at(first.url() + "," + second.url(), indices.add());
    for (int round = 0; round < 2; ++round) {
      first.set(round == 0 ? Mode::down : Mode::pass);
      second.set(round == 0 ? Mode::pass : Mode::busy);
      std::vector rows{contract::row_of({})};
      const auto verdicts = stores.statements->append({}, rows, OnConflict::refuse_batch);
      REQUIRE_MESSAGE(verdicts.has_value(), verdicts.error().detail);
      CHECK(verdicts->front() == Verdict::stored);
    }
    stores = {};
  }
}

}  // namespace lectern::store::elasticsearch
