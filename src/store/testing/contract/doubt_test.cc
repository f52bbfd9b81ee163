#include "store/testing/contract/doubt.h"

#include <algorithm>
#include <optional>
#include <thread>

#include <doctest/doctest.h>

#include "store/common/watermark/visibility_watermark.h"
#include "store/testing/contract/walk.h"
#include "store/testing/faulty_proxy.h"

namespace lectern::store::contract {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using Fault = FaultyProxy::Fault;
using Samples = std::vector<Sample>;

/// A process that reaches its database through a proxy, and one that reaches it directly.
struct TwoWays {
  explicit TwoWays(const DoubtfulRemote& remote)
      : proxy(remote.server),
        place(remote.place()),
        direct(place.open(remote.server)),
        stores(place.open(proxy.address())) {
    append_in_the_end(*stores.statements, {{.note = "before"}});
    append_in_the_end(*direct.statements, {{.note = "before, too"}});
  }
  ~TwoWays() { proxy.set(Fault::none); }

  Result<std::vector<AppendOutcome>> append(StatementStore& store, const Samples& samples) const {
    std::vector<Row> rows;
    for (const auto& sample : samples) rows.push_back(row_of(sample));
    return store.append({place.target, steady_clock::now() + 5s}, rows, OnConflict::refuse_batch);
  }
  /// The first calls may take longer than the time-outs of a test.
  void append_in_the_end(StatementStore& store, const Samples& samples) const {
    const auto give_up = steady_clock::now() + 30s;
    for (;;) {
      const auto outcomes = append(store, samples);
      if (outcomes) return;
      REQUIRE_MESSAGE(steady_clock::now() < give_up, outcomes.error().detail);
    }
  }

  /// A place for them may have to be made first.
  void make_references() const {
    for (const auto* one : {&stores, &direct})
      append_in_the_end(*one->statements, {{.refers_to = Uuid::random()}});
  }

  Result<std::vector<AppendOutcome>> append(const Samples& samples) const {
    return append(*stores.statements, samples);
  }

  /// What the database answers, which may take longer than the time-outs of a test.
  template <typename Ask>
  static auto in_the_end(const Ask& ask) {
    const auto give_up = steady_clock::now() + 30s;
    for (;;) {
      auto answer = ask();
      if (answer) return std::move(*answer);
      REQUIRE_MESSAGE(steady_clock::now() < give_up, answer.error().detail);
    }
  }

  std::vector<StoredStatement> find(const Samples& samples) const {
    std::vector<Uuid> ids;
    for (const auto& sample : samples) ids.push_back(sample.id);
    return in_the_end([&] { return direct.statements->find({place.target}, ids); });
  }

  Time promise() const {
    return in_the_end([&] { return direct.statements->consistent_through({place.target}); });
  }

  /// Waits until the rows have come, which must not be behind what the other process promised.
  void check_arrival(const Samples& samples) const {
    const auto give_up = steady_clock::now() + 30s;
    for (Time promised{};;) {
      const auto through = promise();
      const auto rows = find(samples);
      if (rows.size() == samples.size()) {
        for (const auto& row : rows) CHECK(row.position.stored > promised);
        break;
      }
      promised = std::max(promised, through);
      REQUIRE(steady_clock::now() < give_up);
      std::this_thread::sleep_for(20ms);
    }
  }

  FaultyProxy proxy;
  Remote::EmptyStore place;
  Stores direct, stores;
};

bool conflicts(const Result<std::vector<AppendOutcome>>& outcomes) {
  return outcomes &&
         std::find(outcomes->begin(), outcomes->end(), AppendOutcome::conflict) != outcomes->end();
}

/// Sends a batch of which one id was taken just now, until the rows of one could not be taken back.
/// The last one voids a statement that may be still to come.
Samples refused_batch(TwoWays& two, const DoubtfulRemote& remote) {
  two.make_references();
  for (int round = 0; round < 50; ++round) {
    const Sample taken{.note = "taken"};
    Samples batch{{.note = "first"},
                  {.note = "changed"},
                  {.refers_to = Uuid::random(), .voids = true, .note = "last"}};
    batch[1].id = taken.id;
    two.proxy.set_when(remote.take_back, Fault::down);
    two.append_in_the_end(*two.direct.statements, {taken});
    const auto outcomes = two.append(batch);
    const bool none_left = two.find(batch).size() == 1;
    if (none_left) {  // it was known before the batch was written
      CHECK(conflicts(outcomes));
      continue;
    }
    REQUIRE_FALSE(outcomes.has_value());
    CHECK(outcomes.error().code == Code::unavailable);
    return batch;
  }
  FAIL("each conflict was seen before the batch was written");
  return {};
}

/// Sends it again through the other process: refused only when nothing of it is there any more.
void check_refused_in_the_end(TwoWays& two, const Samples& batch) {
  const auto give_up = steady_clock::now() + 40s;
  for (;;) {
    const auto outcomes = two.append(*two.direct.statements, batch);
    if (outcomes) {
      CHECK(conflicts(outcomes));
      CHECK(two.find(batch).size() == 1);
      return;
    }
    CHECK(outcomes.error().code == Code::unavailable);
    REQUIRE(steady_clock::now() < give_up);
  }
}

/// The target of a voiding statement comes while that one's batch is refused.
void check_refused_voiding(const DoubtfulRemote& remote, bool ends) {
  TwoWays two(remote);
  const auto batch = refused_batch(two, remote);
  const Samples target{{.id = *batch.back().refers_to, .note = "to be voided by nobody"}};
  two.append_in_the_end(*two.direct.statements, target);
  CHECK_FALSE(two.find(target).front().voided);
  if (ends)
    two.stores = {};
  else
    two.proxy.set(Fault::none);
  check_refused_in_the_end(two, batch);
  settled(*two.direct.statements, two.place.target);
  CHECK_FALSE(two.find(target).front().voided);
  const auto page = page_of(*two.direct.statements, two.place.target);
  CHECK(std::count(page.begin(), page.end(), target.front().id) == 1);
}

/// A process stores a batch, and ends before it can say that it stays. The target of its voiding
/// statement came in the meantime.
void check_voiding_of_the_dead(const DoubtfulRemote& remote) {
  TwoWays two(remote);
  two.make_references();
  two.proxy.set_when(remote.share, Fault::down);
  const Sample target{.note = "voided"};
  const Samples batch{{.note = "first"}, {.refers_to = target.id, .voids = true}};
  REQUIRE_FALSE(two.append(batch).has_value());
  REQUIRE(two.find(batch).size() == 2);
  two.append_in_the_end(*two.direct.statements, {target});
  two.stores = {};
  settled(*two.direct.statements, two.place.target);
  CHECK(two.find(batch).size() == 2);
  CHECK(two.find({target}).front().voided);
}

void check_held(const DoubtfulRemote& remote, std::chrono::milliseconds hold) {
  TwoWays two(remote);
  two.proxy.hold_for(hold);
  two.proxy.set_once(remote.write, Fault::held);
  const Samples batch{{.note = "held"}, {.note = "held, too"}};
  const auto began = steady_clock::now();
  const auto outcomes = two.append(batch);
  REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().detail);
  CHECK(*outcomes == std::vector{AppendOutcome::stored, AppendOutcome::stored});
  const auto first = settled(*two.direct.statements, two.place.target);
  const auto seen = listed(*two.direct.statements, two.place.target, first);
  CHECK(seen.size() == 4);
  while (two.proxy.held_arrived() == 0) {
    REQUIRE(steady_clock::now() - began < hold + 30s);
    std::this_thread::sleep_for(10ms);
  }
  CHECK((listed(*two.direct.statements, two.place.target, first) == seen));
  const auto last = settled(*two.direct.statements, two.place.target);
  CHECK((listed(*two.direct.statements, two.place.target, last) == seen));
}

/// A refused batch whose write was held, so that a copy of it comes when it has been taken back.
void check_held_and_refused(const DoubtfulRemote& remote) {
  TwoWays two(remote);
  two.make_references();
  two.proxy.hold_for(3s);
  Samples batch;
  for (int round = 0; round < 10 && two.proxy.held_arrived() == 0; ++round) {
    const Sample taken{.note = "taken"};
    batch = {{.note = "first"}, {.note = "changed"}, {.note = "last"}};
    batch[1].id = taken.id;
    two.append_in_the_end(*two.direct.statements, {taken});
    two.proxy.set_once(remote.write, Fault::held);
    // A conflict that was known before the batch was written leaves nothing to be held.
    if (!conflicts(two.append(batch))) break;
    std::this_thread::sleep_for(3'500ms);
  }
  const auto give_up = steady_clock::now() + 30s;
  while (two.proxy.held_arrived() == 0) {
    REQUIRE(steady_clock::now() < give_up);
    std::this_thread::sleep_for(10ms);
  }
  std::this_thread::sleep_for(1s);
  CHECK(two.find(batch).size() == 1);
}

/// A row of a batch that is to be taken back is known to another client meanwhile.
void check_shared(const DoubtfulRemote& remote) {
  TwoWays two(remote);
  const auto batch = refused_batch(two, remote);
  const Samples known{batch.front()};
  two.append_in_the_end(*two.direct.statements, known);
  two.proxy.set(Fault::none);
  const auto give_up = steady_clock::now() + 40s;
  while (two.find({batch.back()}).size() == 1) {
    REQUIRE(steady_clock::now() < give_up);
    std::this_thread::sleep_for(20ms);
  }
  CHECK(two.find(known).size() == 1);
}

/// Rows of a batch that is to be taken back are known to a process that ends when it has said of
/// some that they stay. What it was sent stays as a whole or not at all.
void check_sharing_of_the_dead(const DoubtfulRemote& remote) {
  TwoWays two(remote);
  const auto batch = refused_batch(two, remote);
  const Samples known{batch.front(), batch.back()};
  FaultyProxy to_other(remote.server);
  auto other = two.place.open(to_other.address());
  two.append_in_the_end(*other.statements, {{.refers_to = Uuid::random()}});
  to_other.set_once(remote.share, Fault::lost_answers, Fault::down);
  REQUIRE_FALSE(two.append(*other.statements, known).has_value());
  other = {};
  two.proxy.set(Fault::none);
  settled(*two.direct.statements, two.place.target);
  settled(*two.stores.statements, two.place.target);
  CHECK(two.find(known).size() == 2);
}

/// The same rows, with a new one beside them, by a process that ends before it has said anything.
void check_new_beside_what_goes(const DoubtfulRemote& remote) {
  TwoWays two(remote);
  const auto batch = refused_batch(two, remote);
  FaultyProxy to_other(remote.server);
  auto other = two.place.open(to_other.address());
  two.append_in_the_end(*other.statements, {{.refers_to = Uuid::random()}});
  std::this_thread::sleep_for(1'500ms);  // until it meets them before it writes
  to_other.set_when(remote.share, Fault::down);
  const Samples sent{batch.front(), {.note = "new"}, batch.back()};
  REQUIRE_FALSE(two.append(*other.statements, sent).has_value());
  CHECK(two.find(sent).size() == 3);
  other = {};
  two.proxy.set(Fault::none);
  settled(*two.direct.statements, two.place.target);
  settled(*two.stores.statements, two.place.target);
  CHECK(two.find(sent).empty());
}

/// Each try to write is held, while entries are renewed and everything else goes on.
void check_doubt(const DoubtfulRemote& remote, bool ends) {
  TwoWays two(remote);
  two.proxy.hold_for(4s);
  two.proxy.set_each(remote.write, Fault::held);
  const Samples batch{{.note = "in doubt"}, {.note = "in doubt, too"}};
  const auto outcomes = two.append(batch);
  REQUIRE_FALSE(outcomes.has_value());
  CHECK(outcomes.error().code == Code::unavailable);
  if (ends) {
    std::thread ending([&] { two.stores = {}; });
    two.check_arrival(batch);
    ending.join();
    return;
  }
  two.check_arrival(batch);
  two.proxy.set(Fault::none);
  const auto began = steady_clock::now();
  settled(*two.direct.statements, two.place.target);
  CHECK(steady_clock::now() - began < 8s);
  CHECK(two.append(batch) == std::vector{AppendOutcome::known, AppendOutcome::known});
  settled(*two.stores.statements, two.place.target);
  CHECK(page_of(*two.stores.statements, two.place.target).size() == 4);
}

}  // namespace

void check_doubts(const DoubtfulRemote& remote) {
  SUBCASE("W7, W11: a write that is held back is made again, and arrives later without effect") {
    check_held(remote, 2s);
  }
  SUBCASE("W9: a write that arrives when every time-out is over stores nothing more") {
    check_held(remote, VisibilityWatermark::dead_after + 1s);
  }
  SUBCASE("W4, W10: what is in doubt arrives behind no promise") { check_doubt(remote, false); }
  SUBCASE("W4, W10: nor does it when its process has ended meanwhile") {
    check_doubt(remote, true);
  }
  SUBCASE("W7, W9c: a late copy of a refused batch is taken back, too") {
    check_held_and_refused(remote);
  }
  SUBCASE("W2: what another client was told is known stays when its batch is taken back") {
    check_shared(remote);
  }
  SUBCASE("W11: of a batch whose process ends while it shares rows of others all stay or none") {
    check_sharing_of_the_dead(remote);
  }
  SUBCASE("W11: new rows beside known ones that are taken back do not stay without them") {
    check_new_beside_what_goes(remote);
  }
  SUBCASE("W8, W12: a refused batch is 503 until it is taken back, also when it is sent again") {
    TwoWays two(remote);
    const auto batch = refused_batch(two, remote);
    CHECK_FALSE(conflicts(two.append(*two.direct.statements, batch)));
    two.proxy.set(Fault::none);
    check_refused_in_the_end(two, batch);
  }
  SUBCASE(
      "W8: a voiding statement of a refused batch voids nothing, also not what comes meanwhile") {
    check_refused_voiding(remote, false);
  }
  SUBCASE("W8: nor does it when its process ends before it could be taken back") {
    check_refused_voiding(remote, true);
  }
  SUBCASE("W2: what a process stored before it ended voids its target, whenever that has come") {
    check_voiding_of_the_dead(remote);
  }
  SUBCASE("W8: what a process could not take back before it ended another one takes back") {
    TwoWays two(remote);
    const auto batch = refused_batch(two, remote);
    two.stores = {};
    check_refused_in_the_end(two, batch);
  }
}

}  // namespace lectern::store::contract
