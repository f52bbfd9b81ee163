#include "lrs/statistics/statistics.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <new>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/json/json.h"
#include "lrs/statistics/columns/fact_match.h"
#include "lrs/statistics/columns/mixed.h"
#include "lrs/statistics/tally/buckets.h"
#include "lrs/statistics/tally/distinct_codes.h"
#include "lrs/statistics/tally/spread.h"
#include "lrs/statistics/tally/tally_in_halves.h"

namespace lectern::lrs {
namespace {

constexpr auto never = std::chrono::steady_clock::time_point::max();

Result<void> for_nothing(std::uint64_t) { return {}; }

Question by_verb(std::size_t top) {
  Question question;
  question.by = {Dimension::verb};
  question.measures = {Measure{}};
  question.top = top;
  return question;
}

/// Statements, and what a question about all of them comes to.
class Asked {
 public:
  /// One of ann's, at each minute.
  void add(const std::string& verb, const std::string& members = R"("version":"1.0.0")") {
    const auto document = json::parse(fmt::format(
        R"({{"actor":{{"mbox":"mailto:ann@example.org"}},"verb":{{"id":"https://example.org/{}"}},)"
        R"("object":{{"id":"https://example.org/item"}},{}}})",
        verb, members));
    REQUIRE(document);
    columns_.add({Time(std::chrono::minutes(count_++)), {}}, (*document)->root());
  }
  Result<Statistics> ask(const Question& question, const Tally::Grow& grow = for_nothing) const {
    Tally tally(question, utc_, columns_, grow);
    for (std::size_t block = 0; block < columns_.blocks().size(); ++block) {
      std::vector<std::uint32_t> all(columns_.blocks()[block]->rows);
      std::iota(all.begin(), all.end(), 0);
      RETURN_IF_ERROR(tally.add(block, all));
    }
    return tally.finish();
  }
  Result<Statistics> ask_in_halves(const Question& question, const Tally::Grow& grow = for_nothing,
                                   std::chrono::steady_clock::time_point deadline = never) const {
    const ChainFilter filter{};
    const FactMatch match(columns_, question.selection, filter, {}, Time::max());
    TallyInHalves tally(question, utc_, columns_, grow);
    TRY(const auto left, tally.count(match, 0, deadline));
    CHECK(left.empty());
    return tally.finish();
  }

 private:
  FactColumns columns_;
  const TimeZone utc_;
  int count_ = 0;
};

}  // namespace

TEST_CASE("distinct numbers are counted exactly, however many, in bounded memory") {
  for (const std::size_t many : {0, 1, 5, 1'000, 100'000, 300'000}) {
    DistinctCodes evens, halves[2];
    std::size_t grown = 0;
    const std::size_t codes = 2 * many + 1;
    for (int twice = 0; twice < 2; ++twice)
      for (std::size_t i = 1; i <= many; ++i) {
        evens.add(static_cast<std::uint32_t>(2 * i), codes, grown);
        halves[i % 3 == 0 ? 0 : 1].add(static_cast<std::uint32_t>(2 * i), codes, grown);
      }
    CHECK(evens.count() == many);
    CHECK(grown <= 2 * (codes / 8 + 8) + 2 * 16 * many);
    halves[0].merge(halves[1], codes, grown);
    CHECK(halves[0].count() == many);
  }
  // The dictionary may grow meanwhile.
  DistinctCodes codes;
  std::size_t grown = 0;
  for (std::uint32_t code = 1; code <= 100'000; ++code) codes.add(code, code + 1, grown);
  CHECK(codes.count() == 100'000);
}

TEST_CASE("percentiles lie between numbers, as spreadsheets have them") {
  Spread spread;
  std::size_t grown = 0;
  for (const double one : {4.0, 1.0, 3.0, 2.0}) spread.add(one, true, grown);
  for (int twice = 0; twice < 2; ++twice) {
    CHECK(spread.percentile(100) == 4);
    CHECK(spread.percentile(0) == 1);
    CHECK(spread.percentile(50) == 2.5);
  }
  CHECK(spread.mean() == 2.5);
  CHECK(!Spread().percentile(50));
  CHECK(!Spread().mean());
}

TEST_CASE("percentiles of very many numbers are estimates with a known error") {
  Spread all, halves[2];
  std::size_t grown = 0, in_halves = 0;
  for (int i = -50'000; i <= 200'000; ++i) {
    all.add(i, true, grown);
    halves[i > -45'000 && i % 2 == 0 ? 0 : 1].add(i, true, in_halves);
  }
  halves[0].merge(halves[1], in_halves);
  for (const Spread& spread : {all, halves[0]}) {
    CHECK(!spread.exact());
    CHECK(spread.count() == 250'001);
    CHECK(spread.sum() == 75'000.0 * 250'001);
    CHECK(spread.percentile(0) == -50'000);
    CHECK(spread.percentile(100) == 200'000);
    for (const int hundredths : {1, 10, 20, 50, 90, 99}) {
      const double exact = -50'000 + 2'500.0 * hundredths;
      CHECK(std::abs(*spread.percentile(hundredths) - exact) <=
            Spread::relative_error * std::abs(exact) + 1e-6);
    }
  }
  Spread widest;
  for (std::size_t i = 0; i < 2 * Spread::exact_max; ++i)
    widest.add(i < Spread::exact_max ? 0.0 : static_cast<double>(i), true, grown);
  CHECK(!widest.exact());
  grown = 0;
  for (const double one : {1e-300, 1e300, -1e300, -1e-5, 1e-5}) widest.add(one, true, grown);
  CHECK(widest.percentile(40) == 0);
  CHECK(grown <= 2'200'000);
}

TEST_CASE("percentiles of very many numbers of which few differ are exact") {
  Spread all, halves[2];
  std::size_t grown = 0, in_halves = 0;
  for (int i = 0; i < 400'000; ++i) {
    const double score = i % 4 == 0 ? -0.0 : i % 101 / 100.0;
    all.add(score, true, grown);
    halves[i % 7 == 0 ? 0 : 1].add(score, true, in_halves);
  }
  CHECK(grown < 2'200'000);
  halves[0].merge(halves[1], in_halves);
  std::vector<double> sorted;
  for (int i = 0; i < 400'000; ++i) sorted.push_back(i % 4 == 0 ? 0 : i % 101 / 100.0);
  std::sort(sorted.begin(), sorted.end());
  for (const Spread& spread : {all, halves[0]}) {
    CHECK(spread.exact());
    for (int hundredths = 0; hundredths <= 100; ++hundredths) {
      const double rank = 399'999.0 * hundredths / 100;
      const auto below = static_cast<std::size_t>(rank);
      const double low = sorted[below], high = sorted[std::min<std::size_t>(below + 1, 399'999)];
      CHECK(spread.percentile(hundredths) == low + (high - low) * (rank - std::floor(rank)));
    }
  }
}

TEST_CASE("a sum keeps what adding one by one would lose") {
  Spread spread;
  std::size_t grown = 0;
  for (const double one : {1e16, 1.0, -1e16}) spread.add(one, false, grown);
  CHECK(spread.sum() == 1);
}

TEST_CASE("groups that tie with the last of the greatest are told of") {
  Asked asked;
  for (const auto* verb : {"a", "a", "b", "c", "d"}) asked.add(verb);
  const auto told = asked.ask(by_verb(2));
  REQUIRE(told);
  REQUIRE(told->groups.size() == 2);
  CHECK(told->groups[0].keys[0] == "https://example.org/a");
  CHECK(told->groups[1].keys[0] == "https://example.org/b");
  CHECK(told->ties == 2);
  CHECK(told->groups_in_all == 4);
  CHECK(told->totals.values[0] == 5);
}

TEST_CASE("sums beyond what a double holds have no value, and order nothing") {
  Question question = by_verb(3);
  question.measures = {{MeasureKind::sum, Quantity::raw, 0, "raw_sum"},
                       {MeasureKind::mean, Quantity::raw, 0, "raw_mean"},
                       {MeasureKind::percentile, Quantity::raw, 50, "raw_p50"}};
  Asked asked;
  for (int verb = 0; verb < 40; ++verb)
    for (const auto* raw : {verb % 2 == 0 ? "1" : "-1.7e308", "1.7e308", "1.7e308"})
      asked.add(fmt::format("verb{}", verb),
                fmt::format(R"("result":{{"score":{{"raw":{}}}}})",
                            verb % 4 == 1 ? "1.7e308" : raw));  // of which the sum is NaN
  const auto told = asked.ask(question);
  const auto is_finite = [](const Statistics::Group& group) {
    for (const auto& value : group.values) CHECK((!value || std::isfinite(*value)));
  };
  REQUIRE(told);
  is_finite(told->totals);
  for (const auto& group : told->groups) is_finite(group);
  Spread many;
  std::size_t grown = 0;
  for (std::size_t i = 0; i <= Spread::exact_max; ++i) many.add(1.7e308, true, grown);
  CHECK(many.percentile(50) == 1.7e308);
}

TEST_CASE("a question with too many groups is refused, and one that memory refuses ends") {
  Asked asked;
  for (std::size_t verb = 0; verb <= Tally::groups_max; ++verb) asked.add(fmt::format("{}", verb));
  const auto refused = asked.ask(by_verb(0));
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::too_large);
  const auto poor = asked.ask(by_verb(0), [](std::uint64_t) -> Result<void> {
    return fail(Code::unavailable, "no memory");
  });
  REQUIRE(!poor);
  CHECK(poor.error().code == Code::unavailable);
}

TEST_CASE("what the keys of groups take is asked for, though one text stands in many") {
  Question question = by_verb(0);
  question.by = {Dimension::platform, Dimension::course};
  Asked asked;
  std::string courses;
  for (int i = 0; i < 64; ++i) courses += fmt::format(R"(,{{"id":"https://example.org/{}"}})", i);
  asked.add("a",
            fmt::format(R"("context":{{"platform":"{}","contextActivities":{{"parent":[{}]}}}})",
                        std::string(100'000, 'x'), courses.substr(1)));
  std::uint64_t bytes = 0;
  REQUIRE(asked.ask(question, [&](std::uint64_t more) -> Result<void> {
    bytes += more;
    return {};
  }));
  CHECK(bytes > 3 * 64 * 100'000);
}

TEST_CASE("two halves come to what one thread comes to") {
  Asked asked;
  for (std::size_t i = 0; i < 150'000; ++i) {
    const auto dice = mixed(i + 1);
    const auto registration =
        dice % 5 == 0
            ? ""
            : fmt::format(R"("registration":"00000000-0000-4000-8000-{:012}",)", dice % 20'000);
    asked.add(
        fmt::format("verb{}", dice % 7),
        fmt::format(
            R"("context":{{{}"contextActivities":{{"parent":[{{"id":"https://example.org/c{}"}}]}}}},)"
            R"("result":{{"score":{{"scaled":{}}},"success":{},"duration":"PT{}S"}},"version":"1.0.{}")",
            registration, dice % 9, (dice >> 20) % 2 == 0 ? "0.5" : "0.75", (dice >> 24) % 3 == 0,
            (dice >> 30) % 500, (dice >> 40) % 3));
  }
  Question question = by_verb(0);
  question.by = {Dimension::course, Dimension::verb, Dimension::day};
  question.measures = {{MeasureKind::count, Quantity::none, 0, "a"},
                       {MeasureKind::actors, Quantity::none, 0, "b"},
                       {MeasureKind::registrations, Quantity::none, 0, "c"},
                       {MeasureKind::success_rate, Quantity::none, 0, "d"},
                       {MeasureKind::mean, Quantity::scaled, 0, "e"},
                       {MeasureKind::sum, Quantity::duration, 0, "f"},
                       {MeasureKind::percentile, Quantity::duration, 90, "g"}};
  const auto one = asked.ask(question), two = asked.ask_in_halves(question);
  REQUIRE(one);
  REQUIRE(two);
  CHECK(one->totals.values == two->totals.values);
  REQUIRE(one->groups.size() == two->groups.size());
  CHECK(one->groups.size() > 9 * 7);
  for (std::size_t i = 0; i < one->groups.size(); ++i) {
    CHECK(one->groups[i].keys == two->groups[i].keys);
    CHECK(one->groups[i].values == two->groups[i].values);
  }
}

TEST_CASE("where memory ends in both halves the request ends, not the process") {
  Asked asked;
  for (std::size_t i = 0; i < 100'000; ++i) asked.add("attended");
  const Tally::Grow no_memory = [](std::uint64_t) -> Result<void> { throw std::bad_alloc(); };
  CHECK_THROWS_AS((void)asked.ask_in_halves(by_verb(0), no_memory), std::bad_alloc);
}

TEST_CASE("counting ends at the deadline of the request") {
  Asked asked;
  asked.add("attended");
  REQUIRE(asked.ask_in_halves(by_verb(0)));
  const auto late = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  const auto told = asked.ask_in_halves(by_verb(0), for_nothing, late);
  REQUIRE(!told);
  CHECK(told.error().code == Code::unavailable);
}

TEST_CASE("buckets of time begin where the zone says") {
  const auto berlin = *TimeZone::find("Europe/Berlin");
  const auto bucket = [&](Dimension dimension, std::string_view at) {
    return bucket_text(dimension, bucket_of(dimension, *parse_time(at), berlin), berlin);
  };
  CHECK(bucket(Dimension::day, "2026-11-30T22:59:59Z") == "2026-11-30");
  CHECK(bucket(Dimension::day, "2026-11-30T23:00:00Z") == "2026-12-01");
  CHECK(bucket(Dimension::month, "2026-11-30T23:00:00Z") == "2026-12");
  CHECK(bucket(Dimension::week, "2026-11-29T22:59:59Z") == "2026-11-23");
  CHECK(bucket(Dimension::week, "2026-11-29T23:00:00Z") == "2026-11-30");
  CHECK(bucket(Dimension::hour, "2026-10-25T00:30:00Z") == "2026-10-25T02:00:00+02:00");
  CHECK(bucket(Dimension::hour, "2026-10-25T01:30:00Z") == "2026-10-25T02:00:00+01:00");
  CHECK(bucket(Dimension::day, "1969-12-31T12:00:00.5Z") == "1969-12-31");
  CHECK(bucket(Dimension::week, "1969-12-28T12:00:00Z") == "1969-12-22");
}

}  // namespace lectern::lrs
