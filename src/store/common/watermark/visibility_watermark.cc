#include "store/common/watermark/visibility_watermark.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"

namespace lectern::store {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// After so long without any call the entry is left alone.
constexpr milliseconds used_more{1'000};
/// By so much another process may be ahead before our clock is put forward instead of waiting.
constexpr milliseconds waits_max{1'500};
constexpr milliseconds renewal_timeout{2'500};
/// How long a place counts as used.
constexpr milliseconds place_used_for{60'000};
/// How long one try to settle a batch may take, and the pause before the next one.
constexpr milliseconds settle_timeout{5'000};
constexpr milliseconds settle_pause{200};
constexpr milliseconds stop_timeout{3'000};
/// After a failure the database is not asked again for so long by those who can do without.
constexpr milliseconds failed_for{1'000};
/// Two processes may differ by twice as much as each from the database, and promise a little ahead.
constexpr milliseconds ahead_max = 2 * VisibilityWatermark::clock_differs_max + milliseconds{1'000};
/// A process that cannot write its entry promises nothing nearer than this: the clocks of those
/// that begin to write meanwhile differ by less.
constexpr milliseconds unwritten_margin = 2 * VisibilityWatermark::clock_differs_max;
constexpr milliseconds compare_clocks_every{60'000};
/// Who took so long to fail is silent, and is then asked with so much patience.
constexpr milliseconds silent_after{2'000};
constexpr milliseconds impatience{500};
constexpr int patient_every = 4;

std::string name_of(const Uuid& process) { return process.text().substr(0, 8); }

bool read_number(std::string_view text, std::size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string BatchMark::text() const { return fmt::format("{}/{}/{}", index, rows, process); }

std::optional<BatchMark> BatchMark::parse(std::string_view text) {
  const auto first = text.find('/');
  const auto second = first == text.npos ? text.npos : text.find('/', first + 1);
  if (second == text.npos) return std::nullopt;
  BatchMark mark;
  mark.process = text.substr(second + 1);
  if (!read_number(text.substr(0, first), mark.index) ||
      !read_number(text.substr(first + 1, second - first - 1), mark.rows))
    return std::nullopt;
  return mark;
}

std::vector<MarkedRow> rows_of_broken_batches(const std::vector<MarkedRow>& rows,
                                              std::string_view process) {
  struct Group {
    std::size_t expected = 0;
    std::vector<const MarkedRow*> rows;
  };
  std::map<Time, Group> batches;
  for (const auto& row : rows) {
    const auto mark = BatchMark::parse(row.mark);
    if (!mark || mark->process != process.substr(0, 8)) continue;
    auto& batch = batches[row.stored - microseconds(mark->index)];
    batch.expected = mark->rows;
    batch.rows.push_back(&row);
  }
  std::vector<MarkedRow> broken;
  for (const auto& [first, batch] : batches) {
    if (batch.rows.size() >= batch.expected) continue;
    for (const auto* row : batch.rows)
      if (!row->shared) broken.push_back(*row);
  }
  return broken;
}

VisibilityWatermark::VisibilityWatermark(std::unique_ptr<WriterRegistry> registry, Uuid self,
                                         WatermarkOptions options)
    : self_(self),
      options_(std::move(options)),
      timing_(*options_.timing),
      registry_(std::move(registry)) {
  if (options_.joins_at_once) used_ = wrote_ = timing_.steady();
  thread_ = timing_.start([this] { run(); });
  settling_ = timing_.start([this] { run_settling(); });
}

Deadline VisibilityWatermark::sooner(Deadline deadline, milliseconds timeout) const {
  return std::min(deadline, timing_.steady() + timeout);
}

void VisibilityWatermark::wait_for(Condition& condition, milliseconds time) {
  timing_.wait_until(condition, mutex_, timing_.steady() + time);
}

void VisibilityWatermark::stop() {
  {
    const MutexLock lock(mutex_);
    if (stopped_) return;
    stopping_ = stopped_ = true;
    stop_settling_at_ = timing_.steady() + stop_timeout;
  }
  timing_.notify_all(wake_);
  timing_.notify_all(wake_settling_);
  timing_.join(settling_);
  timing_.join(thread_);
  std::size_t in_doubt = 0;
  bool joined = false;
  {
    const MutexLock lock(mutex_);
    in_doubt = underway_.size();
    joined = renewed_.has_value();
  }
  if (in_doubt > 0) {
    log::warning(
        "{} batches are still in doubt: the other processes wait for them, {} s at most, and take "
        "back what is not whole",
        in_doubt, dead_after.count() / 1000);
    return;
  }
  if (!joined) return;
  timing_.lock(renewing_);
  const TimedLock one_at_a_time(timing_, renewing_);
  if (const auto left = registry_->leave(sooner(Deadline::max(), renewal_timeout)); !left)
    log::debug("the other processes were not told of the end: {}", left.error().detail);
}

VisibilityWatermark::Batch::Batch(Batch&& other) noexcept
    : watermark_(std::exchange(other.watermark_, nullptr)),
      first_(other.first_),
      rows_(other.rows_),
      unsettled_(other.unsettled_) {}

VisibilityWatermark::Batch::~Batch() {
  if (watermark_ == nullptr || unsettled_) return;
  const MutexLock lock(watermark_->mutex_);
  watermark_->underway_.erase(first_);
  ++watermark_->happened_;
}

BatchMark VisibilityWatermark::Batch::mark(std::size_t index) const {
  return {index, rows_, name_of(watermark_->self_)};
}

bool VisibilityWatermark::Batch::is_live() const {
  const MutexLock lock(watermark_->mutex_);
  return watermark_->live_locked();
}

void VisibilityWatermark::Batch::settle_later(std::size_t bytes, Settle settle) {
  const MutexLock lock(watermark_->mutex_);
  unsettled_ = true;
  watermark_->unsettled_.push_back({first_, bytes, std::move(settle)});
  watermark_->unsettled_bytes_ += bytes;
  watermark_->timing_.notify_all(watermark_->wake_settling_);
}

bool VisibilityWatermark::fresh_locked(milliseconds age) const {
  return renewed_ && timing_.steady() - *renewed_ < age;
}

/// Whether the others can see that this process is alive, and wait for it.
bool VisibilityWatermark::live_locked() const {
  return registered_ && fresh_locked(renewed_within);
}

bool VisibilityWatermark::ready_locked(const std::string& place) const {
  return live_locked() && told_.count(place) > 0;
}

/// To be called when the entry has been renewed, before that is noted.
void VisibilityWatermark::notice_lapse_locked() {
  if (!renewed_ || fresh_locked(dead_after)) return;
  for (auto& [first, batch] : underway_) batch.lapsed = true;
}

Time VisibilityWatermark::floor_locked() {
  return underway_.empty() ? clock_.reached(timing_.wall())
                           : underway_.begin()->first - microseconds{1};
}

VisibilityWatermark::Settled VisibilityWatermark::promise_locked(Time through) {
  promised_ = std::max(promised_, through);
  return {promised_, happened_};
}

std::set<std::string> VisibilityWatermark::places_locked() {
  std::set<std::string> all;
  for (const auto& [first, batch] : underway_) all.insert(batch.place);
  std::erase_if(places_, [now = timing_.steady()](const auto& place) {
    return now - place.second > place_used_for;
  });
  for (const auto& [place, used] : places_) all.insert(place);
  return all;
}

Result<void> VisibilityWatermark::check_clock_locked() const {
  if (!clock_ahead_ || std::chrono::abs(*clock_ahead_) <= clock_differs_max) return {};
  return fail(
      Code::unavailable, "The server's clock is wrong",
      fmt::format("it is {} ms {} the database's; {} ms are allowed",
                  std::chrono::abs(*clock_ahead_).count(),
                  clock_ahead_->count() > 0 ? "ahead of" : "behind", clock_differs_max.count()));
}

Result<VisibilityWatermark::Batch> VisibilityWatermark::begin(const std::string& place,
                                                              std::size_t rows, Deadline deadline) {
  for (;;) {
    {
      const MutexLock lock(mutex_);
      used_ = wrote_ = places_[place] = timing_.steady();
      if (unsettled_bytes_ > unsettled_bytes_max)
        return fail(Code::unavailable, "The database does not answer",
                    "too many earlier writes are in doubt");
      RETURN_IF_ERROR(check_clock_locked());
      if (ready_locked(place)) {
        const Time first = clock_.next(timing_.wall());
        clock_.raise(first + microseconds(rows));
        underway_.emplace(first, Underway{place});
        ++happened_;
        timing_.notify_all(wake_);
        return Batch(*this, first, rows);
      }
    }
    RETURN_IF_ERROR(renew(deadline, &place));
  }
}

Result<VisibilityWatermark::Settled> VisibilityWatermark::settled(Deadline deadline) {
  for (;;) {
    {
      const MutexLock lock(mutex_);
      used_ = timing_.steady();
      timing_.notify_all(wake_);
      if (fresh_locked(options_.viewed_within))
        return promise_locked(std::min({floor_locked(), others_floor_, ceiling_}));
      if (failed_ && timing_.steady() - *failed_ < failed_for && promised_ > Time{})
        return promise_locked(promised_);
    }
    const auto asked = timing_.steady();
    auto renewed = renew(deadline, nullptr);
    if (renewed) continue;
    // What was promised once stays true. Who does not answer at all is not asked twice.
    const bool answers = timing_.steady() - asked < failed_for;
    MutexLock lock(mutex_);
    if (promised_ > Time{}) return promise_locked(promised_);
    lock.unlock();
    if (!answers || !look(deadline)) return fail(std::move(renewed).error());
  }
}

Result<bool> VisibilityWatermark::await(Time stored, Deadline deadline) {
  constexpr milliseconds pause{20};
  for (;;) {
    TRY(const auto now_settled, settled(deadline));
    if (now_settled.through >= stored) return true;
    if (timing_.steady() + pause >= deadline) return false;
    timing_.sleep_for(pause);
  }
}

void VisibilityWatermark::raise(Time stored) {
  const MutexLock lock(mutex_);
  clock_.raise(std::min(stored, timing_.wall() + ahead_max));
}

bool VisibilityWatermark::is_kept_from_writing() {
  const MutexLock lock(mutex_);
  if (!failed_ || fresh_locked(renewed_within)) return false;
  used_ = timing_.steady();  // it is tried again, also where nobody else asks
  timing_.notify_all(wake_);
  return true;
}

/// With a place somebody wants to write there.
Result<void> VisibilityWatermark::renew(Deadline deadline, const std::string* place) {
  if (!timing_.lock_until(renewing_, sooner(deadline, renewal_timeout)))
    return fail(Code::unavailable, "The database does not answer in time");
  const TimedLock one_at_a_time(timing_, renewing_);
  const auto began = timing_.steady();
  WriterEntry own;
  bool joining = false, writing = false, compared = false;
  {
    const MutexLock lock(mutex_);
    const auto& rhythm = alone_ ? options_.alone : options_.among_others;
    writing = place != nullptr || !underway_.empty() ||
              (wrote_ != Steady{} && began - wrote_ < options_.writing_for);
    // Someone else has just done it.
    if (fresh_locked(options_.among_others.renew_every / 2) &&
        (!writing || (registered_ && (place == nullptr || told_.count(*place) > 0))))
      return {};
    if (writing) own.floor = floor_locked();
    own.places = places_locked();
    joining = writing && !(registered_ && fresh_locked(renewed_within));
    // From here until the entry says so again, nothing is handed out.
    if (!writing) registered_ = false;
    own.ceiling = timing_.wall() + rhythm.ceiling_ahead;
    compared = clock_ahead_.has_value();
  }
  if (joining && !compared) compare_clocks();
  auto others = exchange(own, sooner(deadline, renewal_timeout));
  if (!others) return fail(std::move(others).error());
  // Better to wait a moment than to store at an instant that is still to come.
  if (joining && others->ceiling - timing_.wall() < waits_max)
    timing_.sleep_for(others->ceiling - timing_.wall());
  const MutexLock lock(mutex_);
  if (joining) clock_.raise(std::min(others->ceiling, timing_.wall() + ahead_max));
  ceiling_ = own.ceiling;
  others_floor_ = others->floor;
  alone_ = !others->any;
  if (others->touched) ++happened_;
  if (!others->dead.empty()) {
    dead_ = std::move(others->dead);
    timing_.notify_all(wake_settling_);
  }
  notice_lapse_locked();
  registered_ = writing;
  told_ = std::move(own.places);
  renewed_ = began;
  failed_.reset();
  return {};
}

Result<WriterRegistry::Others> VisibilityWatermark::exchange(const WriterEntry& own,
                                                             Deadline deadline) {
  const auto began = timing_.steady();
  // While it is silent the database is asked often, so that its return is noticed; now and then
  // with more patience, in case that it is slow.
  const bool impatient = silent_ && ++asked_in_vain_ % patient_every != 0;
  auto others = registry_->exchange(own, impatient ? sooner(deadline, impatience) : deadline);
  if (others) {
    silent_ = false;
    return others;
  }
  silent_ = silent_ || timing_.steady() - began > silent_after;
  const MutexLock lock(mutex_);
  if (!failed_)
    log::warning("this process cannot tell the others how far it is: {}: {}",
                 others.error().message, others.error().detail);
  failed_ = timing_.steady();
  return others;
}

/// Learns from the others alone how far everything is: for a process that cannot write its entry.
Result<void> VisibilityWatermark::look(Deadline deadline) {
  if (!timing_.lock_until(renewing_, sooner(deadline, renewal_timeout)))
    return fail(Code::unavailable, "The database does not answer in time");
  const TimedLock one_at_a_time(timing_, renewing_);
  const auto known = timing_.wall() - unwritten_margin;
  TRY(const auto others, registry_->look(sooner(deadline, renewal_timeout)));
  const MutexLock lock(mutex_);
  ++happened_;
  promise_locked(std::min({floor_locked(), others.floor, known}));
  return {};
}

void VisibilityWatermark::compare_clocks() {
  const auto before = timing_.wall();
  const auto theirs = registry_->database_now(sooner(Deadline::max(), renewal_timeout));
  if (!theirs) return;
  const auto after = timing_.wall();
  // What the answer may have taken is not held against the clock.
  microseconds ahead{0};
  if (*theirs < before) ahead = before - *theirs;
  if (*theirs > after) ahead = after - *theirs;
  const auto whole = std::chrono::duration_cast<milliseconds>(ahead);
  if (std::chrono::abs(whole) > clock_differs_max)
    log::error(
        "the clock of this machine is {} ms {} the database's: nothing is written until it is put "
        "right",
        std::chrono::abs(whole).count(), whole.count() > 0 ? "ahead of" : "behind");
  else if (std::chrono::abs(whole) > clock_differs_warn)
    log::warning("the clock of this machine is {} ms {} the database's: lists may lag by that",
                 std::chrono::abs(whole).count(), whole.count() > 0 ? "ahead of" : "behind");
  const MutexLock lock(mutex_);
  clock_ahead_ = whole;
}

void VisibilityWatermark::run() {
  auto compared = timing_.steady();
  MutexLock lock(mutex_);
  while (!stopping_) {
    const auto idle = [&]() REQUIRES(mutex_) {
      return used_ == Steady{} || timing_.steady() - used_ > options_.writing_for + used_more;
    };
    // Its last entry says that it does not write, so that nobody waits for it.
    if (idle() && !registered_) {
      timing_.wait_until(wake_, mutex_, Deadline::max());
      continue;
    }
    lock.unlock();
    if (timing_.steady() - compared > compare_clocks_every) {
      timing_.lock(renewing_);
      const TimedLock one_at_a_time(timing_, renewing_);
      compare_clocks();
      compared = timing_.steady();
    }
    if (const auto renewed = renew(Deadline::max(), nullptr); !renewed) {
      const auto looked = look(Deadline::max());
      log::debug("the entry of this process was not renewed: {}{}", renewed.error().detail,
                 looked ? "; those of the others can be read" : "");
    }
    lock.lock();
    const auto& rhythm = alone_ && !failed_ ? options_.alone : options_.among_others;
    const auto next = timing_.steady() + rhythm.renew_every;
    while (!stopping_ && timing_.steady() < next) timing_.wait_until(wake_, mutex_, next);
  }
}

/// The next batch that is in doubt; it goes to the end of the line unless it is done.
void VisibilityWatermark::settle_one() {
  if (!live_locked()) {
    wait_for(wake_settling_, settle_pause);
    return;
  }
  auto next = std::move(unsettled_.front());
  unsettled_.pop_front();
  // What is sent later may arrive when the others wait no more.
  auto limit = *renewed_ + (dead_after - insert_max);
  if (stopping_) limit = std::min(limit, stop_settling_at_);
  const bool lapsed = underway_.at(next.first).lapsed;
  mutex_.unlock();
  const auto done = next.settle({sooner(limit, settle_timeout), lapsed});
  mutex_.lock();
  if (done && *done) {
    unsettled_bytes_ -= next.bytes;
    underway_.erase(next.first);
    ++happened_;
    return;
  }
  unsettled_.push_back(std::move(next));
  if (!done) log::debug("a batch stays in doubt: {}", done.error().detail);
  wait_for(wake_settling_, settle_pause);
}

void VisibilityWatermark::sweep_one() {
  const auto dead = std::move(dead_.back());
  dead_.pop_back();
  mutex_.unlock();
  const auto swept =
      options_.sweep ? options_.sweep(dead, sooner(Deadline::max(), insert_max)) : Result<void>();
  if (swept) {
    timing_.lock(renewing_);
    const TimedLock one_at_a_time(timing_, renewing_);
    registry_->retire(dead);
  } else {
    thread_local std::string told_of;  // the process that the log was told of last
    if (told_of != dead.process)
      log::warning("what process {} left half done could not be taken back yet: {}", dead.process,
                   swept.error().detail);
    told_of = dead.process;
  }
  mutex_.lock();
  if (!swept) wait_for(wake_settling_, settle_pause);
}

void VisibilityWatermark::run_settling() {
  const MutexLock lock(mutex_);
  for (;;) {
    while (!stopping_ && unsettled_.empty() && dead_.empty())
      timing_.wait_until(wake_settling_, mutex_, Deadline::max());
    if (stopping_ && (unsettled_.empty() || timing_.steady() > stop_settling_at_)) return;
    if (!unsettled_.empty()) settle_one();
    if (!dead_.empty() && !stopping_) sweep_one();
  }
}

}  // namespace lectern::store
