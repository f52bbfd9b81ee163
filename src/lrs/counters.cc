#include "lrs/counters.h"

namespace lectern::lrs {
namespace {

constexpr std::string_view statements_name = "lectern_statements_total";
constexpr std::string_view statements_help = "Statements received, by what became of them";

}  // namespace

Counters::Counters(metrics::Registry& registry)
    : stored(registry.counter(statements_name, statements_help, {{"outcome", "stored"}})),
      known(registry.counter(statements_name, statements_help, {{"outcome", "known"}})),
      conflicts(registry.counter(statements_name, statements_help, {{"outcome", "conflict"}})),
      invalid(registry.counter(statements_name, statements_help, {{"outcome", "invalid"}})),
      append_seconds(registry.histogram("lectern_store_append_seconds",
                                        "Time in which the store took a batch of statements")),
      query_seconds(registry.histogram("lectern_store_query_seconds",
                                       "Time in which the store gave a page of statements")) {}

}  // namespace lectern::lrs
