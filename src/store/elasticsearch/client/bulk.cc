#include "store/elasticsearch/client/bulk.h"

#include <fmt/format.h>

#include "base/json/writer.h"

namespace lectern::store::elasticsearch {
namespace {

constexpr std::size_t action_bytes = 128;

void append_action(std::string& lines, std::string_view action, std::string_view id,
                   const Version* version) {
  json::Writer json(action_bytes);
  json.object().key(action).object().member("_id", id);
  if (version != nullptr)
    json.member("if_seq_no", version->seq_no).member("if_primary_term", version->primary_term);
  lines += json.end().end().line().take();
}

std::int64_t integer(json::Value object, std::string_view key) {
  const auto member = object.find(key);
  return member && member->is(json::Type::number) ? member->as_integer().value_or(0) : 0;
}

BulkItem item_of(json::Value item) {
  BulkItem out;
  for (const auto action : item.children()) {
    out.status = static_cast<int>(integer(action, "status"));
    out.seq_no = integer(action, "_seq_no");
    out.primary_term = integer(action, "_primary_term");
    if (const auto error = action.find("error")) out.reason = error->source().substr(0, 1000);
  }
  return out;
}

}  // namespace

void append_create(std::string& lines, std::string_view id) {
  append_action(lines, "create", id, nullptr);
}
void append_index(std::string& lines, std::string_view id) {
  append_action(lines, "index", id, nullptr);
}
void append_index(std::string& lines, std::string_view id, const Version& version) {
  append_action(lines, "index", id, &version);
}
void append_delete(std::string& lines, std::string_view id) {
  append_action(lines, "delete", id, nullptr);
}
void append_delete(std::string& lines, std::string_view id, const Version& version) {
  append_action(lines, "delete", id, &version);
}

Result<std::vector<BulkItem>> send_bulk(Cluster& cluster, std::string_view index,
                                        std::string_view refresh, std::string_view lines,
                                        Deadline deadline, bool once) {
  std::string path = fmt::format(
      "/{}/_bulk?filter_path=items.*.status,items.*._seq_no,items.*._primary_term,"
      "items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason,error,status",
      index);
  if (!refresh.empty()) path += fmt::format("&refresh={}", refresh);
  TRY(const auto reply,
      cluster.expect_ok({"POST", std::move(path), lines, "application/x-ndjson", once}, deadline));
  std::vector<BulkItem> items;
  if (const auto all = reply.root().find("items"))
    for (const auto item : all->children()) items.push_back(item_of(item));
  return items;
}

Result<void> send_whole_bulk(Cluster& cluster, std::string_view index, std::string_view lines,
                             Deadline deadline) {
  TRY(const auto items, send_bulk(cluster, index, "", lines, deadline));
  for (const auto& item : items) {
    if (item.ok()) continue;
    if (item.status == 429 || item.status >= 500)
      return fail(Code::unavailable, "The database is busy", item.reason);
    return fail(Code::internal, "The database refuses a write", item.reason);
  }
  return {};
}

}  // namespace lectern::store::elasticsearch
