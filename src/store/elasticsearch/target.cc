#include "store/elasticsearch/target.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/time/micros.h"
#include "store/elasticsearch/client/search.h"
#include "store/elasticsearch/read/lookup.h"
#include "store/elasticsearch/schema/layout.h"
#include "store/elasticsearch/schema/statement_document.h"

namespace lectern::store::elasticsearch {
namespace {

/// The latest `stored` that a search sees, so that the clock goes on above it.
Result<std::optional<Time>> latest(Cluster& cluster, const std::string& index, Deadline deadline) {
  TRY(const auto reply,
      cluster.expect_ok(
          {"POST", "/" + index + "/_search?filter_path=timed_out,hits.hits.sort,error",
           R"({"size":1,"_source":false,"track_total_hits":false,)"
           R"("sort":[{"lectern.stored":{"order":"desc","missing":0}}]})"},
          deadline));
  TRY(const auto hits, hits_of(reply));
  if (!hits) return std::nullopt;
  for (const auto hit : hits->children())
    if (const auto sort = hit.find("sort"))
      for (const auto value : sort->children())
        if (value.is(json::Type::number))
          return Time{std::chrono::microseconds{value.as_integer().value_or(0)}};
  return std::nullopt;
}

/// Says in the log how many documents other programs left for `lectern migrate`.
Result<void> report_incomplete(Cluster& cluster, const std::string& index, Deadline deadline) {
  TRY(const auto reply,
      cluster.expect_ok(
          {"POST", "/" + index + "/_count",
           R"({"query":{"bool":{"must_not":{"exists":{"field":"lectern.stored"}}}}})"},
          deadline));
  const auto count = reply.root().find("count");
  if (count && count->is(json::Type::number) && count->as_integer().value_or(0) > 0)
    log::warning(
        "{} documents of the index {} were written by another program and are not listed "
        "yet: complete them with `lectern migrate`",
        count->number(), index);
  return {};
}

using Ids = std::span<const std::string>;

/// Those of `targets` that were announced, in real time. Where nothing ever refers to anything the
/// index of references is not there, which costs less to see than each mark in it.
Result<std::vector<std::string>> announced(Cluster& cluster, TargetIndex& target, Ids targets,
                                           Deadline deadline) {
  if (!target.references_there) {
    TRY(target.references_there, is_there(cluster, target.names.references, deadline));
    if (!target.references_there) return std::vector<std::string>{};
  }
  return existing(cluster, target.names.references, targets, deadline);
}

}  // namespace

TargetIndex::TargetIndex(Cluster& cluster, VisibilityWatermark& watermark, TextCache& all_texts,
                         RecentIds& its_recent, IndexNames its_names, Layout layout,
                         const std::string& refresh)
    : names(std::move(its_names)),
      statements{names.statements, layout},
      texts(all_texts, names.statements),
      recent(its_recent),
      search_refresh(watermark),
      bulk(cluster, names.statements, refresh),
      ids_at_refresh([this, &cluster](Ids ids, Deadline deadline) {
        return existing_at_refresh(cluster, names.statements, ids, deadline);
      }),
      reference_marks([this, &cluster](Ids ids, Deadline deadline) {
        return announced(cluster, *this, ids, deadline);
      }) {}

Result<TargetIndex*> TargetIndices::of(const Context& context) {
  return ready_.of(context.target, [&] { return prepare(context); });
}

Result<TargetIndex*> TargetIndices::of_index(const std::string& index, Deadline deadline) {
  return of({index == settings_.default_index ? "" : index, deadline});
}

Result<std::unique_ptr<TargetIndex>> TargetIndices::prepare(const Context& context) {
  TRY(auto its_names, index_names(settings_.default_index, context.target));
  const std::string index = its_names.statements;
  const auto deadline = context.deadline;
  TRY(const auto layout, prepare_statements(cluster_, index, deadline));
  auto target =
      std::make_unique<TargetIndex>(cluster_, watermark_, texts_, recent_, std::move(its_names),
                                    layout, settings_.refresh_after_write);
  RETURN_IF_ERROR(cluster_.expect_ok({"POST", "/" + index + "/_refresh"}, deadline));
  TRY(const auto last, latest(cluster_, index, deadline));
  if (last) {
    watermark_.raise(*last);
    target->newest = micros_of(*last);
  }
  RETURN_IF_ERROR(report_incomplete(cluster_, index, deadline));
  return target;
}

}  // namespace lectern::store::elasticsearch
