#include "store/elasticsearch/statements.h"

#include <algorithm>

#include "base/page_bytes.h"
#include "store/elasticsearch/read/lookup.h"
#include "store/elasticsearch/read/query.h"
#include "store/elasticsearch/write/append.h"

namespace lectern::store::elasticsearch {
namespace {

constexpr std::uint32_t health_timeout_ms = 5'000;

}  // namespace

Result<std::vector<AppendOutcome>> ElasticsearchStatements::append(const Context& context,
                                                                   std::span<Row> rows,
                                                                   OnConflict on_conflict) {
  TRY(auto* const target, targets_.of(context));
  return append_rows({cluster_, settings_, *watermark_, *target, context.deadline}, rows,
                     on_conflict);
}

Result<std::vector<StoredStatement>> ElasticsearchStatements::find(const Context& context,
                                                                   std::span<const Uuid> ids) {
  TRY(auto* const target, targets_.of(context));
  TRY(auto kept, look_up(cluster_, target->statements, ids, context.deadline, page_bytes_max()));
  std::vector<StoredStatement> found;
  for (auto& one : kept)
    found.push_back({.position = {one.stored, one.id},
                     .json = std::move(one.text),
                     .voided = one.voided,
                     .fingerprint = one.fingerprint});
  return found;
}

Result<Page> ElasticsearchStatements::query(const Context& context, const Filter& filter,
                                            const PageRequest& request) {
  TRY(auto* const target, targets_.of(context));
  const auto& index = target->names.statements;
  const auto refresh = [&] { return this->refresh(index, context.deadline); };
  RETURN_IF_ERROR(target->search_refresh.reach(filter.until, context.deadline, refresh));
  return read_page(cluster_, *target, filter, request, context.deadline);
}

Result<void> ElasticsearchStatements::refresh(const std::string& index, Deadline deadline) {
  RETURN_IF_ERROR(cluster_.expect_ok({"POST", "/" + index + "/_refresh"}, deadline));
  return {};
}

Result<Time> ElasticsearchStatements::consistent_through(const Context& context) {
  RETURN_IF_ERROR(targets_.of(context));
  TRY(const auto settled, watermark_->settled(context.deadline));
  return settled.through;
}

Health ElasticsearchStatements::health() {
  const std::chrono::milliseconds patience{std::min(settings_.timeout_ms, health_timeout_ms)};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto reply = cluster_.call({"GET", "/_cluster/health"}, deadline);
  if (!reply) return Health::away;
  const auto status = reply->root().find("status");
  if (!reply->ok() || watermark_->is_kept_from_writing()) return Health::error;
  if (!status || !status->is(json::Type::string)) return Health::away;  // it is somebody else
  if (status->string() == "green") return Health::ok;
  return status->string() == "yellow" && settings_.allow_yellow ? Health::ok : Health::error;
}

}  // namespace lectern::store::elasticsearch
