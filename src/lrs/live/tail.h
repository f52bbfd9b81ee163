#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "auth/principal.h"
#include "base/result.h"
#include "lrs/live/live_feed.h"
#include "lrs/lrs.h"
#include "lrs/selection/chain_check.h"
#include "lrs/selection/selection.h"
#include "xapi/position.h"

namespace lectern::lrs {

/// One who follows the statements of a selection as they are stored, as server-sent events (HTML
/// Living Standard, 9.2). Each event's `id` is the place up to which the reader has seen: sent back
/// as Last-Event-ID it goes on there, in any process, after any time. One thread at a time, but for
/// ready(); the LRS outlives it.
class Tail {
 public:
  static constexpr std::chrono::seconds heartbeat{15};  ///< a sign of life, where nothing happens

  /// After that the stream ends, and who follows comes again: so a user that was removed, or a
  /// token that has expired, reads on for no longer.
  static constexpr std::chrono::minutes time_max{10};

  /// Bytes of events that are made at once; the last one may go beyond.
  static constexpr std::size_t piece_bytes = 64 * 1024;

  /// Begins behind the event with that id, else now. Errors: invalid (no such id); unavailable,
  /// also beyond LiveFeeds::readers_max.
  static Result<std::unique_ptr<Tail>> begin(Lrs& lrs,
                                             std::shared_ptr<const auth::Principal> principal,
                                             Selection selection,
                                             std::optional<std::string_view> last_event_id,
                                             bool in_utc);
  ~Tail();
  Tail(const Tail&) = delete;
  Tail& operator=(const Tail&) = delete;

  /// Events; empty where there are none now, and when it is done. Errors: those of the store.
  Result<std::string> next();
  /// Whether next() may have something, or it is done. Waits for nobody.
  bool ready();
  /// Whether time_max is over: next() has nothing any more. Waits for nobody.
  bool done() const { return std::chrono::steady_clock::now() >= end_; }

 private:
  Tail(Lrs& lrs, std::shared_ptr<const auth::Principal> principal, Selection selection,
       bool in_utc);

  Result<bool> lets_in(ChainCheck& chains, const LiveFeed::Entry& entry) const;
  Result<std::string> from_feed(const store::Context& context);
  Result<std::string> from_store(const store::Context& context);
  void append_event(std::string& out, store::StoredStatement statement);
  std::string place(const xapi::Position& position) const;
  xapi::Position seen() const;

  Lrs& lrs_;
  const std::shared_ptr<const auth::Principal> principal_;
  const Selection selection_;
  const bool in_utc_;
  const std::shared_ptr<LiveFeed> feed_;
  ChainFilter filter_;
  std::optional<xapi::Term> authority_;
  xapi::Position position_;
  xapi::Position told_to_;  // of the last event, or where it began
  std::uint64_t seen_version_ = 0;
  bool behind_ = true;       // there may be more at once
  bool looks_next_ = false;  // the feed is to be advanced
  bool told_ = false;        // where it begins
  std::chrono::steady_clock::time_point next_heartbeat_;
  const std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + time_max;
};

}  // namespace lectern::lrs
