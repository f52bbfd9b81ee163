#include "store/testing/contract/bounds.h"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <span>

#include <doctest/doctest.h>

#include "base/json/json.h"
#include "base/limits.h"
#include "store/testing/contract/walk.h"

namespace lectern::store::contract {

xapi::Term related_activity(const std::string& name) {
  return xapi::activity_term("http://example.org/activities/" + name, true);
}

Row row_of(const WideSample& wide) {
  const auto activity = [](const std::string& name) {
    return R"({"id":)" + json::quoted("http://example.org/activities/" + name) + "}";
  };
  const auto& sample = wide.sample;
  std::string text =
      R"({"id":")" + sample.id.text() + R"(","actor":{"mbox":"mailto:)" + sample.agent;
  text +=
      R"(@example.org"},"verb":{"id":"http://example.org/verbs/)" + sample.verb + R"("},"object":)";
  text += sample.refers_to
              ? R"({"objectType":"StatementRef","id":")" + sample.refers_to->text() + R"("})"
              : activity(sample.activity);
  std::string others;
  for (const auto& name : wide.others) (others += others.empty() ? "" : ",") += activity(name);
  if (!others.empty()) text += R"(,"context":{"contextActivities":{"other":[)" + others + "]}}";
  return row_of(text + "}", sample.authority);
}

namespace {

using Ids = std::set<Uuid>;

Ids listed(const Backend& backend, Subject& subject, xapi::Terms terms) {
  const auto ids = walk(backend, subject, {std::move(terms), {}, {}}, 100, true);
  const Ids all(ids.begin(), ids.end());
  CHECK(all.size() == ids.size());
  return all;
}

std::vector<std::string> names(const std::string& kind, std::size_t count) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(kind + std::to_string(i));
  return all;
}

/// Statements that refer to each other at random, up to a few times the bound of terms each.
std::vector<WideSample> random_graph(std::mt19937& random, std::size_t count) {
  const auto up_to = [&](std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most)(random);
  };
  std::vector<WideSample> samples(count);
  for (auto& [sample, others] : samples)
    for (auto& byte : sample.id.bytes) byte = static_cast<std::uint8_t>(up_to(255));
  for (auto& [sample, others] : samples) {
    sample.agent = "agent" + std::to_string(up_to(3));
    sample.activity = "activity" + std::to_string(up_to(3));
    const std::size_t counts[] = {0, 10, limits::inherited_terms_max / 2,
                                  2 * limits::inherited_terms_max};
    others = names("set" + std::to_string(up_to(2)) + "-", counts[up_to(3)]);
    if (up_to(3) > 0) sample.refers_to = samples[up_to(count - 1)].sample.id;
  }
  std::shuffle(samples.begin(), samples.end(), random);
  return samples;
}

/// Those of the samples that have one along their chain, of whatever length, which carries all
/// terms: what a store with no bounds would be asked for.
Ids matching(const std::vector<WideSample>& samples, const xapi::Terms& wanted) {
  std::map<Uuid, Row> by_id;
  for (const auto& sample : samples) by_id.emplace(sample.sample.id, row_of(sample));
  Ids all;
  for (const auto& [id, row] : by_id) {
    Ids seen;
    for (const Row* at = &row; at != nullptr && seen.insert(at->id).second;) {
      if (xapi::match(at->terms, wanted)) all.insert(id);
      const auto next = at->refers_to ? by_id.find(*at->refers_to) : by_id.end();
      at = next == by_id.end() ? nullptr : &next->second;
    }
  }
  return all;
}

void append_wide(Subject& subject, std::span<const WideSample> samples) {
  std::vector<Row> rows;
  for (const auto& sample : samples) rows.push_back(row_of(sample));
  const auto outcomes =
      subject.statements->append({subject.target}, rows, OnConflict::refuse_batch);
  REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().message, outcomes.error().detail);
}

void check_graph(const Backend& backend, std::uint32_t seed) {
  INFO("seed ", seed);
  std::mt19937 random(seed);
  auto subject = backend.open();
  const auto samples = random_graph(random, 30);
  for (std::size_t begin = 0; begin < samples.size();) {
    const auto end = std::min(samples.size(), begin + 1 + random() % 8);
    append_wide(subject, std::span(samples).subspan(begin, end - begin));
    begin = end;
  }
  Ids referring;
  for (const auto& [sample, others] : samples)
    if (sample.refers_to) referring.insert(sample.id);
  for (const xapi::Terms& wanted :
       {xapi::Terms{agent("agent1")}, xapi::Terms{agent("agent2"), verb("did")},
        xapi::Terms{activity("activity0"), verb("did")}, xapi::Terms{related_activity("set1-3")},
        xapi::Terms{related_activity("set2-100"), agent("agent0")},
        xapi::Terms{related_activity("nowhere")}}) {
    const auto expected = matching(samples, wanted);
    const auto there = listed(backend, subject, wanted);
    CHECK(std::includes(there.begin(), there.end(), expected.begin(), expected.end()));
    for (const Uuid& id : there)  // only who refers may be there for more than it carries
      CHECK((expected.contains(id) || referring.contains(id)));
  }
}

}  // namespace

void check_reference_bounds(const Backend& backend) {
  SUBCASE("who inherits more terms than the bound is listed by each of them, in either order") {
    constexpr std::size_t wide = 2 * limits::inherited_terms_max;
    for (const bool target_first : {true, false}) {
      auto subject = backend.open();
      const Sample target{.agent = "bob", .authority = "secret"};
      const Sample referring{.agent = "ada", .refers_to = target.id};
      const Sample above{.agent = "eve", .refers_to = referring.id};
      const Sample apart{.agent = "kim"};
      for (const auto& sample : target_first ? std::vector{apart, target, referring, above}
                                             : std::vector{above, referring, apart, target})
        append_wide(subject, std::array{WideSample{
                                 sample, names("other", sample.id == target.id ? wide : 0)}});
      const Ids chain{target.id, referring.id, above.id};
      for (const std::size_t i : {std::size_t{0}, wide - 1})
        CHECK(listed(backend, subject, {related_activity("other" + std::to_string(i))}) == chain);
      CHECK(listed(backend, subject, {agent("bob"), verb("did")}) == chain);
      CHECK(listed(backend, subject, {authority("secret")}) == Ids{target.id});
      CHECK(listed(backend, subject, {authority("secret"), agent("bob")}) == Ids{target.id});
      CHECK(!listed(backend, subject, {agent("nobody")}).contains(apart.id));
      CHECK(walk(backend, subject, {{agent("bob")}, {}, {}}, 1).size() == 3);
    }
  }
  SUBCASE("terms of a chain add up to the bound") {
    auto subject = backend.open();
    std::vector<Sample> samples(3);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (i > 0) samples[i].refers_to = samples[i - 1].id;
      const auto others = names("of" + std::to_string(i) + "-", limits::inherited_terms_max / 2);
      append_wide(subject, std::array{WideSample{samples[i], others}});
    }
    Sample last{.refers_to = samples[2].id};
    append_new(subject, last);
    for (std::size_t i = 0; i < samples.size(); ++i)
      CHECK(listed(backend, subject, {related_activity("of" + std::to_string(i) + "-0")})
                .contains(last.id));
  }
  SUBCASE("when one append has handed out its terms, the others are listed all the same") {
    constexpr std::size_t terms = limits::inherited_terms_max - 10;
    constexpr std::size_t count = limits::inherited_terms_of_append_max / terms + 20;
    for (const bool target_first : {true, false}) {
      auto subject = backend.open();
      const WideSample target{{.agent = "bob"}, names("other", terms - 5)};
      const std::vector<Sample> referring(count,
                                          Sample{.agent = "ada", .refers_to = target.sample.id});
      auto batch = referring;
      for (auto& sample : batch) sample.id = Uuid::random();
      if (target_first) append_wide(subject, std::array{target});
      append_new(subject, batch);
      if (!target_first) append_wide(subject, std::array{target});
      CHECK(listed(backend, subject, {related_activity("other3")}).size() == count + 1);
      CHECK(listed(backend, subject, {agent("ada")}).size() == count);
    }
  }
  SUBCASE("nothing that a store without bounds would list is missing") {
    for (const std::uint32_t seed : {1u, 2u, 3u, 4u}) check_graph(backend, seed);
  }
}

}  // namespace lectern::store::contract
