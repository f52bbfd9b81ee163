#include <array>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include <doctest/doctest.h>

#include "store/testing/contract/walk.h"

namespace lectern::store::contract {
namespace {

using Samples = std::vector<Sample>;

/// Two stores on one place. They share nothing but the database, as two processes would.
class Two {
 public:
  explicit Two(const SharedStores& places)
      : place_(places()), stores_{place_.open(), place_.open()} {}

  StatementStore& at(std::size_t i) { return *stores_[i % 2]; }
  const std::string& target() const { return place_.target; }
  std::unique_ptr<StatementStore> join() const { return place_.open(); }

  std::vector<AppendOutcome> append(std::size_t i, const Samples& samples) {
    std::vector<Row> rows;
    for (const auto& sample : samples) rows.push_back(row_of(sample));
    auto outcomes = at(i).append({target()}, rows, OnConflict::refuse_batch);
    REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().message, outcomes.error().detail);
    return std::move(*outcomes);
  }

  std::set<Uuid> listed(std::size_t i, Time until) {
    return contract::listed(at(i), target(), until);
  }

  Time consistent_through(std::size_t i) {
    const auto through = at(i).consistent_through({target()});
    REQUIRE_MESSAGE(through.has_value(), through.error().message, through.error().detail);
    return *through;
  }

  Time settled(std::size_t i) { return contract::settled(at(i), target()); }

 private:
  SharedStore place_;
  std::array<std::unique_ptr<StatementStore>, 2> stores_;  // end before the place
};

/// Runs one thread for each store and waits for both.
template <typename Work>
void in_both(const Work& work) {
  std::thread other([&] { work(1); });
  work(0);
  other.join();
}

void check_races(const SharedStores& places) {
  Two two(places);
  for (int round = 0; round < 20; ++round) {
    const auto id = Uuid::random();
    std::array<std::atomic<int>, 4> counts{};
    in_both([&](std::size_t i) {
      const auto outcomes =
          two.append(i, {{.id = id, .note = "racer " + std::to_string(i)}, {.note = "other"}});
      ++counts[static_cast<std::size_t>(outcomes.front())];
    });
    CHECK(counts[static_cast<std::size_t>(AppendOutcome::stored)] == 1);
    CHECK(counts[static_cast<std::size_t>(AppendOutcome::conflict)] == 1);
    CHECK(found(two.at(0), two.target(), id).json == found(two.at(1), two.target(), id).json);
  }
  // Each loser's other row went with its batch.
  CHECK(two.listed(0, two.settled(0)).size() == 40);
}

void check_consistency(const SharedStores& places) {
  Two two(places);
  std::atomic<int> writing{4};
  std::atomic<std::size_t> stored{0};
  std::vector<std::thread> writers;
  for (std::size_t i = 0; i < 4; ++i) {
    writers.emplace_back([&, i] {
      for (int batch = 0; batch < 30; ++batch) stored += two.append(i, Samples(1 + i * 3)).size();
      --writing;
    });
  }
  std::map<Time, std::set<Uuid>> seen;
  // On a busy machine it may all be written before the instant moves: look until it was seen.
  for (std::size_t i = 0; writing > 0 || seen.empty() || seen.rbegin()->second.empty(); ++i) {
    const auto through = two.consistent_through(i);
    seen.emplace(through, two.listed(i + 1, through));
  }
  for (auto& writer : writers) writer.join();
  CHECK(stored == 30 * (1 + 4 + 7 + 10));
  for (const auto& [through, ids] : seen) CHECK((two.listed(0, through) == ids));
  CHECK(two.listed(1, two.settled(1)).size() == stored);
}

void check_joining(const SharedStores& places) {
  Two two(places);
  for (int round = 0; round < 3; ++round) {
    const auto through = two.consistent_through(0);
    const auto joining = two.join();
    std::vector rows{row_of({})};
    REQUIRE(joining->append({two.target()}, rows, OnConflict::skip).has_value());
    CHECK(rows[0].stored > through);
    CHECK(two.settled(0) >= rows[0].stored);
  }
}

void check_promise(const SharedStores& places) {
  Two two(places);
  std::atomic<bool> writing{true};
  std::set<Uuid> stored;
  std::thread writers([&] {
    for (int round = 0; round < 12; ++round) {
      const auto joining = two.join();
      for (int batch = 0; batch < 4; ++batch) {
        for (const auto& row : append_new(*joining, two.target(), {{}, {}})) stored.insert(row.id);
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
      }
    }
    writing = false;
  });
  // Who reads one window after the other, each up to what was promised before.
  std::set<Uuid> seen;
  Time last{}, promised{};
  const auto read = [&] {
    const auto through = two.consistent_through(0);
    CHECK(through >= promised);
    promised = std::max(promised, through);
    const auto page = two.at(0).query({two.target()}, {{}, last, promised}, {{}, 10'000, true});
    REQUIRE_MESSAGE(page.has_value(), page.error().detail);
    for (const auto& row : page->rows) CHECK(seen.insert(row.position.id).second);
    last = promised;
  };
  while (writing) read();
  writers.join();
  two.settled(0);
  read();
  CHECK((seen == stored));
}

void check_shared_references(const SharedStores& places) {
  Two two(places);
  for (int round = 0; round < 20; ++round) {
    const Sample target{.agent = "target " + std::to_string(round)};
    const Sample voided{.note = "voided"};
    const Sample middle{.agent = "eve", .refers_to = target.id};
    in_both([&](std::size_t i) {
      if (i == 0)
        two.append(0, {target, {.refers_to = voided.id, .voids = true}});
      else
        two.append(1, {voided, middle, {.refers_to = middle.id}});
    });
    CHECK(found(two.at(0), two.target(), voided.id).voided);
    two.settled(1);
    const auto page = two.at(1).query({two.target()}, {{agent(target.agent)}, {}, {}}, {{}, 10});
    REQUIRE(page.has_value());
    CHECK(page->rows.size() == 3);
  }
}

void check_refused_batches(const SharedStores& places) {
  Two two(places);
  Sample changed{.note = "taken"};
  two.append(0, {changed});
  changed.note = "changed";
  for (int round = 0; round < 30; ++round) {
    const Sample shared{.note = "shared"};
    in_both([&](std::size_t i) {
      if (i == 0) {
        CHECK(two.append(0, {shared, changed}).back() == AppendOutcome::conflict);
      } else {
        const auto outcome = two.append(1, {shared}).front();
        CHECK((outcome == AppendOutcome::stored || outcome == AppendOutcome::known));
      }
    });
    found(two.at(0), two.target(), shared.id);
  }
}

}  // namespace

void check_two_processes(const SharedStores& places) {
  SUBCASE("of clients that race for one id through two processes one wins") { check_races(places); }
  SUBCASE("what is consistent in one process stays so while two write") {
    check_consistency(places);
  }
  SUBCASE("W3, W5: a promise never goes back, and windows are complete, as writers come and go") {
    check_promise(places);
  }
  SUBCASE("a process that joins stores nothing at an instant that was given out") {
    check_joining(places);
  }
  SUBCASE("references hold when both ends arrive at once in two processes") {
    check_shared_references(places);
  }
  SUBCASE("a statement that was answered as kept stays, although another's batch was refused") {
    check_refused_batches(places);
  }
}

}  // namespace lectern::store::contract
