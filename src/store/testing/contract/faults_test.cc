#include <algorithm>
#include <optional>
#include <thread>

#include <doctest/doctest.h>

#include "store/testing/contract/walk.h"
#include "store/testing/faulty_proxy.h"

namespace lectern::store::contract {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using Fault = FaultyProxy::Fault;
using Samples = std::vector<Sample>;

constexpr seconds patience{5};          // of a client
constexpr seconds recovers_within{30};  // a claim that a broken append left has to age first

/// A store that reaches its database through a proxy, another one that reaches it directly, and
/// what was acknowledged.
class Line {
 public:
  explicit Line(const Remote& remote, Fault at_start = Fault::none)
      : proxy(remote.server), place_(remote.place()), direct_(place_.open(remote.server)) {
    proxy.set(at_start);
    stores_ = place_.open(proxy.address());
  }
  ~Line() { proxy.set(Fault::none); }  // the stores may have to say goodbye

  FaultyProxy proxy;

  StatementStore& statements() { return *stores_.statements; }
  StatementStore& direct() { return *direct_.statements; }
  DocumentStore* documents() { return stores_.documents.get(); }
  Context within(steady_clock::duration limit) const {
    return {place_.target, steady_clock::now() + limit};
  }

  Result<std::vector<AppendOutcome>> append(const Samples& samples) {
    std::vector<Row> rows;
    for (const auto& sample : samples) rows.push_back(row_of(sample));
    auto outcomes = statements().append(within(patience), rows, OnConflict::refuse_batch);
    if (!outcomes) return outcomes;
    for (const auto outcome : *outcomes)
      CHECK((outcome == AppendOutcome::stored || outcome == AppendOutcome::known));
    for (const auto& sample : samples) acknowledged_.insert(sample.id);
    return outcomes;
  }

  /// Sends it again and again until it is acknowledged.
  std::vector<AppendOutcome> append_in_the_end(const Samples& samples) {
    const auto give_up = steady_clock::now() + recovers_within;
    for (;;) {
      auto outcomes = append(samples);
      if (outcomes) return std::move(*outcomes);
      CHECK_MESSAGE(outcomes.error().code == Code::unavailable, outcomes.error().message, ": ",
                    outcomes.error().detail);
      REQUIRE_MESSAGE(steady_clock::now() < give_up, outcomes.error().detail);
      std::this_thread::sleep_for(milliseconds(50));
    }
  }

  /// A statement was sent without success: it may be stored, or be stored by and by (W11).
  void in_doubt(const Uuid& id) { in_doubt_.insert(id); }

  /// All that was acknowledged is there once, for everybody, and nothing else but what is in doubt.
  void check_kept() {
    for (auto* store : {&statements(), &direct()}) {
      auto ids = listed(*store, place_.target, settled(*store, place_.target));
      if (voided_) CHECK(ids.insert(*voided_).second);
      check_nothing_else(ids);
      CHECK(std::includes(ids.begin(), ids.end(), acknowledged_.begin(), acknowledged_.end()));
      for (const auto& id : acknowledged_) found(*store, place_.target, id);
    }
  }

  /// Others see what was acknowledged; and nothing else where that is promised.
  void check_seen(bool nothing_else) {
    const auto page = direct().query({place_.target}, {}, {});
    REQUIRE_MESSAGE(page.has_value(), page.error().detail);
    std::set<Uuid> seen;
    for (const auto& row : page->rows) seen.insert(row.position.id);
    if (voided_) seen.insert(*voided_);
    for (const auto& id : acknowledged_) CHECK(seen.count(id) == 1);
    if (nothing_else) check_nothing_else(seen);
  }
  void check_nothing_else(const std::set<Uuid>& ids) {
    for (const auto& id : ids) CHECK(acknowledged_.count(id) + in_doubt_.count(id) > 0);
  }
  /// The database is used again within moments: what was under way when it came back may still
  /// fail.
  void check_healthy() {
    const auto give_up = steady_clock::now() + recovers_within;
    while (statements().health() != Health::ok && steady_clock::now() < give_up)
      std::this_thread::sleep_for(milliseconds(50));
    CHECK(statements().health() == Health::ok);
  }

  void told_consistent(Time through) { consistent_ = std::max(consistent_, through); }
  /// What it told still holds when another process stores something.
  void check_consistent() {
    const Sample sample{.note = "of another process"};
    CHECK(append_new(direct(), place_.target, {sample}).front().stored > consistent_);
    acknowledged_.insert(sample.id);
  }

  /// This one is to be voided: from then on it is found, but not listed.
  void will_void(const Uuid& id) { voided_ = id; }
  void check_voided() {
    for (auto* store : {&statements(), &direct()})
      CHECK(found(*store, place_.target, *voided_).voided);
  }

 private:
  Remote::EmptyStore place_;
  Stores direct_, stores_;
  std::set<Uuid> acknowledged_;
  std::set<Uuid> in_doubt_;
  std::optional<Uuid> voided_;
  Time consistent_{};
};

template <typename Value>
void check_unavailable(const std::string& what, const Result<Value>& result) {
  CAPTURE(what);
  REQUIRE(!result.has_value());
  CAPTURE(result.error().message);
  CAPTURE(result.error().detail);
  CHECK(result.error().code == Code::unavailable);
}

const DocumentKey document_key{DocumentKind::state, "owner", "", "id"};

Document document() { return {"text/plain", "a", std::string(40, 'a'), now()}; }

/// Each call fails for want of the database, by `limit` at the latest.
void check_away(Line& line, steady_clock::duration limit = patience) {
  const auto in_time = [&](const std::string& what, const auto& call) {
    const auto began = steady_clock::now();
    check_unavailable(what, call(line.within(limit)));
    CHECK(steady_clock::now() - began < std::max<steady_clock::duration>(limit, {}) + seconds(1));
  };
  const std::vector ids{Uuid::random()};
  in_time("append", [&](const Context& context) {
    std::vector rows{row_of({})};
    line.in_doubt(rows.front().id);
    return line.statements().append(context, rows, OnConflict::refuse_batch);
  });
  in_time("find", [&](const Context& context) { return line.statements().find(context, ids); });
  in_time("query",
          [&](const Context& context) { return line.statements().query(context, {}, {}); });
  in_time("consistent_through", [&](const Context& context) -> Result<Time> {
    const auto through = line.statements().consistent_through(context);
    if (!through) return through;
    line.told_consistent(*through);  // from memory, which is as good
    return fail(Code::unavailable, "from memory");
  });
  if (!line.documents()) return;
  in_time("get",
          [&](const Context& context) { return line.documents()->get(context, document_key); });
  in_time("put", [&](const Context& context) {
    return line.documents()->put(context, document_key, document(), Expect::anything());
  });
}

void check_recovered(Line& line) {
  line.proxy.set(Fault::none);
  line.append_in_the_end({{.note = "afterwards"}});
  line.check_consistent();
  line.check_healthy();
  line.check_kept();
  if (!line.documents()) return;
  const auto context = line.within(patience);
  const auto put = line.documents()->put(context, document_key, document(), Expect::anything());
  REQUIRE_MESSAGE(put.has_value(), put.error().message, ": ", put.error().detail);
  const auto kept = line.documents()->get(context, document_key);
  REQUIRE(kept.has_value());
  CHECK(kept->has_value());
}

void check_down_at_the_start(const Remote& remote) {
  Line line(remote, Fault::down);
  CHECK(line.statements().health() == Health::away);
  check_away(line);
  check_recovered(line);
}

void check_away_in_the_middle(const Remote& remote, Fault fault, const std::string& answer = "") {
  CAPTURE(static_cast<int>(fault));
  CAPTURE(answer);
  Line line(remote);
  line.append_in_the_end({{.note = "before"}});
  line.proxy.set(fault, answer);
  check_away(line);
  CHECK(line.statements().health() == Health::away);
  line.check_seen(true);
  check_recovered(line);
}

/// The answers are lost, from some request of an append on: it may be stored or not.
void check_lost(const Remote& remote, const std::string& request, Fault fault) {
  CAPTURE(request);
  CAPTURE(static_cast<int>(fault));
  Line line(remote);
  const Sample target{.note = "target"};
  line.append_in_the_end({target});
  line.will_void(target.id);
  line.proxy.set_when(request, fault);
  Samples batch;
  // Not each append makes each request.
  for (const auto give_up = steady_clock::now() + seconds(20);;) {
    REQUIRE(steady_clock::now() < give_up);
    batch = {{.note = "first"}, {.refers_to = target.id, .voids = true}, {.note = "last"}};
    const auto outcomes = line.append(batch);
    if (outcomes) continue;
    check_unavailable("append", outcomes);
    break;
  }
  line.check_seen(remote.appends_as_a_whole && fault == Fault::down);
  line.proxy.set(Fault::none);
  const auto outcomes = line.append_in_the_end(batch);
  // It has arrived as a whole when the last request did, else not at all.
  if (remote.appends_as_a_whole && fault != Fault::down && request == remote.requests.back())
    CHECK(outcomes == std::vector<AppendOutcome>(batch.size(), AppendOutcome::known));
  line.check_voided();
  check_recovered(line);
}

void check_deadlines(const Remote& remote) {
  Line line(remote);
  line.append_in_the_end({{}});
  check_away(line, -seconds(1));
  line.proxy.set(Fault::silent);
  check_away(line, milliseconds(300));
  check_recovered(line);
}

}  // namespace

void check_faults(const Remote& remote) {
  SUBCASE("a database that is down at the start is away, and used as soon as it is there") {
    check_down_at_the_start(remote);
  }
  SUBCASE("a database that goes away in the middle is unavailable, and used again afterwards") {
    check_away_in_the_middle(remote, Fault::down);
    check_away_in_the_middle(remote, Fault::silent);
  }
  SUBCASE("an answer of somebody else is never taken for the database's") {
    for (const auto& answer : remote.nonsense)
      check_away_in_the_middle(remote, Fault::nonsense, answer);
  }
  SUBCASE("a batch that breaks at any request is stored once when it is sent again") {
    for (const auto& request : remote.requests)
      for (const auto fault : {Fault::down, Fault::lost_answers})
        check_lost(remote, request, fault);
  }
  SUBCASE("a batch whose answer is late or half is stored once when it is sent again") {
    for (const auto fault : {Fault::stalled, Fault::cut_answers})
      check_lost(remote, remote.requests.front(), fault);
  }
  SUBCASE("a call costs no more than its deadline") { check_deadlines(remote); }
}

}  // namespace lectern::store::contract
