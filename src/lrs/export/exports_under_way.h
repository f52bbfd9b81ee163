#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "auth/principal.h"
#include "base/concurrency/mutex.h"

namespace lectern::lrs {

/// How many exports each user has under way. An export lasts as long as its reader takes, and holds
/// memory meanwhile, of which the user's other requests need some too. Thread-safe.
class ExportsUnderWay {
 public:
  static constexpr std::size_t of_user_max = 4;
  using User = std::pair<std::string, std::string>;  ///< target and name

  /// One export, until this object's end.
  class One {
   public:
    One(ExportsUnderWay& all, User user) : all_(all), user_(std::move(user)) {}
    ~One() { all_.end(user_); }
    One(const One&) = delete;
    One& operator=(const One&) = delete;

   private:
    ExportsUnderWay& all_;
    const User user_;
  };

  /// One more of this user, which this object outlives; null: of_user_max are under way.
  std::unique_ptr<One> begin(const auth::Principal& principal);

 private:
  void end(const User& user);

  Mutex mutex_;
  std::map<User, std::size_t> by_user_ GUARDED_BY(mutex_);
};

}  // namespace lectern::lrs
