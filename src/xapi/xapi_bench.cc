// What one statement costs on its way in, each step alone.
#include <benchmark/benchmark.h>

#include "base/assert.h"
#include "xapi/equality/fingerprint.h"
#include "xapi/stamp.h"
#include "xapi/terms.h"
#include "xapi/validate/validate.h"

namespace lectern::xapi {
namespace {

/// About 2 KB, shaped like what course platforms send.
std::string statement_text() {
  const std::string words(600, 'w');
  return R"({"id":"9dc99b37-e920-4a68-a066-917faca28949","actor":{"objectType":"Agent","account":)"
         R"({"name":"f6c5ca7f-9daa-4830-a6a7-887af156e9ce","homePage":"http://lms.example.org"}},)"
         R"("verb":{"id":"https://w3id.org/xapi/video/verbs/seeked","display":{"en-US":"seeked"}},)"
         R"("object":{"definition":{"type":"https://w3id.org/xapi/video/activity-type/video",)"
         R"("name":{"en-US":"A video"},"description":{"en-US":")" +
         words +
         R"("}},"id":"uuid://7d4f3c70-1e79-4243-9b7d-166076ce8bfb","objectType":"Activity"},)"
         R"("context":{"registration":"6f1e0c5e-1d3b-4c8e-9a51-9c1b3a1f0d11","extensions":)"
         R"({"https://w3id.org/xapi/video/extensions/session-id":"abb32c5b-ab8f-5f00-9718",)"
         R"("http://example.org/notes":")" +
         words +
         R"("},"contextActivities":{"category":[{"id":"https://w3id.org/xapi/video"}],"parent":)"
         R"([{"id":"course-v1:ORG+00002+session01","objectType":"Activity","definition":{"type":)"
         R"("http://adlnet.gov/expapi/activities/course"}}]}},"result":{"extensions":)"
         R"({"https://w3id.org/xapi/video/extensions/time-from":124.692,)"
         R"("https://w3id.org/xapi/video/extensions/time-to":176.4,)"
         R"("https://w3id.org/xapi/video/extensions/progress":0.472}},)"
         R"("timestamp":"2021-11-29T23:09:00.867219+00:00"})";
}

Stamp stamp_of_lrs() {
  return {{},
          R"({"objectType":"Agent","account":{"homePage":"http://lrs.example.org","name":"key"}})",
          false,
          Version::v1_0_3};
}

std::unique_ptr<json::Document> parsed(std::string text) {
  auto document = json::parse(std::move(text));
  LECTERN_ASSERT(document);
  return std::move(*document);
}

void parsing(benchmark::State& state) {
  const std::string text = statement_text();
  for (auto _ : state) benchmark::DoNotOptimize(json::parse(text));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

void validating(benchmark::State& state) {
  const auto document = parsed(statement_text());
  for (auto _ : state)
    LECTERN_ASSERT(validate_statement(document->root(), Version::v1_0_3).has_value());
}

void stamping(benchmark::State& state) {
  const auto document = parsed(statement_text());
  const Stamp with = stamp_of_lrs();
  for (auto _ : state) benchmark::DoNotOptimize(stamp(document->root(), with));
}

void taking_terms(benchmark::State& state) {
  const auto received = parsed(statement_text());
  const auto document = parsed(stamp(received->root(), stamp_of_lrs()).json);
  for (auto _ : state) benchmark::DoNotOptimize(terms_of(document->root()));
}

void fingerprinting(benchmark::State& state) {
  const auto document = parsed(statement_text());
  for (auto _ : state) benchmark::DoNotOptimize(fingerprint_of(document->root()));
}

BENCHMARK(parsing);
BENCHMARK(validating);
BENCHMARK(stamping);
BENCHMARK(taking_terms);
BENCHMARK(fingerprinting);

}  // namespace
}  // namespace lectern::xapi

BENCHMARK_MAIN();
