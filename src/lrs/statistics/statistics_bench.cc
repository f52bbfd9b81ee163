// What a question costs, of a million statements whose facts are in memory; and what it costs to
// take the facts of one.
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "base/json/json.h"
#include "base/time/time_zone.h"
#include "lrs/statistics/columns/fact_columns.h"
#include "lrs/statistics/columns/fact_match.h"
#include "lrs/statistics/columns/mixed.h"
#include "lrs/statistics/tally/tally_in_halves.h"
#include "xapi/query.h"

namespace lectern::lrs {
namespace {

constexpr std::uint64_t statements = 1'000'000;

/// One every 26 seconds, a year's worth: 10,000 learners, 40 courses, 2,000 activities.
std::string statement(std::uint64_t i) {
  const auto dice = mixed(i + 1);
  return fmt::format(
      R"({{"actor":{{"account":{{"homePage":"https://lms.example.org","name":"learner{}"}}}},)"
      R"("verb":{{"id":"http://adlnet.gov/expapi/verbs/verb{}"}},)"
      R"("object":{{"id":"https://lms.example.org/item/{}"}},"authority":{{"mbox":"mailto:lms@example.org"}},)"
      R"("context":{{"registration":"00000000-0000-4000-8000-{:012}","platform":"lms",)"
      R"("contextActivities":{{"grouping":[{{"id":"https://lms.example.org/course/{}"}}]}}}},)"
      R"("result":{{"score":{{"scaled":{}}},"success":{},"duration":"PT{}S"}}}})",
      dice % 10'000, (dice >> 16) % 12, (dice >> 24) % 2'000, dice % 50'000,
      (dice >> 24) % 2'000 / 50, static_cast<double>((dice >> 40) % 101) / 100,
      (dice & 1) != 0 ? "true" : "false", (dice >> 8) % 900);
}

const FactColumns& columns() {
  static const auto made = [] {
    auto out = std::make_unique<FactColumns>();
    for (std::uint64_t i = 0; i < statements; ++i) {
      const auto document = json::parse(statement(i));
      const Time stored{std::chrono::microseconds(1'767'225'600'000'000 + i * 26'000'000)};
      out->add({stored, {}}, (*document)->root());
    }
    return out;
  }();
  return *made;
}

void ask(benchmark::State& state, const xapi::Parameters& parameters) {
  const auto& facts = columns();
  const auto question = read_question(parameters, xapi::Ids::iris);
  const auto zone = TimeZone::find(question->zone);
  const ChainFilter filter{question->selection.all_of, {}, question->selection.any_of};
  const Tally::Grow grow = [](std::uint64_t) -> Result<void> { return {}; };
  for (auto _ : state) {
    TallyInHalves tally(*question, *zone, facts, grow);
    const FactMatch match(facts, question->selection, filter, std::nullopt, Time::max());
    benchmark::DoNotOptimize(tally.count(match, 0, std::chrono::steady_clock::time_point::max()));
    benchmark::DoNotOptimize(tally.finish());
  }
  state.counters["bytes_per_statement"] =
      static_cast<double>(facts.bytes()) / static_cast<double>(facts.size());
}

const std::string course = "https://lms.example.org/course/7";
const std::string all_measures =
    "count,actors,activities,registrations,success_rate,scaled_mean,duration_sum,scaled_p50";

BENCHMARK_CAPTURE(ask, total, {{"measure", "count"}})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ask, by_verb, {{"by", "verb"}})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ask, by_course, {{"by", "course"}})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ask, by_day, {{"by", "day"}, {"zone", "Europe/Berlin"}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ask, by_verb_and_day, {{"by", "verb,day"}})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ask, by_actor, {{"by", "actor"}, {"top", "10"}})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ask, actors_by_verb, {{"by", "verb"}, {"measure", "actors"}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ask, all_measures_by_verb, {{"by", "verb"}, {"measure", all_measures}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ask, all_measures_by_verb_and_day,
                  {{"by", "verb,day"}, {"measure", all_measures}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ask, one_course_by_verb, {{"by", "verb"}, {"course", course}})
    ->Unit(benchmark::kMillisecond);

void take_facts(benchmark::State& state) {
  FactColumns facts;
  std::uint64_t i = 0;
  for (auto _ : state) {
    const auto document = json::parse(statement(i % statements));
    facts.add({Time(std::chrono::microseconds(++i)), {}}, (*document)->root());
  }
}
BENCHMARK(take_facts);

}  // namespace
}  // namespace lectern::lrs

BENCHMARK_MAIN();
