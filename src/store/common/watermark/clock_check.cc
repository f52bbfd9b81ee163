#include "store/common/watermark/clock_check.h"

#include "base/log.h"

namespace lectern::store {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::chrono::minutes told_again_after{1};
constexpr milliseconds first_answer_max{2'000};

/// How far theirs is ahead at least; negative: behind.
microseconds ahead_by(Time theirs, Time before, Time after) {
  if (theirs > after) return theirs - after;
  if (theirs < before) return theirs - before;
  return microseconds{0};
}

std::string seconds_text(microseconds time) {
  return fmt::format("{:.1f} s", static_cast<double>(std::chrono::abs(time).count()) / 1e6);
}

}  // namespace

ClockCheck::ClockCheck(std::string whose, milliseconds difference_max)
    : whose_(std::move(whose)), difference_max_(difference_max) {}

Result<void> ClockCheck::compare(Time theirs, Time before, Time after) {
  const auto ahead = ahead_by(theirs, before, after);
  const auto difference = std::chrono::abs(ahead);
  const auto what = "the clock of " + whose_ + " is " + seconds_text(ahead) +
                    (ahead.count() > 0 ? " ahead of" : " behind") + " the clock of this process";
  {
    const MutexLock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (difference <= clock_difference_told) {
      if (differs_) log::info("the clock of {} and the clock of this process agree again", whose_);
      differs_ = false;
    } else if (!differs_ || now > told_at_ + told_again_after) {
      log::warning("{}: set both, or let both follow one time server", what);
      differs_ = true;
      told_at_ = now;
    }
  }
  if (difference <= difference_max_) return {};
  return fail(Code::unavailable, "The clocks of Lectern and its database differ too much",
              what + "; at most " + seconds_text(difference_max_) + " is allowed");
}

Result<void> check_clock_at_start(const std::function<Result<Time>(Deadline)>& database_now) {
  ClockCheck check("the database", clock_difference_max);
  const Time before = now();
  const auto theirs = database_now(std::chrono::steady_clock::now() + first_answer_max);
  if (!theirs) return {};
  return check.compare(*theirs, before, now());
}

}  // namespace lectern::store
