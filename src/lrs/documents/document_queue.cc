#include "lrs/documents/document_queue.h"

#include <algorithm>
#include <functional>
#include <string>

namespace lectern::lrs {

Result<DocumentQueue::Turn> DocumentQueue::wait(const store::Context& context,
                                                const store::DocumentKey& key) {
  const std::hash<std::string> hash;
  const std::size_t place = hash(context.target) * 31 + hash(key.owner) * 17 + hash(key.id) +
                            hash(key.registration) * 7 + static_cast<std::size_t>(key.kind);
  Lane& lane = lanes_[place % lanes_.size()];
  const MutexLock lock(lane.mutex);
  const std::uint64_t mine = ++lane.last;
  lane.queue.push_back(mine);
  const auto is_mine = [&]() REQUIRES(lane.mutex) { return lane.queue.front() == mine; };
  if (!lane.moved.wait_until(lane.mutex, context.deadline, is_mine)) {
    lane.queue.erase(std::find(lane.queue.begin(), lane.queue.end(), mine));
    return fail(Code::unavailable, "Too many clients write this document at once; try again");
  }
  return Turn(lane);
}

DocumentQueue::Turn::~Turn() {
  if (lane_ == nullptr) return;
  const MutexLock lock(lane_->mutex);
  lane_->queue.pop_front();
  lane_->moved.notify_all();
}

}  // namespace lectern::lrs
