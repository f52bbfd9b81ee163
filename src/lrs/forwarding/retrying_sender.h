#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/concurrency/mutex.h"
#include "lrs/forwarding/delivery.h"
#include "lrs/forwarding/forwarding_state.h"
#include "lrs/forwarding/lease.h"
#include "lrs/stores.h"
#include "net/http_client.h"

namespace lectern::lrs {

/// How a receiver is doing.
struct ForwardingStatus {
  std::string receiver;     ///< its URL, without credentials
  std::int64_t lag_ms = 0;  ///< the age of the oldest statement it still lacks; 0: it has all
  std::uint64_t forwarded = 0;
  std::uint64_t refused = 0;
  std::string trouble;  ///< why nothing goes out just now; "" when all is well
};

/// The times of forwarding.
struct ForwardingOptions {
  /// Of the right to serve a receiver: so long others wait for a process that has vanished.
  std::chrono::milliseconds lease{15'000};
  std::chrono::milliseconds backoff_first{200};  ///< after a failure; doubled with each
  std::chrono::milliseconds backoff_most{60'000};
};

/// What wakes the walks, and ends them.
struct ForwardingSignal {
  Mutex mutex;
  Condition wake;
  std::uint64_t stored_count GUARDED_BY(mutex) = 0;
  bool stopping GUARDED_BY(mutex) = false;

  /// Whether the process ends.
  bool is_stopping();
};

/// Sends what is stored to one receiver, on a thread of its own, and again until it is taken or
/// refused for good: walks the store behind the position up to which the receiver has been served,
/// while no other process does. status() may be called by any thread.
class RetryingSender {
 public:
  /// What it works with; all of it outlives the sender.
  struct Surroundings {
    StoreRefs stores;
    ForwardingState& state;
    net::HttpClient& client;
    ForwardingSignal& signal;
    std::vector<std::string> targets;  ///< of users, which may hold something already
    ForwardingOptions options;
  };

  RetryingSender(const Surroundings& around, Receiver receiver);
  RetryingSender(const RetryingSender&) = delete;
  RetryingSender& operator=(const RetryingSender&) = delete;
  /// Waits for the end, after ForwardingSignal::stopping.
  ~RetryingSender();

  const Receiver& receiver() const { return receiver_; }
  bool has_ended() const { return ended_; }
  /// How far its receiver is, as it was after the last step. Thread-safe.
  ForwardingStatus status() const;
  /// Sends one statement by itself.
  Result<Delivered> send_one(const DeadLetter& letter);

 private:
  using Rows = std::vector<const store::StoredStatement*>;
  /// Whether the receiver is an LRS that takes statements, as far as one batch has shown.
  struct Evidence {
    bool takes = false;
    bool asked = false;                // it was given what it has taken before
    std::vector<DeadLetter> suspects;  // refused once, `suspects_max` at most
  };

  void run();
  Result<bool> step();
  Result<void> look_from_afar();
  Result<bool> serve(const std::string& target);
  Result<void> flush(const std::string& target, const Rows& rows);
  Result<void> send(const std::string& target, const Rows& rows, Evidence& evidence);
  Result<void> refuse(const std::string& target, const store::StoredStatement& row,
                      const Delivered& delivered, Evidence& evidence);
  Result<bool> takes_what_it_has(const std::string& target);
  /// Sends the suspects again to a receiver that takes others: what is refused is a dead letter.
  Result<void> judge(Evidence& evidence);
  tl::unexpected<Error> is_away(const Delivered& delivered);
  tl::unexpected<Error> refuses_all(const Delivered& delivered);
  Result<ForwardingState::Served> served(const std::string& target);
  void say_that_it_is_known(const xapi::Position& position);
  Result<ForwardingState::Served> begin(const std::string& target, const xapi::Position& position);
  void lacks(const std::string& target, std::optional<Time> oldest);
  void note(const Result<bool>& outcome);

  const Surroundings around_;
  const Receiver receiver_;
  const std::string shown_;  // its URL, for the log

  // Of the thread:
  bool knows_targets_ = false;
  bool said_that_it_is_known_ = false;
  std::map<std::string, ForwardingState::Served> served_;  // by target, since the right was taken
  std::map<std::string, Uuid> taken_;                      // by target: the last that it took
  std::chrono::milliseconds asked_to_wait_{0};             // by the receiver
  std::chrono::steady_clock::time_point looked_at_{};

  mutable Mutex mutex_;
  ForwardingStatus status_ GUARDED_BY(mutex_);
  std::map<std::string, Time> lacking_ GUARDED_BY(mutex_);  // by target: the oldest that it lacks

  Lease lease_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace lectern::lrs
