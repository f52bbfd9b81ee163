#include "lrs/statistics/statistics.h"

#include <cmath>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lrs/statistics/buckets.h"
#include "lrs/statistics/distinct_count.h"
#include "lrs/statistics/spread.h"

namespace lectern::lrs {
namespace {

Result<void> for_nothing(std::uint64_t) { return {}; }

Question by_verb(std::size_t top) {
  Question question;
  question.by = {Dimension::verb};
  question.measures = {Measure{}};
  question.top = top;
  return question;
}

}  // namespace

TEST_CASE("distinct numbers are counted exactly up to the bound, then within a few hundredths") {
  for (const std::uint64_t many : {0, 1, 5, 1'000, 100'000}) {
    DistinctCount count;
    for (int twice = 0; twice < 2; ++twice)
      for (std::uint64_t i = 0; i < many; ++i) count.add(mixed(i));
    CHECK(count.exact());
    CHECK(count.count() == many);
  }
  for (const std::uint64_t many : {100'001, 300'000, 2'000'000}) {
    DistinctCount count;
    for (std::uint64_t i = 0; i < many; ++i) count.add(mixed(i));
    CHECK(!count.exact());
    CHECK(count.bytes() <= 16'384);
    const auto error = std::abs(static_cast<double>(count.count()) / static_cast<double>(many) - 1);
    CHECK(error < 4 * DistinctCount::relative_error);
  }
}

TEST_CASE("percentiles lie between numbers, as spreadsheets have them") {
  Spread spread;
  for (const double one : {4.0, 1.0, 3.0, 2.0}) spread.add(one, true);
  CHECK(spread.percentile(0) == 1);
  CHECK(spread.percentile(50) == 2.5);
  CHECK(spread.percentile(100) == 4);
  CHECK(spread.mean() == 2.5);
  CHECK(!Spread().percentile(50));
  CHECK(!Spread().mean());
}

TEST_CASE("percentiles of very many numbers are estimates with a known error") {
  Spread spread;
  for (int i = -50'000; i <= 200'000; ++i) spread.add(i, true);
  CHECK(!spread.exact());
  for (const int hundredths : {1, 10, 20, 50, 90, 99}) {
    const double exact = -50'000 + 2'500.0 * hundredths;
    CHECK(std::abs(*spread.percentile(hundredths) - exact) <=
          Spread::relative_error * 1.01 * std::abs(exact) + 1e-6);
  }
  CHECK(spread.bytes() < 400'000);
}

TEST_CASE("a sum keeps what adding one by one would lose") {
  Spread spread;
  for (const double one : {1e16, 1.0, -1e16}) spread.add(one, false);
  CHECK(spread.sum() == 1);
}

TEST_CASE("groups that tie with the last of the greatest are told of") {
  const auto question = by_verb(2);
  const TimeZone utc;
  Tally tally(question, utc, for_nothing);
  Dictionary dictionary;
  for (const std::string_view verb : {"a", "a", "b", "c", "d"}) {
    FactRow row;
    row.verb = dictionary.add(verb);
    REQUIRE(tally.add(row));
  }
  const auto told = tally.finish(dictionary);
  REQUIRE(told);
  REQUIRE(told->groups.size() == 2);
  CHECK(told->groups[0].keys[0] == "a");
  CHECK(told->groups[1].keys[0] == "b");
  CHECK(told->ties == 2);
  CHECK(told->groups_in_all == 4);
  CHECK(told->totals.values[0] == 5);
}

TEST_CASE("sums beyond what a double holds have no value, and order nothing") {
  Question question = by_verb(3);
  question.measures = {{MeasureKind::sum, Quantity::raw, 0, "raw_sum"},
                       {MeasureKind::mean, Quantity::raw, 0, "raw_mean"},
                       {MeasureKind::percentile, Quantity::raw, 50, "raw_p50"}};
  const TimeZone utc;
  Tally tally(question, utc, for_nothing);
  Dictionary dictionary;
  for (int verb = 0; verb < 40; ++verb)
    for (const double raw : {verb % 2 == 0 ? 1.0 : -1.7e308, 1.7e308, 1.7e308}) {
      FactRow row;
      row.verb = dictionary.add("verb" + std::to_string(verb));
      row.scaled = row.duration_s = std::nan("");
      row.raw = verb % 4 == 1 ? 1.7e308 : raw;  // of which the sum is NaN
      REQUIRE(tally.add(row));
    }
  const auto told = tally.finish(dictionary);
  const auto is_finite = [](const Statistics::Group& group) {
    for (const auto& value : group.values) CHECK((!value || std::isfinite(*value)));
  };
  REQUIRE(told);
  is_finite(told->totals);
  for (const auto& group : told->groups) is_finite(group);
  Spread many;
  for (std::size_t i = 0; i <= Spread::exact_max; ++i) many.add(1.7e308, true);
  CHECK(many.percentile(50) == 1.7e308);
}

TEST_CASE("a question with too many groups is refused, and one that memory refuses ends") {
  const auto question = by_verb(0);
  const TimeZone utc;
  Tally tally(question, utc, for_nothing);
  Result<void> done;
  FactRow row;
  for (std::uint32_t verb = 1; done && verb < 2 * Tally::groups_max; ++verb) {
    row.verb = verb;
    done = tally.add(row);
  }
  REQUIRE(!done);
  CHECK(done.error().code == Code::too_large);
  Tally poor(question, utc,
             [](std::uint64_t) -> Result<void> { return fail(Code::unavailable, "no memory"); });
  CHECK(poor.add(row).error().code == Code::unavailable);
}

TEST_CASE("what the keys of groups take is asked for, though one text stands in many") {
  Question question;
  question.by = {Dimension::platform, Dimension::course};
  question.measures = {Measure{}};
  const TimeZone utc;
  std::uint64_t asked = 0;
  Tally tally(question, utc, [&](std::uint64_t bytes) -> Result<void> {
    asked += bytes;
    return {};
  });
  Dictionary dictionary;
  std::vector<std::uint32_t> courses;
  for (int i = 0; i < 64; ++i) courses.push_back(dictionary.add("course" + std::to_string(i)));
  FactRow row;
  row.platform = dictionary.add(std::string(100'000, 'x'));
  row.courses = courses;
  REQUIRE(tally.add(row));
  REQUIRE(tally.finish(dictionary));
  CHECK(asked > 3 * 64 * 100'000);
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
