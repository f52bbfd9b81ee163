#include "store/clickhouse/write/insert_batcher.h"

#include <algorithm>
#include <unordered_set>

namespace lectern::store::clickhouse {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds pause_min{10};
constexpr milliseconds pause_max{50};
constexpr milliseconds return_max{20};
constexpr milliseconds put_off_poll{5};
constexpr std::size_t rows_worth = 1'000;      // more than that is not waited for
constexpr std::size_t rows_max = 5'000;        // in one flush
constexpr std::size_t bytes_max = 16UL << 20;  // of texts in one flush
constexpr std::size_t waiting_bytes_max = 256UL << 20;

}  // namespace

InsertBatcher::InsertBatcher(Run run, OnIdle on_idle)
    : run_(std::move(run)), on_idle_(std::move(on_idle)), thread_([this] { work(); }) {}

InsertBatcher::~InsertBatcher() {
  {
    const MutexLock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
  for (const auto& request : waiting_)
    request->finish(fail(Code::unavailable, "The server is shutting down"));
}

Result<void> InsertBatcher::add(std::shared_ptr<AppendRequest> request) {
  {
    const MutexLock lock(mutex_);
    if (bytes_waiting_ > waiting_bytes_max)
      return fail(Code::unavailable, "The database is too slow", "the queue is full");
    rows_waiting_ += request->rows.size();
    bytes_waiting_ += request->bytes;
    waiting_.push_back(std::move(request));
  }
  changed_.notify_all();
  return {};
}

Clock::time_point InsertBatcher::next_begin() const {
  if (waiting_.size() >= expected_requests_ || rows_waiting_ >= rows_worth)
    return last_begin_ + pause_min;
  return std::max(last_begin_ + pause_max, last_end_ + return_max);
}

void InsertBatcher::refuse_expired() {
  const auto now = Clock::now();
  std::erase_if(waiting_, [&](const auto& request) REQUIRES(mutex_) {
    if (now < request->deadline) return false;
    request->finish(fail(Code::unavailable, "The database is too slow",
                         "waited for a flush until the deadline"));
    rows_waiting_ -= request->rows.size();
    bytes_waiting_ -= request->bytes;
    return true;
  });
}

AppendRequests InsertBatcher::next_batch() {
  AppendRequests batch;
  std::unordered_set<Uuid> ids;
  std::size_t rows = 0, bytes = 0;
  const auto now = Clock::now();
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    const auto& request = *at;
    if (!batch.empty() &&
        (rows + request->rows.size() > rows_max || bytes + request->bytes > bytes_max))
      break;
    const bool shares_id = std::any_of(request->rows.begin(), request->rows.end(),
                                       [&](const Row& row) { return ids.contains(row.id); });
    // Who is passed over keeps its ids to itself too, so that requests stay in order for each id.
    for (const Row& row : request->rows) ids.insert(row.id);
    if (shares_id || request->not_before > now) {
      ++at;
      continue;
    }
    rows += request->rows.size();
    bytes += request->bytes;
    batch.push_back(request);
    at = waiting_.erase(at);
  }
  rows_waiting_ -= rows;
  bytes_waiting_ -= bytes;
  return batch;
}

void InsertBatcher::work() {
  milliseconds pause = idle_first;
  MutexLock lock(mutex_);
  while (!stop_) {
    if (waiting_.empty()) {
      if (!changed_.wait_for(mutex_, pause) && waiting_.empty()) {
        lock.unlock();
        pause = on_idle_(false);
        lock.lock();
      }
      continue;
    }
    refuse_expired();
    if (const auto begin = next_begin(); Clock::now() < begin) {
      changed_.wait_until(mutex_, begin);
      continue;
    }
    auto batch = next_batch();
    if (batch.empty()) {
      changed_.wait_for(mutex_, put_off_poll);
      continue;
    }
    lock.unlock();
    last_begin_ = Clock::now();
    const auto begun = batch.size();
    auto again = run_(std::move(batch));
    pause = idle_first;
    last_end_ = Clock::now();
    lock.lock();
    for (const auto& request : again) {
      rows_waiting_ += request->rows.size();
      bytes_waiting_ += request->bytes;
    }
    waiting_.insert(waiting_.begin(), again.begin(), again.end());
    expected_requests_ = waiting_.size() + begun - std::min(begun, again.size());
  }
  lock.unlock();
  on_idle_(true);
}

}  // namespace lectern::store::clickhouse
