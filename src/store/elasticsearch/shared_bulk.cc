#include "store/elasticsearch/shared_bulk.h"

#include <algorithm>

namespace lectern::store::elasticsearch {
namespace {

// Two, so that one is on the wire while the other is being indexed.
constexpr int requests_max = 2;
constexpr std::size_t request_bytes_max = 8UL * 1024 * 1024;

}  // namespace

Result<std::vector<BulkItem>> SharedBulk::send(std::string lines, std::size_t items,
                                               Deadline deadline) {
  const auto mine = std::make_shared<Part>();
  mine->lines = std::move(lines);
  mine->items = items;
  std::unique_lock lock(mutex_);
  waiting_.push_back(mine);
  while (!mine->done) {
    const bool waits = std::find(waiting_.begin(), waiting_.end(), mine) != waiting_.end();
    if (waits && sending_ < requests_max) {
      const Parts parts = take_locked();
      ++sending_;
      lock.unlock();
      send_parts(parts, deadline);
      lock.lock();
      --sending_;
      for (const auto& part : parts) part->done = true;
      changed_.notify_all();
      continue;
    }
    if (deadline == Deadline::max()) {
      changed_.wait(lock);
    } else if (changed_.wait_until(lock, deadline) == std::cv_status::timeout && !mine->done) {
      std::erase(waiting_, mine);
      return fail(Code::unavailable, "The database is too slow");
    }
  }
  return std::move(mine->outcome);
}

SharedBulk::Parts SharedBulk::take_locked() {
  std::size_t bytes = 0;
  auto end = waiting_.begin();
  while (end != waiting_.end() && (bytes == 0 || bytes + (*end)->lines.size() < request_bytes_max))
    bytes += (*end++)->lines.size();
  Parts parts(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  return parts;
}

void SharedBulk::send_parts(const Parts& parts, Deadline deadline) {
  std::string lines;
  std::size_t bytes = 0, items = 0;
  for (const auto& part : parts) bytes += part->lines.size();
  lines.reserve(bytes);
  for (const auto& part : parts) {
    lines += part->lines;
    items += part->items;
  }
  const auto outcome = send_bulk(cluster_, index_, refresh_, lines, deadline);
  auto next = outcome ? outcome->begin() : std::vector<BulkItem>::const_iterator();
  for (const auto& part : parts) {
    if (!outcome) {
      part->outcome = fail(outcome.error());
    } else if (outcome->size() != items) {
      part->outcome = fail(Code::unavailable, "The database gives a strange answer");
    } else {
      const auto end = next + static_cast<std::ptrdiff_t>(part->items);
      part->outcome = std::vector<BulkItem>(next, end);
      next = end;
    }
  }
}

}  // namespace lectern::store::elasticsearch
