#include "net/silence_watch.h"

#include <utility>

#include "base/log.h"

namespace lectern::net {
namespace {

using namespace std::chrono_literals;

constexpr auto look_every = 250ms;
/// Who has waited for less is left alone.
constexpr auto waits_long = 750ms;
/// A server that answered nobody for so long is silent, not slow.
constexpr auto silent_after = 1000ms;
/// How long the answer to a question is waited for; now and then with more patience, for a server
/// that is slow and nothing else.
constexpr auto impatience = 500ms;
constexpr auto patience = 1500ms;
constexpr int patient_every = 4;

}  // namespace

SilenceWatch::SilenceWatch(std::string whose, Outstanding& calls, Probe probe)
    : whose_(std::move(whose)), calls_(calls), probe_(std::move(probe)) {
  thread_ = std::thread([this] { run(); });
}

SilenceWatch::~SilenceWatch() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void SilenceWatch::run() {
  MutexLock lock(mutex_);
  while (!wake_.wait_for(mutex_, look_every, [&]() REQUIRES(mutex_) { return stopping_; })) {
    lock.unlock();
    look();
    lock.lock();
  }
}

void SilenceWatch::look() {
  const auto oldest = calls_.oldest();
  const auto began = Clock::now();
  if (!oldest || began - *oldest < waits_long) {
    silent_since_.reset();
    silent_until_.reset();
    asked_in_vain_ = 0;
    return;
  }
  const bool patiently = (asked_in_vain_ + 1) % patient_every == 0;
  if (!probe_(patiently ? patience : impatience)) {
    ++asked_in_vain_;
    if (!silent_since_) silent_since_ = began;
    if (calls_.answered_at() >= *silent_since_)
      silent_since_.reset();
    else if (const auto now = Clock::now(); now - *silent_since_ >= silent_after)
      silent_until_ = now;
    return;
  }
  silent_since_.reset();
  asked_in_vain_ = 0;
  if (!silent_until_) return;
  const int count = calls_.abandon(*silent_until_);
  silent_until_.reset();
  log::info("{} answers again: {} calls that were sent before are given up", whose_, count);
}

}  // namespace lectern::net
