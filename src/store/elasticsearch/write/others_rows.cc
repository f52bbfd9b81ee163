#include "store/elasticsearch/write/others_rows.h"

#include <algorithm>
#include <chrono>

#include "store/elasticsearch/write/references.h"

namespace lectern::store::elasticsearch {
namespace {

constexpr int attempts_max = 6;
/// How long the rows of other batches are waited for, before a conflict is answered.
constexpr std::chrono::milliseconds others_settle_within{2'000};

/// Says of the rows under these ids that nothing takes them back any more. False: one is gone.
/// Errors: unavailable, where others change them all the while.
Result<bool> share(const AppendContext& writing, const std::vector<Uuid>& ids) {
  if (ids.empty()) return true;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    TRY(auto there, look_up(writing.cluster, writing.target.statements, ids, writing.deadline));
    if (there.size() < ids.size()) return false;
    TRY(const bool all,
        share_rows(writing.cluster, writing.target, writing.settings.refresh_after_write,
                   std::move(there), writing.deadline));
    if (all) return true;
  }
  return fail(Code::unavailable, "Another client changes the same statement");
}

}  // namespace

void OthersRows::add(const StatementDocument& there) {
  if (!there.batch.empty() && !there.shared) rows_.push_back({there.id, there.stored});
}

Result<bool> OthersRows::share_all(const AppendContext& writing, std::vector<Uuid> own) {
  RETURN_IF_ERROR(forget_finished(writing));
  std::vector<Uuid> ids = std::move(own);
  for (const auto& row : rows_) ids.push_back(row.id);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return share(writing, ids);
}

Result<void> OthersRows::await(const AppendContext& writing) {
  RETURN_IF_ERROR(forget_finished(writing));
  if (rows_.empty()) return {};
  Time last{};
  for (const auto& row : rows_) last = std::max(last, row.stored);
  const Deadline settled_by = std::chrono::steady_clock::now() + others_settle_within;
  TRY(const bool reached, writing.watermark.await(last, std::min(writing.deadline, settled_by)));
  if (reached) return {};
  return fail(Code::unavailable, "Another client stores the same statements",
              "a batch that is not settled yet");
}

Result<void> OthersRows::forget_finished(const AppendContext& writing) {
  if (rows_.empty()) return {};
  TRY(const auto settled, writing.watermark.settled(writing.deadline));
  std::erase_if(rows_, [&](const auto& row) { return row.stored <= settled.through; });
  return {};
}

}  // namespace lectern::store::elasticsearch
