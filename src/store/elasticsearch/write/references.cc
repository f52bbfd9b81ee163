#include "store/elasticsearch/write/references.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "base/json/writer.h"
#include "store/elasticsearch/client/search.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;

constexpr int attempts_max = 50;
constexpr std::size_t page_rows = 1000;
constexpr std::size_t share_bytes_max = 8UL * 1024 * 1024;  // and one row, in one request

std::optional<Uuid> uuid(std::optional<Value> value) {
  return value && value->is(Type::string) ? Uuid::parse(value->string()) : std::nullopt;
}

std::string search_body(std::span<const std::string> targets, std::string_view after) {
  json::Writer json;
  json.object().member("size", page_rows).member("track_total_hits", false);
  json.key("sort").array().value("target").value("referrer").end();
  json.key("query").object().key("bool").object().key("filter").array();
  json.object().key("terms").object().key("target").array();
  for (const auto& target : targets) json.value(target);
  json.end().end().end().end().end().end();
  if (!after.empty()) json.raw_member("search_after", after);
  return json.end().take();
}

}  // namespace

Result<void> announce_references(Cluster& cluster, const std::string& index,
                                 std::span<const ReferencePair> references, Deadline deadline) {
  std::string lines;
  for (const auto& reference : references) {
    const auto target = reference.target.text(), referrer = reference.referrer.text();
    append_index(lines, target);
    lines += "{}\n";
    append_index(lines, target + ":" + referrer);
    json::Writer json;
    json.object().member("target", target).member("referrer", referrer).end();
    lines += json.line().take();
  }
  if (lines.empty()) return {};
  return send_whole_bulk(cluster, index, lines, deadline);
}

Result<bool> share_rows(Cluster& cluster, TargetIndex& target, std::string_view refresh,
                        std::vector<StatementDocument> rows, Deadline deadline) {
  std::erase_if(rows, [](const auto& one) { return one.batch.empty() || one.shared; });
  bool all = true;
  for (std::size_t begin = 0; begin < rows.size();) {
    std::string lines;
    std::size_t end = begin;
    for (; end < rows.size() && lines.size() < share_bytes_max; ++end) {
      rows[end].shared = true;
      append_index(lines, rows[end].id.text(), rows[end].version);
      append_document(lines, rows[end], target.statements.layout);
    }
    TRY(const auto items, send_bulk(cluster, target.statements.name, refresh, lines, deadline));
    if (items.size() != end - begin)
      return fail(Code::unavailable, "The database's answer was not understood",
                  "_bulk of " + target.statements.name + ": expected an item for each action");
    for (const BulkItem& item : items) {
      const StatementDocument& one = rows[begin++];
      bool written = item.ok();
      // What is busy is tried again, what the index refuses is written without its members in view.
      if (!written && item.status != 409) {
        TRY(written, write_again(cluster, target.statements, refresh, one, deadline));
      }
      all = all && written;
    }
  }
  return all;
}

Result<std::vector<ReferenceNode>> ElasticsearchReferences::targets(std::span<const Uuid> ids) {
  TRY(auto kept, look_up(cluster_, target_.statements, ids, deadline_));
  std::vector<ReferenceNode> targets;
  for (StatementDocument& one : kept)
    targets.push_back({one.id, std::move(one.terms), one.refers_to, one.voids});
  return targets;
}

Result<ReferenceAccess::Referrers> ElasticsearchReferences::referrers(
    std::span<const Uuid> targets, const std::optional<Referrer>&) {
  std::vector<std::string> texts;
  for (const Uuid& target : targets) texts.push_back(target.text());
  TRY(const auto marked, target_.reference_marks.among(std::move(texts), deadline_));
  if (marked.empty()) return Referrers{};
  TRY(const auto pairs, announced(marked));
  std::vector<Uuid> ids;
  for (const auto& [target, referrer] : pairs) ids.push_back(referrer);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  // What was announced may never have been stored, or another statement under that id.
  TRY(const auto kept, look_up(cluster_, target_.statements, ids, deadline_));
  std::unordered_map<Uuid, const StatementDocument*> by_id;
  for (const StatementDocument& one : kept) by_id.emplace(one.id, &one);
  Referrers all;
  for (const auto& [target, referrer] : pairs) {
    const auto row = by_id.find(referrer);
    if (row == by_id.end() || row->second->refers_to != target) continue;
    const bool stays = row->second->batch.empty() || row->second->shared;
    all.found.push_back({target, referrer, stays && row->second->voids, {}});
  }
  return all;
}

Result<std::vector<ReferencePair>> ElasticsearchReferences::announced(
    std::span<const std::string> targets) {
  RETURN_IF_ERROR(cluster_.expect_ok({"POST", "/" + names_.references + "/_refresh"}, deadline_));
  const std::string path = fmt::format(
      "/{}/_search?allow_partial_search_results=false"
      "&filter_path=timed_out,hits.hits._source,hits.hits.sort,error",
      names_.references);
  std::vector<ReferencePair> pairs;
  for (std::string after;;) {
    const auto body = search_body(targets, after);
    TRY(const auto reply, cluster_.expect_ok({"POST", path, body}, deadline_));
    TRY(const auto hits, hits_of(reply));
    if (!hits) return pairs;
    for (const Value hit : hits->children()) {
      const auto source = hit.find("_source");
      const auto target = source ? uuid(source->find("target")) : std::nullopt;
      const auto referrer = source ? uuid(source->find("referrer")) : std::nullopt;
      if (target && referrer) pairs.push_back({*target, *referrer});
      if (const auto sort = hit.find("sort")) after = sort->source();
    }
    if (hits->size() < page_rows) return pairs;
  }
}

template <typename Change>
Result<void> ElasticsearchReferences::change(const Uuid& id, const Change& change) {
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    TRY(auto kept, look_up(cluster_, target_.statements, std::span(&id, 1), deadline_));
    if (kept.empty() || !change(kept.front())) return {};
    TRY(const bool written,
        write_again(cluster_, target_.statements, refresh_, kept.front(), deadline_));
    changed_ = changed_ || written;
    if (written) return {};
  }
  return fail(Code::unavailable, "Too many clients change one statement");
}

Result<void> ElasticsearchReferences::add_terms(std::span<const Uuid> ids,
                                                const xapi::Terms& terms) {
  const auto add = [&](StatementDocument& kept) {
    const std::size_t before = kept.terms.size();
    xapi::Terms all;
    std::set_union(kept.terms.begin(), kept.terms.end(), terms.begin(), terms.end(),
                   std::back_inserter(all));
    kept.terms = std::move(all);
    return kept.terms.size() > before;
  };
  for (const Uuid& id : ids) RETURN_IF_ERROR(change(id, add));
  return {};
}

Result<void> ElasticsearchReferences::mark_voided(const Uuid& id) {
  return change(id, [](StatementDocument& kept) { return !std::exchange(kept.voided, true); });
}

}  // namespace lectern::store::elasticsearch
