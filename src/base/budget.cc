#include "base/budget.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

namespace lectern {
namespace {

/// What a Charge of this many bytes costs.
std::uint64_t billed(std::uint64_t bytes) { return bytes < Budget::free_bytes ? 0 : bytes; }

/// The number in a file; the largest one when there is none, as in `max`.
std::uint64_t number_in(const std::string& path) {
  std::ifstream in(path);
  std::uint64_t number = 0;
  return in >> number ? number : std::numeric_limits<std::uint64_t>::max();
}

/// The least limit on the way from this process's control group up to the root.
std::uint64_t control_group_bytes() {
  std::uint64_t least = std::min(number_in("/sys/fs/cgroup/memory.max"),
                                 number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const bool v2 = line.starts_with("0::");
    const auto v1 = line.find(":memory:");
    if (!v2 && v1 == std::string::npos) continue;
    std::string path = v2 ? line.substr(3) : line.substr(v1 + 8);
    const std::string root = v2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
    const std::string file = v2 ? "/memory.max" : "/memory.limit_in_bytes";
    while (path.size() > 1) {
      least = std::min(least, number_in(root + path + file));
      path.resize(path.find_last_of('/'));
    }
  }
  return least;
}

}  // namespace

std::uint64_t Budget::taken() const {
  const MutexLock lock(mutex_);
  return taken_;
}

std::uint64_t Budget::taken_most() const {
  const MutexLock lock(mutex_);
  return taken_most_;
}

std::uint64_t Budget::share_of(std::string_view holder) const {
  return holder.empty() ? bytes_max_ / 8 : bytes_max_ / 2;
}

bool Budget::fits(const std::string& holder, std::uint64_t from, std::uint64_t to) const {
  const std::uint64_t all = to <= small_bytes ? bytes_max_ : bytes_max_ - bytes_max_ / 8;
  if (taken_ - from + to > all) return false;
  const auto held = by_holder_.find(holder);
  return (held == by_holder_.end() ? 0 : held->second) - from + to <= share_of(holder);
}

void Budget::apply(const std::string& holder, std::uint64_t from, std::uint64_t to) {
  taken_ = taken_ - from + to;
  taken_most_ = std::max(taken_most_, taken_);
  auto& held = by_holder_[holder];
  held = held - from + to;
  if (held == 0) by_holder_.erase(holder);
}

bool Budget::try_move(const std::string& holder, std::uint64_t from, std::uint64_t to) {
  bool wake = false;
  {
    const MutexLock lock(mutex_);
    if (to > from && !fits(holder, from, to)) return false;
    apply(holder, from, to);
    wake = to < from && waiting_ > 0;
  }
  if (wake) freed_.notify_all();
  return true;
}

bool Budget::move_within(const std::string& holder, std::uint64_t from, std::uint64_t to,
                         std::chrono::milliseconds wait) {
  const MutexLock lock(mutex_);
  ++waiting_;
  const bool room =
      freed_.wait_for(mutex_, wait, [&]() REQUIRES(mutex_) { return fits(holder, from, to); });
  --waiting_;
  if (room) apply(holder, from, to);
  return room;
}

Charge::Charge(Charge&& other) noexcept
    : budget_(other.budget_),
      holder_(std::move(other.holder_)),
      bytes_(std::exchange(other.bytes_, 0)) {}

Charge& Charge::operator=(Charge&& other) noexcept {
  if (this == &other) return *this;
  resize_down(0);
  budget_ = other.budget_;
  holder_ = std::move(other.holder_);
  bytes_ = std::exchange(other.bytes_, 0);
  return *this;
}

void Charge::hold_for(std::string holder) {
  if (bytes_ == 0) holder_ = std::move(holder);
}

bool Charge::try_resize(std::uint64_t bytes) {
  if (budget_ != nullptr && budget_->bytes_max() > 0 && billed(bytes) != billed(bytes_) &&
      !budget_->try_move(holder_, billed(bytes_), billed(bytes)))
    return false;
  bytes_ = bytes;
  return true;
}

Result<void> Charge::resize(std::uint64_t bytes, std::chrono::milliseconds wait) {
  if (try_resize(bytes)) return {};
  if (billed(bytes) > budget_->share_of(holder_))
    return fail(Code::too_large,
                fmt::format("The request needs {} bytes, more than the {} that one user's requests "
                            "may take together: half of {}",
                            bytes, budget_->share_of(holder_), budget_->setting_));
  if (!budget_->move_within(holder_, billed(bytes_), billed(bytes), wait))
    return fail(Code::unavailable, "Requests under way take all the room there is: try again");
  bytes_ = bytes;
  return {};
}

void Charge::resize_down(std::uint64_t bytes) {
  if (bytes < bytes_) try_resize(bytes);
}

std::uint64_t memory_bytes() {
  std::uint64_t least = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                        static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE));
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    least = std::min<std::uint64_t>(least, limit.rlim_cur);
  return std::min(least, control_group_bytes());
}

}  // namespace lectern
