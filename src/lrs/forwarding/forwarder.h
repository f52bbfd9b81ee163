#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/concurrency/mutex.h"
#include "lrs/forwarding/retrying_sender.h"

namespace lectern::lrs {

/// Sends everything that is stored to other LRSs, in order, one thread a receiver. It walks the
/// store from the position up to which the receiver has been served, so a receiver that is away for
/// a day costs nothing; a statement may be sent twice around a crash, which an LRS that keeps ids
/// takes as known. Receivers begin with what is stored after their first start, or where the
/// setting says. Of several processes one serves a receiver.
class Forwarder {
 public:
  /// Starts the threads for active receivers. The stores outlive the forwarder. Statements may have
  /// been stored under `targets` before there was a receiver.
  Forwarder(const StoreRefs& stores, std::vector<Receiver> receivers,
            const std::vector<std::string>& targets = {}, const ForwardingOptions& options = {});
  /// Stops them. A delivery under way has a second to end; else it is repeated by who serves the
  /// receiver next, which may be another process at once.
  ~Forwarder();

  /// Something was stored under this target. Cheap; never blocks on a receiver.
  void notify(const std::string& target);

  /// How far each receiver is, in the order of the settings.
  std::vector<ForwardingStatus> status() const;
  /// Statements that a receiver refused for good, of all receivers. Errors: unavailable.
  Result<std::vector<DeadLetter>> dead_letters();
  /// Sends all dead letters again; how many were taken this time.
  Result<std::size_t> replay();

 private:
  void know_target(const std::string& target);

  ForwardingState state_;
  net::HttpClient client_;
  ForwardingSignal signal_;
  std::vector<std::unique_ptr<RetryingSender>> senders_;

  Mutex mutex_;
  std::vector<std::string> known_targets_ GUARDED_BY(mutex_);
};

}  // namespace lectern::lrs
