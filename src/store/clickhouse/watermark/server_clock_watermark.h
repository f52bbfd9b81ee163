#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/concurrency/mutex.h"
#include "store/clickhouse/watermark/writers.h"
#include "store/common/watermark/timing.h"

namespace lectern::store::clickhouse {

/// How long a flush may take: past it, it is given up, here and in the server.
inline constexpr std::chrono::milliseconds flush_max{10'000};
/// How long what a process has said counts, if nothing more is heard of it: well above flush_max.
inline constexpr std::chrono::milliseconds silence_max{15'000};

/// How long after it said that it is alone a process may write ahead of its look at others, by the
/// server's clock, and how long others wait for one that says nothing more: as long and the margin
/// for what the server had begun, and some more should its clock be put forward meanwhile.
inline constexpr std::chrono::seconds alone_max{2};
inline constexpr std::chrono::seconds alone_counts{8};

/// A time in which no process but this one said anything: from `since` to `until`, by the server's
/// clock.
struct QuietPeriod {
  Time since;
  Time until;
};

/// The visibility watermark of one target, by the server's clock: the processes that write to it
/// tell each other through its writers table how far they are (docs/CONSISTENCY.md, W3 to W6).
///
/// A process says `active` with a `low` before it gives out any `stored`: all that it wrote up to
/// low is visible, and all that it will write lies above. It says so again as it goes on, and says
/// `idle` when it is done. Who reads the table therefore knows: a process without an active entry
/// has nothing under way, and whatever it begins will be stored above the present instant. All
/// instants are of the server's clock, which every process follows. An entry that is older than
/// silence_max is of a process that died: what its flush sent stores nothing any more by then.
/// An entry may arrive late: of those of one process the one with the greatest low is the last, and
/// of two with the same, the one that says less: alone, active, idle.
///
/// A process may say that it is `alone`, and then write to Ralph's table before it has looked for
/// the reservations of others, in a flush whose read_peers() heard of nobody for silence_max. Who
/// wakes up looks for such a one behind its own entry, and begins nothing until that one has said
/// otherwise, or nothing for alone_counts. So either it is heard of before the write, or its look
/// comes behind it and finds the reservation.
///
/// flush_begins() to flush_ended() are for the one thread that writes; consistent_through() for
/// any.
class ServerClockWatermark {
 public:
  /// `process` is its name among the writers; `timing` must outlive it.
  explicit ServerClockWatermark(std::unique_ptr<WritersTable> writers,
                                Uuid process = Uuid::random(), Timing& timing = Timing::real());

  /// To be called before the `stored` of a flush are given out. `alone`: to say so, where that can
  /// be; only while nothing that was written ahead by an earlier flush is in doubt may it turn
  /// false.
  Result<void> flush_begins(Deadline deadline, bool alone = false);
  /// Whether the others have been told that this process is alone.
  bool told_alone() const { return told_alone_; }
  /// Until when, by the server's clock, what is written ahead of the look may come in.
  Time alone_until() const { return std::min(until_, alone_until_); }
  /// While told_alone(): whether all who have joined since that was told are still waiting, also
  /// where the server's clock was put forward. What is there by now their looks will meet.
  bool others_wait() const;
  /// An instant for one more statement, strictly rising.
  Time next_stored();
  /// Until when, by the server's clock, inserts of the flush that began last may come in.
  Time until() const { return until_; }
  /// Asks the others on behalf of the flush, once all its `stored` are given out: what
  /// consistent_through() answers behind its end then reaches beyond them, and nobody need ask
  /// again. May run beside the flush; must have returned before flush_ended().
  Result<void> read_peers(Deadline deadline);
  /// Since when all others have been quiet, as of the last read_peers(); nothing before the first.
  /// A process that is not heard of by then has acquired no reservation since, and will meet those
  /// that were there when read_peers() began. For the writing thread, while no read_peers() is
  /// under way.
  const std::optional<QuietPeriod>& quiet() const { return quiet_; }
  /// The flush is done. `in_doubt`: something of it, or of an earlier one, may still appear.
  void flush_ended(bool in_doubt);
  /// What was in doubt no longer is.
  void settled();
  /// How many flushes have ended; for any thread.
  std::uint64_t flushes_ended();
  /// Says that nothing is under way, if the opposite was said and nothing is in doubt: else others
  /// must wait until the entry is too old to count. To be called after a pause.
  void go_idle(Deadline deadline);
  /// Whether go_idle() has something to say.
  bool active() const { return active_; }

  /// Never less than it answered before (W3): who joined meanwhile, and told a lower `low`, took
  /// its first `stored` from the server's clock later. An answer of the server is used again for
  /// peer_report_age_max, but not beyond the end of a flush that has not asked itself, so that a
  /// client finds what it has just stored; where the flush itself has asked and heard of nobody, as
  /// long from its end on. Who asks at once with others shares their question.
  Result<Time> consistent_through(Deadline deadline);
  /// The latest answer of consistent_through(); for any thread.
  Time promised();

 private:
  /// A question to the others that several callers wait for.
  struct Question {
    Timing::Steady asked_at;
    std::uint64_t flushes_ended = 0;  // when it was asked
    std::optional<Result<Time>> answer;
  };

  /// What all others and the clock allow.
  Result<Time> ask_peers_once(Deadline deadline) REQUIRES(mutex_);
  enum class Update { idle, active, alone };
  Result<void> announce(Update what, Deadline deadline);
  /// Waits until no other says that it is alone, and takes back that this one is.
  Result<void> wait_for_who_is_alone(Deadline deadline);
  /// What the others have said of late.
  struct PeerReport {
    Time now;
    Timing::Steady at;          // when the answer had come
    Time through;               // what consistent_through() may answer
    std::optional<Time> other;  // when one of them last said anything
  };
  /// What a flush has heard.
  struct PeersRead {
    Time through;
    Timing::Steady asked_at;
    bool is_alone = false;  // no other has said anything of late
  };
  /// `from`: an instant from which on to ask, if earlier than what counts. `past`: an instant that
  /// the server's clock has reached, as far as that is known.
  Result<PeerReport> ask_peers(std::optional<Time> from, Time past, Deadline deadline);
  Result<void> follow_clock(Deadline deadline);
  Time server_now() const;

  static std::chrono::microseconds steady_micros(Timing::Steady instant);

  const std::unique_ptr<WritersTable> writers_;
  const Uuid process_;
  Timing& timing_;

  // Of the writing thread:
  bool active_ = false;
  bool told_alone_ = false;
  bool said_alone_ = false;  // whether or not an answer came
  bool has_joined_ = false;  // behind what it said when it woke up, it found nobody alone
  bool clock_known_ = false;
  bool clock_is_doubtful_ = false;
  Timing::Steady told_at_;                    // when it began to say what it said last
  std::chrono::microseconds clock_offset_{};  // the server's clock minus steady_clock
  Time last_stored_;
  Time until_;
  Time alone_until_;
  std::optional<QuietPeriod> quiet_;                       // written by read_peers()
  std::optional<std::chrono::microseconds> heard_offset_;  // likewise: of the server's clock

  Mutex mutex_;
  Condition answered_;
  std::shared_ptr<Question> question_ GUARDED_BY(mutex_);  // the last one
  // Of the flush:
  std::optional<PeersRead> peers_read_ GUARDED_BY(mutex_);
  bool flushing_ GUARDED_BY(mutex_) = false;
  Time low_ GUARDED_BY(mutex_);
  Time promised_ GUARDED_BY(mutex_);  // the latest answer of consistent_through()
  Time heard_ GUARDED_BY(mutex_);     // what all others and the clock allow, as it was at heard_at_
  Timing::Steady heard_at_ GUARDED_BY(mutex_);
  std::uint64_t flushes_ended_ GUARDED_BY(mutex_) = 0;
  bool in_doubt_ GUARDED_BY(mutex_) = false;
};

}  // namespace lectern::store::clickhouse
