#include "auth/basic.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <random>
#include <thread>
#include <unordered_map>

#include "auth/credentials_file.h"
#include "auth/gate.h"
#include "auth/header.h"
#include "auth/password.h"
#include "auth/timed_cache.h"
#include "base/digest.h"
#include "base/uuid.h"

namespace lectern::auth {
namespace {

using PrincipalPtr = std::shared_ptr<const Principal>;
using Outcome = Result<PrincipalPtr>;

/// A bcrypt hash, of cost 12, of a password that nobody knows; for files without users.
constexpr const char* nobodys_hash = "$2b$12$AR9LDFSNU5JlAU4aTtCyWuIZ0z3T/sZvvkAh4f.oGowe5x7x/DiMC";

Outcome refused() { return fail(Code::unauthenticated, "Invalid authentication credentials"); }

std::string random_key() { return Uuid::random().text() + Uuid::random().text(); }

unsigned checks_max_of(const BasicOptions& options) {
  if (options.checks_max > 0) return options.checks_max;
  return std::max(1U, std::thread::hardware_concurrency() / 2);
}

class Basic final : public BasicAuthenticator {
 public:
  explicit Basic(BasicOptions options)
      : options_(std::move(options)),
        key_(random_key()),
        file_(options_.file, options_.reload_interval),
        gate_(checks_max_of(options_), options_.waiting_max),
        good_(options_.cache_entries_max) {}

  Result<void> load() { return file_.load(); }
  bool has_file() const override { return file_.exists(); }
  Counts counts() const override { return {checks_, remembered_}; }
  std::string challenge() const override { return R"(Basic realm="xAPI", charset="UTF-8")"; }

  Outcome authenticate(std::string_view header) override {
    const auto given = parse_basic(header);
    if (!given) return refused();
    const auto users = file_.users();
    const std::string digest = hmac_sha256(key_, header);
    // An entry of other users than the present ones is none: a check that began before a change
    // and ended after it cannot bring an old user back.
    if (const auto known = good_.find(digest); known && known->users == users) {
      ++remembered_;
      return known->principal;
    }
    return check_once(digest, *given, users);
  }

  PrincipalPtr known(std::string_view header) override {
    const auto users = file_.users_if_fresh();
    if (users == nullptr || header.empty()) return nullptr;
    const auto good = good_.find(hmac_sha256(key_, header));
    if (!good || good->users != users) return nullptr;
    ++remembered_;
    return good->principal;
  }

 private:
  using Users = std::shared_ptr<const Credentials>;
  struct Good {
    PrincipalPtr principal;
    Users users;
  };

  /// Callers with the same header, against the same users, share one check.
  Outcome check_once(const std::string& digest, const NameAndPassword& given, const Users& users) {
    std::promise<Outcome> promise;
    {
      std::unique_lock lock(mutex_);
      const auto [it, first] = running_.try_emplace(digest, Running{users, {}});
      if (!first && it->second.users == users) {
        auto outcome = it->second.outcome;
        lock.unlock();
        return outcome.get();
      }
      it->second = Running{users, promise.get_future().share()};
    }
    Outcome outcome = check(given, *users);
    if (outcome)
      good_.put(digest, Good{*outcome, users},
                std::chrono::steady_clock::now() + options_.cache_ttl);
    {
      const std::lock_guard lock(mutex_);
      const auto it = running_.find(digest);
      if (it != running_.end() && it->second.users == users) running_.erase(it);
    }
    promise.set_value(outcome);
    return outcome;
  }

  Outcome check(const NameAndPassword& given, const Credentials& all) {
    if (!gate_.enter())
      return fail(Code::unavailable, "Too many credentials are being checked, try again");
    ++checks_;
    const auto user = all.users.find(given.username);
    const bool known = user != all.users.end();
    // A stranger costs as much as a user with a wrong password.
    const std::string stand_in = all.users.empty() ? nobodys_hash : all.users.begin()->second.hash;
    const bool right = verify_password(given.password, known ? user->second.hash : stand_in);
    gate_.leave();
    if (!known || !right) return refused();
    return user->second.principal;
  }

  struct Running {
    Users users;
    std::shared_future<Outcome> outcome;
  };

  const BasicOptions options_;
  const std::string key_;
  CredentialsFile file_;
  Gate gate_;
  TimedCache<Good> good_;
  std::atomic<std::uint64_t> checks_ = 0;
  std::atomic<std::uint64_t> remembered_ = 0;
  std::mutex mutex_;
  std::unordered_map<std::string, Running> running_;  // guarded by mutex_
};

}  // namespace

Result<std::unique_ptr<BasicAuthenticator>> BasicAuthenticator::open(BasicOptions options) {
  auto basic = std::make_unique<Basic>(std::move(options));
  RETURN_IF_ERROR(basic->load());
  return basic;
}

}  // namespace lectern::auth
