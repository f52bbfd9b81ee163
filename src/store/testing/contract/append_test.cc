#include <algorithm>
#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "store/testing/contract/walk.h"

namespace lectern::store::contract {
namespace {

using Outcomes = std::vector<AppendOutcome>;

Outcomes append(Subject& subject, std::vector<Row>& rows, OnConflict on_conflict) {
  const auto outcomes = subject.statements->append({subject.target}, rows, on_conflict);
  REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().message, outcomes.error().detail);
  return *outcomes;
}

std::size_t count_found(Subject& subject, const std::vector<Uuid>& ids) {
  const auto all = subject.statements->find({subject.target}, ids);
  REQUIRE(all.has_value());
  return all->size();
}

/// A batch of a new row, one that conflicts with what is kept, and one that is known.
struct Mixed {
  Row kept, changed;
  std::vector<Row> batch;
};

Mixed mixed_batch(Subject& subject) {
  const Sample known{.note = "known"};
  Sample taken{.note = "taken"};
  append_new(subject, known);
  Mixed mixed{append_new(subject, taken), {}, {}};
  taken.note = "changed";
  mixed.changed = row_of(taken);
  mixed.batch = {row_of({.note = "new"}), mixed.changed, row_of(known)};
  return mixed;
}

/// Many threads append another statement each under one id; returns how often each outcome came.
std::array<int, 4> race(Subject& subject, const Uuid& id, int threads) {
  std::array<std::atomic<int>, 4> counts{};
  std::vector<std::thread> racers;
  for (int i = 0; i < threads; ++i) {
    racers.emplace_back([&, i] {
      std::vector<Row> rows{row_of({.id = id, .note = "racer " + std::to_string(i)})};
      const auto outcomes =
          subject.statements->append({subject.target}, rows, OnConflict::refuse_batch);
      if (outcomes) ++counts[static_cast<std::size_t>(outcomes->front())];
    });
  }
  for (auto& racer : racers) racer.join();
  return {counts[0], counts[1], counts[2], counts[3]};
}

}  // namespace

void check_appending(const Backend& backend) {
  SUBCASE("a stored statement is found by id, its text stamped with its stored instant") {
    auto subject = backend.open();
    const auto before = now();
    const auto row = append_new(subject, Sample{});
    CHECK(row.stored >= before - std::chrono::milliseconds{1});
    CHECK(row.json.find(stored_text(row.stored)) != std::string::npos);
    const auto there = found(*subject.statements, subject.target, row.id);
    CHECK(there.position.stored == row.stored);
    CHECK(there.json == row.json);
    CHECK(there.fingerprint == row.fingerprint);
    CHECK(!there.voided);
  }
  SUBCASE("unknown ids are left out of what is found") {
    auto subject = backend.open();
    const auto row = append_new(subject, Sample{});
    CHECK(count_found(subject, {Uuid::random(), row.id, Uuid::random()}) == 1);
    CHECK(count_found(subject, {Uuid::random()}) == 0);
    CHECK(count_found(subject, {}) == 0);
  }
  SUBCASE("an empty batch is stored without an effect") {
    auto subject = backend.open();
    std::vector<Row> none;
    CHECK(append(subject, none, OnConflict::refuse_batch).empty());
  }
  SUBCASE("stored rises strictly within a batch and from batch to batch") {
    auto subject = backend.open();
    Time last{};
    for (int batch = 0; batch < 4; ++batch) {
      for (const Row& row : append_new(subject, std::vector<Sample>(50))) {
        CHECK(row.stored > last);
        last = row.stored;
      }
    }
  }
  SUBCASE("a thousand statements in a batch are all found") {
    auto subject = backend.open();
    const auto rows = append_new(subject, std::vector<Sample>(1000));
    CHECK(count_found(subject, ids_of(rows)) == 1000);
  }
  SUBCASE("two targets share nothing, not even ids") {
    auto subject = backend.open();
    Sample sample{.note = "here"};
    const auto here = append_new(subject, sample);
    sample.note = "there";
    const auto there =
        append_new(*subject.statements, subject.other_target, {sample, Sample{}}).front();
    CHECK(found(*subject.statements, subject.target, sample.id).json == here.json);
    CHECK(found(*subject.statements, subject.other_target, sample.id).json == there.json);
    CHECK(walk(backend, subject, {}).size() == 1);
    std::swap(subject.target, subject.other_target);
    CHECK(walk(backend, subject, {}).size() == 2);
  }
}

void check_conflicts(const Backend& backend) {
  SUBCASE("an equivalent statement under a known id is known and changes nothing") {
    auto subject = backend.open();
    const Sample sample{};
    const auto first = append_new(subject, sample);
    std::vector<Row> again{row_of(sample)};
    CHECK(append(subject, again, OnConflict::refuse_batch) == Outcomes{AppendOutcome::known});
    const auto there = found(*subject.statements, subject.target, sample.id);
    CHECK(there.json == first.json);
    CHECK(there.position.stored == first.stored);
    CHECK(walk(backend, subject, {}).size() == 1);
  }
  SUBCASE("one conflict refuses its whole batch") {
    auto subject = backend.open();
    auto [kept, changed, batch] = mixed_batch(subject);
    CHECK(append(subject, batch, OnConflict::refuse_batch) ==
          Outcomes{AppendOutcome::refused, AppendOutcome::conflict, AppendOutcome::known});
    CHECK(count_found(subject, {batch[0].id}) == 0);
    CHECK(found(*subject.statements, subject.target, kept.id).json == kept.json);
    CHECK(walk(backend, subject, {}).size() == 2);
  }
  SUBCASE("where conflicts are skipped the other rows are stored") {
    auto subject = backend.open();
    auto [kept, changed, batch] = mixed_batch(subject);
    CHECK(append(subject, batch, OnConflict::skip) ==
          Outcomes{AppendOutcome::stored, AppendOutcome::conflict, AppendOutcome::known});
    CHECK(count_found(subject, {batch[0].id}) == 1);
    CHECK(found(*subject.statements, subject.target, kept.id).json == kept.json);
    CHECK(walk(backend, subject, {}).size() == 3);
  }
  SUBCASE("of clients that race for one id one wins and the others learn of it") {
    if (!backend.detects_races) return;
    auto subject = backend.open();
    for (int round = 0; round < 5; ++round) {
      const auto counts = race(subject, Uuid::random(), 8);
      CHECK(counts[static_cast<std::size_t>(AppendOutcome::stored)] == 1);
      CHECK(counts[static_cast<std::size_t>(AppendOutcome::conflict)] == 7);
    }
    CHECK(walk(backend, subject, {}).size() == 5);
  }
}

namespace {

/// Stores the row and reads its text back, by id and from a list.
void check_survives(const Backend& backend, Row row) {
  auto subject = backend.open();
  std::vector<Row> rows{std::move(row)};
  REQUIRE(append(subject, rows, OnConflict::refuse_batch) == Outcomes{AppendOutcome::stored});
  CHECK(found(*subject.statements, subject.target, rows[0].id).json == rows[0].json);
  settle(backend, *subject.statements, subject.target);
  const auto page = subject.statements->query({subject.target}, {}, {});
  REQUIRE(page.has_value());
  REQUIRE(page->rows.size() == 1);
  CHECK(page->rows[0].json == rows[0].json);
}

void check_survives(const Backend& backend, const Sample& sample) {
  check_survives(backend, row_of(sample));
}

}  // namespace

void check_texts(const Backend& backend) {
  SUBCASE("numbers are given back to the digit") {
    check_survives(backend, {.extensions = R"("http://x.org/n":[1.10,1e400,-0,1E+2,0.1000,)"
                                           R"(123456789012345678901234567890,9007199254740993])"});
  }
  SUBCASE("keys that databases dislike are given back as they came") {
    check_survives(backend,
                   {.extensions = R"("http://x.org/k":{"":1,".":2,"a..b":3,"$set":{"$a.b":4},)"
                                  R"("_id":5,"\u0000":"\u0000","lectern":{"terms":1}})"});
  }
  SUBCASE("escapes and characters beyond ASCII keep their spelling") {
    check_survives(backend, {.note = "caf\xC3\xA9 \xF0\x9F\x8E\x93 \" \\ \t",
                             .extensions = R"("http://x.org/e":"\u00e9\/\ud83c\udf93 é 🎓")"});
  }
  SUBCASE("the order of members and the blanks between them stay") {
    const std::string line_break = backend.keeps_line_breaks ? "\r\n" : " ";
    const auto row = row_of(R"({ "verb" : {"id":"http://example.org/verbs/did"},)" + line_break +
                                R"(  "object":{"id":"http://example.org/activities/course"},)" +
                                R"("actor":{"mbox":"mailto:ada@example.org"} , )" + "\t" +
                                R"("timestamp":"2026-01-01T00:00:00Z" })",
                            "lms");
    CHECK(row.json.find(line_break + "  \"object\"") != std::string::npos);
    check_survives(backend, row);
  }
  SUBCASE("a statement of a megabyte survives") {
    check_survives(backend, {.note = std::string(1'000'000, 'x')});
  }
}

void check_restarting(const Backend& backend) {
  SUBCASE("what was stored is there after a restart, and stored goes on rising") {
    if (!backend.reopen) return;
    auto subject = backend.open();
    const Sample voided{.note = "voided"};
    const auto rows = append_new(subject, {Sample{}, voided, Sample{.agent = "bob"}});
    const auto voiding = append_new(subject, Sample{.refers_to = voided.id, .voids = true});
    subject = backend.reopen(std::move(subject));
    CHECK(found(*subject.statements, subject.target, rows[0].id).json == rows[0].json);
    CHECK(found(*subject.statements, subject.target, rows[0].id).position.stored == rows[0].stored);
    CHECK(found(*subject.statements, subject.target, voided.id).voided);
    CHECK(append_new(subject, Sample{.agent = "bob"}).stored > voiding.stored);
    CHECK(walk(backend, subject, {{agent("bob")}, {}, {}}).size() == 2);
    CHECK(walk(backend, subject, {}).size() == 4);
    std::vector<Row> again{row_of(voided)};
    CHECK(append(subject, again, OnConflict::refuse_batch) == Outcomes{AppendOutcome::known});
  }
}

}  // namespace lectern::store::contract
