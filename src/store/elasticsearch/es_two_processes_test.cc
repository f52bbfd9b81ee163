#include <array>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include <doctest/doctest.h>

#include "store/elasticsearch/es_fixture.h"
#include "store/sample.h"

namespace lectern::store::elasticsearch {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Two opened stores share nothing but the indices, as two processes would.
struct Two {
  Indices indices;
  std::array<Stores, 2> stores;

  explicit Two(const std::string& url) : indices(url) {
    const auto index = indices.add();
    for (auto& one : stores) one = open_at(url, index);
  }
  ~Two() {
    for (auto& one : stores) one = {};  // before the indices, which they still write to
  }
  StatementStore& at(std::size_t i) { return *stores[i % 2].statements; }
};

Result<std::vector<Verdict>> append(StatementStore& store,
                                    const std::vector<contract::Sample>& all) {
  std::vector<Row> rows;
  for (const auto& sample : all) rows.push_back(contract::row_of(sample));
  auto verdicts = store.append({}, rows, OnConflict::refuse_batch);
  CHECK_MESSAGE(verdicts.has_value(), verdicts.error().message, verdicts.error().detail);
  return verdicts;
}

/// Runs one thread for each store and waits for both.
template <typename Work>
void in_both(const Work& work) {
  std::thread other([&] { work(1); });
  work(0);
  other.join();
}

std::set<Uuid> listed(StatementStore& store, Time until) {
  std::set<Uuid> ids;
  PageRequest request{std::nullopt, 100, true};
  for (;;) {
    const auto page = store.query({}, {{}, {}, until}, request);
    REQUIRE_MESSAGE(page.has_value(), page.error().message, page.error().detail);
    for (const auto& row : page->rows) CHECK(ids.insert(row.position.id).second);
    if (!page->more) return ids;
    request.after = page->rows.back().position;
  }
}

Time settled(StatementStore& store) {
  const auto asked = now();
  const auto give_up = steady_clock::now() + std::chrono::seconds(20);
  for (;;) {
    const auto through = store.consistent_through({});
    REQUIRE_MESSAGE(through.has_value(), through.error().message, through.error().detail);
    if (*through >= asked) return *through;
    REQUIRE(steady_clock::now() < give_up);
    std::this_thread::sleep_for(milliseconds(1));
  }
}

}  // namespace

TEST_CASE("a list asks Elasticsearch for a refresh only when a process has stored something") {
  for (const auto& url : test_servers()) {
    Two two(url);
    const auto index = two.indices.url + "/" + two.indices.names.front();
    const auto refreshes = [&] {
      const auto body = ask("GET", index + "/_stats/refresh?filter_path=_all.total").body;
      const auto at = body.find("\"external_total\":");
      REQUIRE(at != std::string::npos);
      return std::stoi(body.substr(at + 17));
    };
    REQUIRE(two.at(0).query({}, {}, {}).has_value());  // makes the index
    REQUIRE(ask("PUT", index + "/_settings", R"({"refresh_interval":-1})").status == 200);
    for (std::size_t round = 0; round < 6; ++round) {
      REQUIRE(append(two.at(round), {{}, {}}).has_value());
      for (const std::size_t reader : {0U, 1U})
        CHECK(listed(two.at(reader), settled(two.at(reader))).size() == 2 * (round + 1));
    }
    two.stores[1] = {};  // the other one leaves
    const auto lists_without_refresh = [&] {
      const int before = refreshes();
      for (int i = 0; i < 50; ++i) CHECK(listed(two.at(0), settled(two.at(0))).size() == 12);
      return refreshes() == before;
    };
    bool without = false;  // once the first one has seen that it is alone
    for (int i = 0; i < 100 && !without; ++i) without = lists_without_refresh();
    CHECK(without);
  }
}

TEST_CASE("a document that was written over through another process is written as its etag says") {
  for (const auto& url : test_servers()) {
    Two two(url);
    auto& first = *two.stores[0].documents;
    auto& second = *two.stores[1].documents;
    const DocumentKey key{DocumentKind::state, "owner", "", "id"};
    const auto document = [](const std::string& bytes) {
      return Document{"text/plain", bytes, std::string(40, bytes.front()), now()};
    };
    const auto write = [&](DocumentStore& store, const std::string& bytes, const Expect& expect) {
      const auto written = store.put({}, key, document(bytes), expect);
      REQUIRE(written.has_value());
      return *written;
    };
    const auto current = [&](const std::string& bytes) {
      return Expect::current(document(bytes).etag);
    };
    CHECK(write(first, "a", Expect::absent()));
    REQUIRE(first.get({}, key).has_value());
    CHECK(write(second, "b", current("a")));
    CHECK_FALSE(write(first, "c", current("a")));
    REQUIRE(first.get({}, key).has_value());
    CHECK(write(second, "a", current("b")));
    CHECK(write(second, "b", current("a")));
    CHECK(write(first, "c", current("b")));  // another version of what was read
    const auto found = second.get_all({}, std::array{key, DocumentKey{}, key});
    REQUIRE(found.has_value());
    REQUIRE(found->size() == 3);
    CHECK(found->at(0)->bytes == "c");
    CHECK_FALSE(found->at(1).has_value());
    CHECK(found->at(2)->bytes == "c");
  }
}

TEST_CASE("of clients that race for one id through two processes on Elasticsearch one wins") {
  for (const auto& url : test_servers()) {
    Two two(url);
    for (int round = 0; round < 20; ++round) {
      const auto id = Uuid::random();
      std::array<std::atomic<int>, 4> counts{};
      in_both([&](std::size_t i) {
        const auto verdicts = append(
            two.at(i), {{.id = id, .note = "racer " + std::to_string(i)}, {.note = "other"}});
        if (verdicts) ++counts[static_cast<std::size_t>(verdicts->front())];
      });
      CHECK(counts[static_cast<std::size_t>(Verdict::stored)] == 1);
      CHECK(counts[static_cast<std::size_t>(Verdict::conflict)] == 1);
    }
    // Each loser's other row went with its batch.
    CHECK(listed(two.at(0), settled(two.at(0))).size() == 40);
  }
}

TEST_CASE("what is consistent in one process stays so while two write to Elasticsearch") {
  for (const auto& url : test_servers()) {
    Two two(url);
    std::atomic<int> writing{4}, stored{0};
    std::vector<std::thread> writers;
    for (std::size_t i = 0; i < 4; ++i) {
      writers.emplace_back([&, i] {
        for (int batch = 0; batch < 60; ++batch) {
          const auto verdicts = append(two.at(i), std::vector<contract::Sample>(1 + i * 3));
          if (verdicts) stored += static_cast<int>(verdicts->size());
        }
        --writing;
      });
    }
    std::map<Time, std::set<Uuid>> seen;
    // On a busy machine it may all be written before the instant moves: look until it was seen.
    for (std::size_t i = 0; writing > 0 || seen.empty() || seen.rbegin()->second.empty(); ++i) {
      const auto through = two.at(i).consistent_through({});
      REQUIRE(through.has_value());
      seen.emplace(*through, listed(two.at(i + 1), *through));
    }
    for (auto& writer : writers) writer.join();
    CHECK(stored == 60 * (1 + 4 + 7 + 10));
    for (const auto& [through, ids] : seen) CHECK((listed(two.at(0), through) == ids));
    CHECK(listed(two.at(1), settled(two.at(1))).size() == static_cast<std::size_t>(stored));
  }
}

TEST_CASE("a process that joins an Elasticsearch stores nothing at an instant already given out") {
  for (const auto& url : test_servers()) {
    Indices indices(url);
    const auto index = indices.add();
    const auto first = open_at(url, index);
    for (int round = 0; round < 3; ++round) {
      const auto through = first.statements->consistent_through({});
      REQUIRE(through.has_value());
      const auto joining = open_at(url, index);
      std::vector rows{contract::row_of({})};
      REQUIRE(joining.statements->append({}, rows, OnConflict::skip).has_value());
      CHECK(rows[0].stored > *through);
      settled(*first.statements);
    }
  }
}

TEST_CASE("references hold when both ends arrive at once in two processes on Elasticsearch") {
  for (const auto& url : test_servers()) {
    Two two(url);
    for (int round = 0; round < 20; ++round) {
      const contract::Sample target{.agent = "target " + std::to_string(round)};
      const contract::Sample voided{.note = "voided"};
      const contract::Sample middle{.agent = "eve", .refers_to = target.id};
      in_both([&](std::size_t i) {
        if (i == 0)
          CHECK(append(two.at(0), {target, {.refers_to = voided.id, .voids = true}}).has_value());
        else
          CHECK(append(two.at(1), {voided, middle, {.refers_to = middle.id}}).has_value());
      });
      const auto found = two.at(0).find({}, std::vector{voided.id});
      REQUIRE(found.has_value());
      REQUIRE(found->size() == 1);
      CHECK(found->front().voided);
      settled(two.at(1));
      const auto page =
          two.at(1).query({}, {{contract::agent(target.agent)}, {}, {}}, {std::nullopt, 10});
      REQUIRE(page.has_value());
      CHECK(page->rows.size() == 3);
    }
  }
}

TEST_CASE("a kept statement stays, although another process's batch with it was refused") {
  for (const auto& url : test_servers()) {
    Two two(url);
    contract::Sample changed{.note = "taken"};
    REQUIRE(append(two.at(0), {changed}).has_value());
    changed.note = "changed";
    for (int round = 0; round < 30; ++round) {
      const contract::Sample shared{.note = "shared"};
      in_both([&](std::size_t i) {
        const auto verdicts =
            i == 0 ? append(two.at(0), {shared, changed}) : append(two.at(1), {shared});
        REQUIRE(verdicts.has_value());
        if (i == 0)
          CHECK(verdicts->back() == Verdict::conflict);
        else
          CHECK((verdicts->front() == Verdict::stored || verdicts->front() == Verdict::known));
      });
      const auto found = two.at(0).find({}, std::vector{shared.id});
      REQUIRE(found.has_value());
      CHECK(found->size() == 1);
    }
  }
}

}  // namespace lectern::store::elasticsearch
