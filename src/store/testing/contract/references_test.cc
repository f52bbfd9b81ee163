#include <algorithm>

#include <doctest/doctest.h>

#include "store/testing/contract/walk.h"

namespace lectern::store::contract {
namespace {

using Ids = std::vector<Uuid>;

Ids listed(const Backend& backend, Subject& subject, xapi::Terms terms) {
  return walk(backend, subject, {std::move(terms), {}, {}}, 100, true);
}

/// Appends in the order given, each in a batch of its own or all in one.
void append_all(Subject& subject, const std::vector<Sample>& samples, bool one_batch) {
  if (one_batch) {
    append_new(subject, samples);
  } else {
    for (const auto& sample : samples) append_new(subject, sample);
  }
}

/// A chain of four: each but the last refers to the one behind it, which is a statement of bob's.
std::vector<Sample> chain() {
  std::vector<Sample> samples(4);
  for (std::size_t i = 0; i < 4; ++i) samples[i].agent = "link" + std::to_string(i);
  for (std::size_t i = 0; i < 3; ++i) samples[i].refers_to = samples[i + 1].id;
  samples[3].agent = "bob";
  samples[3].activity = "deep";
  return samples;
}

}  // namespace

void check_references(const Backend& backend) {
  SUBCASE("a referring statement is listed by its target's terms, which may come later") {
    for (const bool target_first : {true, false}) {
      for (const bool one_batch : {true, false}) {
        auto subject = backend.open();
        const Sample target{.agent = "bob", .verb = "saw", .activity = "a"};
        const Sample referring{.agent = "ada", .refers_to = target.id};
        append_all(subject,
                   target_first ? std::vector{target, referring} : std::vector{referring, target},
                   one_batch);
        CHECK(listed(backend, subject, {activity("a")}).size() == 2);
        CHECK(listed(backend, subject, {agent("bob"), verb("saw")}).size() == 2);
        CHECK(listed(backend, subject, {agent("ada")}) == Ids{referring.id});
        CHECK(listed(backend, subject, {agent("ada"), verb("saw")}) == Ids{referring.id});
      }
    }
  }
  SUBCASE("a referring row says so in a page, others do not") {
    auto subject = backend.open();
    const Sample target{};
    append_new(subject, std::vector{target, Sample{.agent = "bob", .refers_to = target.id}});
    settle(backend, *subject.statements, subject.target);
    const auto page = subject.statements->query({subject.target}, {}, {{}, 10, true});
    REQUIRE(page.has_value());
    REQUIRE(page->rows.size() == 2);
    CHECK(!page->rows[0].refers);
    CHECK(page->rows[1].refers);
  }
  SUBCASE("the authority of a target is not taken over") {
    auto subject = backend.open();
    const Sample target{.agent = "bob", .authority = "secret"};
    append_new(subject, std::vector{target, Sample{.refers_to = target.id}});
    CHECK(listed(backend, subject, {authority("secret")}) == Ids{target.id});
    CHECK(listed(backend, subject, {agent("bob")}).size() == 2);
  }
  SUBCASE("a chain carries the terms of its end, in whatever order its links arrive") {
    std::vector<std::size_t> order{0, 1, 2, 3};
    do {
      if (order[0] > order[3] && order[1] < order[2]) continue;  // half of them will do
      auto subject = backend.open();
      const auto samples = chain();
      std::vector<Sample> arriving;
      for (const auto i : order) arriving.push_back(samples[i]);
      append_all(subject, arriving, order[0] == 1);
      CHECK(listed(backend, subject, {activity("deep")}).size() == 4);
      CHECK(listed(backend, subject, {agent("link1")}).size() == 2);
    } while (std::next_permutation(order.begin(), order.end()));
  }
  SUBCASE("statements that refer to each other in a circle share their terms") {
    for (const bool one_batch : {true, false}) {
      auto subject = backend.open();
      std::vector<Sample> ring(3);
      for (std::size_t i = 0; i < 3; ++i) {
        ring[i].agent = "ring" + std::to_string(i);
        ring[i].refers_to = ring[(i + 1) % 3].id;
      }
      append_all(subject, ring, one_batch);
      for (const auto& sample : ring)
        CHECK(listed(backend, subject, {agent(sample.agent)}).size() == 3);
      Sample self{.agent = "self"};
      self.refers_to = self.id;
      append_new(subject, self);
      CHECK(listed(backend, subject, {agent("self")}) == Ids{self.id});
    }
  }
  SUBCASE("several statements may refer to one, also from one batch with it") {
    auto subject = backend.open();
    const Sample target{.agent = "bob"};
    append_new(subject, Sample{.agent = "ada", .refers_to = target.id});
    append_new(subject, std::vector{Sample{.agent = "eve", .refers_to = target.id}, target});
    append_new(subject, Sample{.agent = "kim", .refers_to = target.id});
    CHECK(listed(backend, subject, {agent("bob")}).size() == 4);
  }
  SUBCASE("references do not reach into another target") {
    auto subject = backend.open();
    const Sample target{.agent = "bob"};
    append_new(subject, Sample{.refers_to = target.id});
    append_new(subject, Sample{.refers_to = target.id, .voids = true});
    append_new(*subject.statements, subject.other_target, {target});
    CHECK(listed(backend, subject, {agent("bob")}).empty());
    CHECK(!found(*subject.statements, subject.other_target, target.id).voided);
  }
}

void check_voiding(const Backend& backend) {
  SUBCASE("a voided statement is found by id but not listed; the voiding one is listed") {
    for (const bool target_first : {true, false}) {
      for (const bool one_batch : {true, false}) {
        auto subject = backend.open();
        const Sample target{.agent = "bob"};
        const Sample voiding{.refers_to = target.id, .voids = true};
        append_all(subject,
                   target_first ? std::vector{target, voiding} : std::vector{voiding, target},
                   one_batch);
        CHECK(found(*subject.statements, subject.target, target.id).voided);
        CHECK(!found(*subject.statements, subject.target, voiding.id).voided);
        CHECK(walk(backend, subject, {}) == Ids{voiding.id});
        CHECK(listed(backend, subject, {agent("bob")}) == Ids{voiding.id});
        CHECK(listed(backend, subject, {agent("bob"), verb("did")}) == Ids{voiding.id});
      }
    }
  }
  SUBCASE("voided statements are listed where they are asked for") {
    auto subject = backend.open();
    const Sample target{.agent = "bob"};
    const Sample voiding{.refers_to = target.id, .voids = true};
    append_new(subject, std::vector{target, Sample{}, voiding});
    const Filter everything{{}, {}, {}, true};
    CHECK(walk(backend, subject, everything, 1).size() == 3);
    CHECK(walk(backend, subject, everything, 2, true).front() == target.id);
  }
  SUBCASE("a voiding statement cannot be voided, in either order") {
    for (const bool target_first : {true, false}) {
      auto subject = backend.open();
      const Sample voiding{.refers_to = Uuid::random(), .voids = true};
      const Sample second{.refers_to = voiding.id, .voids = true};
      append_all(subject,
                 target_first ? std::vector{voiding, second} : std::vector{second, voiding}, false);
      CHECK(!found(*subject.statements, subject.target, voiding.id).voided);
      CHECK(walk(backend, subject, {}).size() == 2);
    }
  }
  SUBCASE("a statement that refers to a voided one is still listed by its terms") {
    auto subject = backend.open();
    const Sample target{.agent = "bob", .activity = "a"};
    const Sample referring{.agent = "ada", .refers_to = target.id};
    const Sample voiding{.agent = "eve", .refers_to = target.id, .voids = true};
    append_new(subject, std::vector{target, referring, voiding});
    CHECK(listed(backend, subject, {activity("a")}) == Ids{referring.id, voiding.id});
    const Sample later{.agent = "kim", .refers_to = target.id};
    append_new(subject, later);
    CHECK(listed(backend, subject, {activity("a")}) == Ids{referring.id, voiding.id, later.id});
  }
  SUBCASE("a voided statement that refers takes later terms without coming back") {
    auto subject = backend.open();
    const Sample target{.agent = "bob"};
    const Sample referring{.agent = "ada", .refers_to = target.id};
    append_new(subject, referring);
    append_new(subject, Sample{.agent = "eve", .refers_to = referring.id, .voids = true});
    append_new(subject, target);
    CHECK(listed(backend, subject, {agent("ada")}).size() == 1);
    CHECK(listed(backend, subject, {agent("bob")}).size() == 2);
    CHECK(walk(backend, subject, {}).size() == 2);
  }
  SUBCASE("voiding a statement twice, or by a row sent again, is as voiding it once") {
    auto subject = backend.open();
    const Sample target{.agent = "bob"};
    const Sample voiding{.refers_to = target.id, .voids = true};
    append_new(subject, std::vector{target, voiding});
    append_new(subject, Sample{.refers_to = target.id, .voids = true});
    std::vector<Row> again{row_of(voiding), row_of(target)};
    const auto outcomes =
        subject.statements->append({subject.target}, again, OnConflict::refuse_batch);
    REQUIRE(outcomes.has_value());
    CHECK(*outcomes == std::vector<AppendOutcome>{AppendOutcome::known, AppendOutcome::known});
    CHECK(walk(backend, subject, {}).size() == 2);
  }
}

}  // namespace lectern::store::contract
