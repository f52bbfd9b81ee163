#include "auth/basic/basic.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <random>
#include <thread>
#include <unordered_map>

#include "auth/basic/credentials_file.h"
#include "auth/basic/password.h"
#include "auth/check_queue.h"
#include "auth/header.h"
#include "auth/polite_threads.h"
#include "auth/timed_cache.h"
#include "base/bounded_log.h"
#include "base/concurrency/mutex.h"
#include "base/digest.h"
#include "base/uuid.h"

namespace lectern::auth {
namespace {

using Clock = std::chrono::steady_clock;
using Outcome = Result<PrincipalPtr>;
using UserPtr = std::shared_ptr<const Credential>;

/// A bcrypt hash, of cost 12, of a password that nobody knows; for files without users.
const std::string nobodys_hash = "$2b$12$AR9LDFSNU5JlAU4aTtCyWuIZ0z3T/sZvvkAh4f.oGowe5x7x/DiMC";

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
        throttle_(options_.throttle),
        queue_(checks_max_of(options_), options_.waiting_max),
        checkers_(checks_max_of(options_), check_niceness),
        known_(options_.cache_entries_max),
        wrong_(options_.refused_entries_max) {}

  Result<void> load() { return file_.load(); }
  bool has_file() const override { return file_.exists(); }
  bool has_broken_file() const override { return file_.is_broken(); }
  std::shared_ptr<const Credentials> users() override { return file_.users(); }
  Counts counts() const override { return {checks_, remembered_, failed_, delayed_, turned_away_}; }
  std::string challenge() const override { return R"(Basic realm="xAPI", charset="UTF-8")"; }

  std::chrono::seconds delay(const Attempt& attempt) override {
    const auto given = parse_basic(attempt.header);
    if (!given) return {};
    const auto verdict = throttle_.look(attempt.address, given->username, Clock::now());
    return std::chrono::ceil<std::chrono::seconds>(verdict.wait);
  }

  std::optional<Outcome> remembered(const Attempt& attempt) override {
    const auto given = parse_basic(attempt.header);
    if (!given) return refused();
    const auto users = file_.users_if_fresh();
    if (!users) return std::nullopt;
    Login login = login_of(attempt, *given, *users);
    return from_memory(login);
  }

  Outcome authenticate(const Attempt& attempt) override {
    const auto given = parse_basic(attempt.header);
    if (!given) return refused();
    const auto users = file_.users();
    Login login = login_of(attempt, *given, *users);
    if (auto known = from_memory(login)) return std::move(*known);
    return check_once(login);
  }

 private:
  /// One attempt, taken apart.
  struct Login {
    const Attempt& attempt;
    const NameAndPassword& given;
    UserPtr user;                 ///< null when nobody has the name
    const std::string* stand_in;  ///< a hash that costs a stranger as much as a user's
    std::string digest;           ///< of the header
    Standing standing = Standing::clean;
  };

  /// Credentials that were good when they were last checked.
  struct Good {
    UserPtr user;
    Clock::time_point until{};
  };

  struct Running {
    UserPtr user;
    std::shared_future<Outcome> outcome;
  };

  Login login_of(const Attempt& attempt, const NameAndPassword& given,
                 const Credentials& all) const {
    const auto it = all.users.find(given.username);
    return {attempt,
            given,
            it == all.users.end() ? nullptr : it->second,
            all.users.empty() ? &nobodys_hash : &all.users.begin()->second->hash,
            hmac_sha256(key_, attempt.header),
            {}};
  }

  /// What is decided without a check; finds the login's standing otherwise. Memory counts only for
  /// the user as the file has it now: a check that began before a change and ended after it cannot
  /// bring an old one back.
  std::optional<Outcome> from_memory(Login& login) {
    const auto now = Clock::now();
    const auto known = known_.find(login.digest, now);
    const bool was_good = known && login.user && known->user == login.user;
    if (was_good && now < known->until) {
      ++remembered_;
      return login.user->principal;
    }
    if (wrong_.find(login.digest, now) == login.user) {
      failed(login, "a password that was wrong before");
      return refused();
    }
    // Who is only checked again has guessed nothing, and waits for nobody who does.
    if (was_good) return std::nullopt;
    const auto [standing, wait] = throttle_.look(login.attempt.address, login.given.username, now);
    login.standing = standing;
    if (wait <= Clock::duration{}) return std::nullopt;
    ++delayed_;
    tell(log_delayed_, "delayed login", login,
         fmt::format("failed too often, may try again in {} s",
                     std::chrono::ceil<std::chrono::seconds>(wait).count()));
    return fail(Code::unavailable, "Too many failed logins, try again later");
  }

  /// Callers with the same header, against the same users, share one check.
  Outcome check_once(const Login& login) {
    std::promise<Outcome> promise;
    {
      MutexLock lock(mutex_);
      const auto [it, first] = running_.try_emplace(login.digest);
      if (!first && it->second.user == login.user) {
        auto outcome = it->second.outcome;
        lock.unlock();
        return wait_with_others(login, outcome);
      }
      it->second = Running{login.user, promise.get_future().share()};
    }
    Outcome outcome = check(login);
    if (outcome) {
      const auto now = Clock::now();
      // Behind `until` the entry still tells that these credentials were good.
      known_.put(login.digest, Good{login.user, now + options_.cache_ttl},
                 Clock::time_point::max());
    }
    {
      const MutexLock lock(mutex_);
      const auto it = running_.find(login.digest);
      if (it != running_.end() && it->second.user == login.user) running_.erase(it);
    }
    promise.set_value(outcome);
    return outcome;
  }

  Outcome turn_away() {
    ++turned_away_;
    return fail(Code::unavailable, "Too many credentials are being checked, try again");
  }

  Outcome wait_with_others(const Login& login, const std::shared_future<Outcome>& outcome) {
    const auto network = network_of(login.attempt.address);
    if (!queue_.take_place(login.standing, network)) return turn_away();
    Outcome shared = outcome.get();
    queue_.leave_place(login.standing, network);
    return shared;
  }

  Outcome check(Login login) {
    if (!queue_.enter(login.standing, network_of(login.attempt.address))) return turn_away();
    auto decided = from_memory(login);  // while it waited, others from there may have failed
    if (!decided) decided = compare(login);
    queue_.leave();
    return std::move(*decided);
  }

  Outcome compare(const Login& login) {
    ++checks_;
    const bool known = login.user && !login.user->disabled;
    const std::string& hash = known ? login.user->hash : *login.stand_in;
    const bool right = checkers_.run([&] { return verify_password(login.given.password, hash); });
    if (known && right) return login.user->principal;
    throttle_.failed(login.attempt.address, login.given.username, Clock::now());
    wrong_.put(login.digest, login.user, Clock::time_point::max());
    failed(login, known ? "wrong password" : login.user ? "disabled user" : "no such user");
    return refused();
  }

  void failed(const Login& login, std::string_view why) {
    ++failed_;
    tell(log_failed_, "failed login", login, why);
  }

  static void tell(log::BoundedLog& log, std::string_view what, const Login& login,
                   std::string_view more) {
    const auto name = log::escaped(login.given.username);
    const auto remote = loggable(login.attempt.address);
    const std::array<log::Field, 2> fields = {{{"user", name}, {"remote", remote}}};
    log.write(fmt::format("{}: user {} from {}: {}", what, log::printable(login.given.username),
                          remote, more),
              fields);
  }

  const BasicOptions options_;
  const std::string key_;
  CredentialsFile file_;
  Throttle throttle_;
  CheckQueue queue_;
  PoliteThreads checkers_;  // as many as the queue lets in
  log::BoundedLog log_failed_{log::Level::warning, "failed logins"};
  log::BoundedLog log_delayed_{log::Level::warning, "delayed logins"};
  TimedCache<Good> known_;
  TimedCache<UserPtr> wrong_;  // whom they are wrong for
  std::atomic<std::uint64_t> checks_ = 0;
  std::atomic<std::uint64_t> remembered_ = 0;
  std::atomic<std::uint64_t> failed_ = 0;
  std::atomic<std::uint64_t> delayed_ = 0;
  std::atomic<std::uint64_t> turned_away_ = 0;
  Mutex mutex_;
  std::unordered_map<std::string, Running> running_ GUARDED_BY(mutex_);
};

}  // namespace

Result<std::unique_ptr<BasicAuthenticator>> BasicAuthenticator::open(BasicOptions options) {
  auto basic = std::make_unique<Basic>(std::move(options));
  RETURN_IF_ERROR(basic->load());
  return basic;
}

}  // namespace lectern::auth
