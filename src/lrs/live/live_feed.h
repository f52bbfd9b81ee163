#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auth/principal.h"
#include "base/concurrency/mutex.h"
#include "base/result.h"
#include "lrs/lrs.h"
#include "store/statement_store.h"
#include "xapi/terms.h"

namespace lectern::lrs {

/// The newest statements of one target, read once for all who follow it: whichever of them is due
/// asks the store. Holds kept_bytes_max of them; who is further behind reads the store. Up to the
/// watermark nothing comes later (StatementStore::consistent_through), so nobody misses or doubles
/// any, whichever process stored it. Thread-safe.
class LiveFeed {
 public:
  static constexpr std::size_t kept_bytes_max = 16 * 1024 * 1024;
  static constexpr std::chrono::milliseconds poll{200};  ///< between two looks at the store

  /// A statement, and what queries can ask of it.
  struct Entry {
    store::StoredStatement statement;
    xapi::Terms terms;
  };
  using Entries = std::vector<std::shared_ptr<const Entry>>;
  /// What lies behind a position: some entries, and up to where they reach.
  struct Piece {
    Entries entries;
    xapi::Position end;
  };

  /// Whether the caller is to call advance(): true for one of all who ask, each `poll`. Waits for
  /// nobody.
  bool due();
  /// Changes when there is something new.
  std::uint64_t version() const { return version_; }
  /// Looks for what has been stored since. Errors: those of the store.
  Result<void> advance(Lrs& lrs, const store::Context& context);
  /// What was stored behind `after`, so many at most; nothing where that is not kept (any longer).
  std::optional<Piece> behind(const xapi::Position& after, std::size_t entries_max) const;

 private:
  void keep(store::StoredStatement statement, xapi::Terms terms) REQUIRES(mutex_);

  std::atomic<std::int64_t> next_look_ms_{0};
  std::atomic<std::uint64_t> version_{0};
  Mutex advancing_;  // one looks at the store at a time
  mutable Mutex mutex_;
  std::deque<std::shared_ptr<const Entry>> kept_ GUARDED_BY(mutex_);
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  /// What is kept lies behind the one and up to the other; nothing before the first look.
  std::optional<xapi::Position> begin_ GUARDED_BY(mutex_), end_ GUARDED_BY(mutex_);
};

/// The feeds of all targets, and how many follow them. Thread-safe.
class LiveFeeds {
 public:
  static constexpr std::size_t readers_max = 2'000;
  /// Of one user, so that others can follow as well.
  static constexpr std::size_t readers_of_user_max = readers_max / 2;

  /// The feed of a target. It stays as long as somebody holds it.
  std::shared_ptr<LiveFeed> of(const std::string& target);
  /// Counts one reader more; false: there are readers_max, or readers_of_user_max.
  bool enter(const auth::Principal& principal);
  /// Counts one less.
  void leave(const auth::Principal& principal);

 private:
  using User = std::pair<std::string, std::string>;  // target and name

  Mutex mutex_;
  std::size_t readers_ GUARDED_BY(mutex_) = 0;
  std::map<User, std::size_t> by_user_ GUARDED_BY(mutex_);
  std::map<std::string, std::weak_ptr<LiveFeed>> feeds_ GUARDED_BY(mutex_);
};

}  // namespace lectern::lrs
