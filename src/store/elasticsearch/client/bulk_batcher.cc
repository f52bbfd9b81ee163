#include "store/elasticsearch/client/bulk_batcher.h"

namespace lectern::store::elasticsearch {
namespace {

// Two, so that one is on the wire while the other is being indexed.
constexpr int requests_max = 2;
constexpr std::size_t request_bytes_max = 8UL * 1024 * 1024;

}  // namespace

BulkBatcher::BulkBatcher(Cluster& cluster, std::string index, std::string refresh)
    : cluster_(cluster),
      index_(std::move(index)),
      refresh_(std::move(refresh)),
      executor_({requests_max, request_bytes_max},
                [this](const Parts& parts, Deadline deadline) { send_parts(parts, deadline); }) {}

Result<std::vector<BulkItem>> BulkBatcher::send(std::string lines, std::size_t items,
                                                Deadline deadline) {
  const auto part = std::make_shared<Part>();
  const std::size_t bytes = lines.size();
  part->lines = std::move(lines);
  part->items = items;
  if (!executor_.submit(part, bytes, deadline))
    return fail(Code::unavailable, "The database is too slow");
  return std::move(part->outcome);
}

void BulkBatcher::send_parts(const Parts& parts, Deadline deadline) {
  std::string lines;
  std::size_t bytes = 0, items = 0;
  for (const auto& part : parts) bytes += part->lines.size();
  lines.reserve(bytes);
  for (const auto& part : parts) {
    lines += part->lines;
    items += part->items;
  }
  const auto outcome = send_bulk(cluster_, index_, refresh_, lines, deadline, true);
  auto next = outcome ? outcome->begin() : std::vector<BulkItem>::const_iterator();
  for (const auto& part : parts) {
    if (!outcome) {
      part->outcome = fail(outcome.error());
    } else if (outcome->size() != items) {
      part->outcome = fail(Code::unavailable, "The database's answer was not understood",
                           "_bulk of " + index_ + ": expected an item for each action");
    } else {
      const auto end = next + static_cast<std::ptrdiff_t>(part->items);
      part->outcome = std::vector<BulkItem>(next, end);
      next = end;
    }
  }
}

}  // namespace lectern::store::elasticsearch
