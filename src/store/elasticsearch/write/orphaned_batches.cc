#include "store/elasticsearch/write/orphaned_batches.h"

#include <fmt/format.h>

#include "base/json/writer.h"
#include "base/log.h"
#include "base/time/micros.h"
#include "store/elasticsearch/client/bulk.h"
#include "store/elasticsearch/client/search.h"
#include "store/elasticsearch/schema/index_names.h"
#include "store/elasticsearch/schema/statement_document.h"
#include "store/elasticsearch/write/references.h"
#include "store/elasticsearch/write/writers.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;
using std::chrono::milliseconds;

constexpr std::size_t rows_at_once = 5'000;
constexpr std::string_view asking_for_hit =
    R"("_source":false,"seq_no_primary_term":true,"track_total_hits":false,)"
    R"("stored_fields":["lectern.stored","lectern.batch","lectern.shared","lectern.refers_to",)"
    R"("lectern.voids"])";
constexpr std::size_t looked_for_at_once = 500;
constexpr int attempts_max = 5;
/// What is stamped lies no further beyond the ceiling of the last renewal.
constexpr milliseconds beyond_ceiling =
    VisibilityWatermark::renewed_within + 2 * VisibilityWatermark::clock_differs_max;

/// A row, with a mark or without, and the version in which it may be deleted.
struct Hit {
  MarkedRow row;
  bool refers = false;
  bool voids = false;
  Version version;
};

std::optional<Hit> hit_of(Value hit) {
  const auto id = hit.find("_id");
  const auto uuid = id && id->is(Type::string) ? Uuid::parse(id->string()) : std::nullopt;
  const auto fields = hit.find("fields");
  const auto first = [&](std::string_view name) -> std::optional<Value> {
    const auto values = fields ? fields->find(name) : std::nullopt;
    if (!values) return std::nullopt;
    for (const Value value : values->children()) return value;
    return std::nullopt;
  };
  const auto integer = [](std::optional<Value> value) {
    return value && value->is(Type::number) ? value->as_integer().value_or(0) : 0;
  };
  const auto mark = first("lectern.batch"), stored = first("lectern.stored");
  if (!uuid || !stored) return std::nullopt;
  return Hit{{*uuid, Time{std::chrono::microseconds{integer(stored)}},
              mark && mark->is(Type::string) ? std::string(mark->string()) : std::string(),
              first("lectern.shared").has_value()},
             first("lectern.refers_to").has_value(),
             first("lectern.voids").has_value(),
             {integer(hit.find("_seq_no")), integer(hit.find("_primary_term"))}};
}

/// The rows of an index that the process may have stored since it told its last floor, and what
/// others stored in that time.
Result<std::vector<Hit>> last_rows(Cluster& cluster, const std::string& index,
                                   const WriterEntry& entry, Deadline deadline) {
  const Call refresh{"POST", "/" + index + "/_refresh"};
  TRY(const auto refreshed, cluster.call(refresh, deadline));
  if (refreshed.status == 404) return std::vector<Hit>{};
  const std::string path = fmt::format("/{}/_search?allow_partial_search_results=false", index);
  std::vector<Hit> hits;
  for (std::string after;;) {
    json::Writer json;
    json.object().member("size", rows_at_once).raw_members(asking_for_hit);
    json.raw_member("sort", sort_by_place("asc")).key("query").object().key("range").object();
    json.key("lectern.stored").object().member("gt", micros_of(*entry.floor));
    json.member("lte", micros_of(std::max(entry.ceiling, *entry.floor) + beyond_ceiling));
    json.end().end().end();
    if (!after.empty()) json.raw_member("search_after", after);
    const std::string body = json.end().take();
    TRY(const auto reply, cluster.expect_ok({"POST", path, body}, deadline));
    TRY(const auto found, hits_of(reply));
    if (!found) return hits;
    for (const Value one : found->children()) {
      if (auto hit = hit_of(one)) hits.push_back(std::move(*hit));
      if (const auto sort = one.find("sort")) after = sort->source();
    }
    if (found->size() < rows_at_once) return hits;
  }
}

/// False: there may be more, since others changed rows at the same time.
Result<bool> take_back_once(Cluster& cluster, const std::string& index, const DeadWriter& dead,
                            Deadline deadline) {
  TRY(const auto hits, last_rows(cluster, index, dead.entry, deadline));
  std::vector<MarkedRow> rows;
  for (const auto& hit : hits) rows.push_back(hit.row);
  const auto broken = rows_of_broken_batches(rows, dead.process);
  if (broken.empty()) return true;
  std::string lines;
  for (const auto& row : broken) {
    const auto hit = std::find_if(hits.begin(), hits.end(),
                                  [&](const Hit& one) { return one.row.id == row.id; });
    append_delete(lines, row.id.text(), hit->version);
  }
  TRY(const auto items, send_bulk(cluster, index, "", lines, deadline));
  std::size_t gone = 0;
  for (const auto& item : items) {
    if (item.ok()) ++gone;
    if (!item.ok() && item.status != 404 && item.status != 409)
      return fail(Code::unavailable, "The database does not delete a row", item.reason);
  }
  log::warning(
      "{} rows of unfinished batches of process {}, which has died, were taken back from {}", gone,
      dead.process, index);
  return gone == broken.size();
}

/// Those that may be the process's, since they bear its mark or none, and that others refer to or
/// that have something to take over or to void. Of the many without a mark that refer to something
/// most are of others, which have done it.
Result<std::vector<Uuid>> rows_with_references(TargetIndex& target, const std::vector<Hit>& hits,
                                               std::string_view process, Deadline deadline) {
  std::vector<Uuid> ids;
  std::vector<std::string> texts;
  for (const Hit& hit : hits) {
    const auto mark = BatchMark::parse(hit.row.mark);
    if (mark && mark->process != process.substr(0, 8)) continue;
    if (hit.voids || (mark && hit.refers))
      ids.push_back(hit.row.id);
    else
      texts.push_back(hit.row.id.text());
  }
  for (std::span<const std::string> rest(texts); !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), looked_for_at_once));
    rest = rest.subspan(some.size());
    TRY(const auto referred, target.reference_marks.among({some.begin(), some.end()}, deadline));
    for (const auto& text : referred)
      if (const auto id = Uuid::parse(text)) ids.push_back(*id);
  }
  return ids;
}

/// What is left of a process's last batches stays: it takes over and voids what it has to, and what
/// refers to it does.
Result<void> complete_what_stays(Cluster& cluster, const TargetOf& target_of,
                                 const std::string& index, const DeadWriter& dead,
                                 Deadline deadline) {
  TRY(const auto hits, last_rows(cluster, index, dead.entry, deadline));
  if (hits.empty()) return {};
  TRY(auto* const target, target_of(index, deadline));
  TRY(const auto ids, rows_with_references(*target, hits, dead.process, deadline));
  ElasticsearchReferences references(cluster, *target, "", deadline);
  for (std::span<const Uuid> rest(ids); !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), looked_for_at_once));
    rest = rest.subspan(some.size());
    TRY(auto kept, look_up(cluster, target->statements, some, deadline));
    std::vector<ReferenceNode> nodes;
    for (const StatementDocument& one : kept)
      nodes.push_back({one.id, one.terms, one.refers_to, one.voids});
    std::erase_if(kept, [](const StatementDocument& one) { return !one.voids; });
    TRY(const bool shared, share_rows(cluster, *target, "", std::move(kept), deadline));
    if (!shared) return fail(Code::unavailable, "Others change the same rows");
    RETURN_IF_ERROR(resolve_references(references, views_of(nodes), deadline));
  }
  if (references.changed()) target->search_refresh.changed();
  return {};
}

}  // namespace

Result<void> settle_orphaned_batches(Cluster& cluster, const TargetOf& target_of,
                                     const DeadWriter& dead, Deadline deadline) {
  for (const auto& index : dead.entry.places) {
    if (!check_index_name(index)) continue;
    for (int attempt = 0;; ++attempt) {
      TRY(const bool done, take_back_once(cluster, index, dead, deadline));
      if (done) break;
      if (attempt == attempts_max) return fail(Code::unavailable, "Others change the same rows");
    }
    RETURN_IF_ERROR(complete_what_stays(cluster, target_of, index, dead, deadline));
  }
  return {};
}

std::unique_ptr<VisibilityWatermark> open_watermark(Cluster& cluster,
                                                    const ElasticsearchSettings& settings,
                                                    TargetOf target_of) {
  const auto self = Uuid::random();
  WatermarkOptions options;
  options.alone = {milliseconds{500}, milliseconds{1'200}};
  options.viewed_within = milliseconds{1'000};
  options.writing_for = milliseconds{10'000};
  options.sweep = [&cluster, target_of = std::move(target_of)](const DeadWriter& dead,
                                                               Deadline deadline) {
    return settle_orphaned_batches(cluster, target_of, dead, deadline);
  };
  return std::make_unique<VisibilityWatermark>(
      std::make_unique<ElasticsearchWriters>(cluster, writers_index(settings.default_index), self),
      self, std::move(options));
}

}  // namespace lectern::store::elasticsearch
