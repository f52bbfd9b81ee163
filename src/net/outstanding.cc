#include "net/outstanding.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace lectern::net {

Outstanding::Call::Call(Outstanding& all, bool patient, std::function<void()> wake) : all_(all) {
  const MutexLock lock(all_.mutex_);
  entry_ = all_.entries_.emplace(all_.entries_.end());
  entry_->sent = Clock::now();
  entry_->patient = patient;
  entry_->wake = std::move(wake);
}

Outstanding::Call::~Call() {
  const MutexLock lock(all_.mutex_);
  all_.entries_.erase(entry_);
}

bool Outstanding::Call::is_given_up() const { return entry_->given_up; }

void Outstanding::Call::answered() {
  const MutexLock lock(all_.mutex_);
  all_.answered_at_ = Clock::now();
}

std::optional<Outstanding::Clock::time_point> Outstanding::oldest() const {
  const MutexLock lock(mutex_);
  const auto first = std::find_if(entries_.begin(), entries_.end(),
                                  [](const Entry& one) { return !one.patient && !one.given_up; });
  return first == entries_.end() ? std::nullopt : std::optional(first->sent);
}

Outstanding::Clock::time_point Outstanding::answered_at() const {
  const MutexLock lock(mutex_);
  return answered_at_;
}

int Outstanding::abandon(Clock::time_point sent_before) {
  const MutexLock lock(mutex_);
  int count = 0;
  for (Entry& one : entries_) {
    if (one.patient || one.sent >= sent_before || one.given_up.exchange(true)) continue;
    ++count;
    if (one.wake) one.wake();
  }
  return count;
}

Outstanding& calls_to(std::string_view url) {
  static Mutex mutex;
  static std::map<std::string, Outstanding, std::less<>> by_server GUARDED_BY(mutex);
  // Scheme, host and port, without the user in front of them.
  const auto begin = url.find("://");
  auto server = url.substr(begin == std::string_view::npos ? 0 : begin + 3);
  server = server.substr(0, server.find_first_of("/?#"));
  if (const auto at = server.rfind('@'); at != std::string_view::npos) server.remove_prefix(at + 1);
  const MutexLock lock(mutex);
  return by_server[std::string(server)];
}

}  // namespace lectern::net
