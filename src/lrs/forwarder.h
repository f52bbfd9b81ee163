#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "lrs/forwarding.h"
#include "net/http_client.h"
#include "store/statement_store.h"

namespace lectern::lrs {

/// How a receiver is doing.
struct ForwardingStatus {
  std::string receiver;     ///< its URL, without credentials
  std::int64_t lag_ms = 0;  ///< the age of the oldest statement it still lacks; 0: it has all
  std::uint64_t forwarded = 0;
  std::uint64_t refused = 0;
  std::string trouble;  ///< why nothing goes out just now; "" when all is well
};

/// Sends everything that is stored to other LRSs, in order, one thread a receiver. It walks the
/// store from the position up to which the receiver has been served, so a receiver that is away for
/// a day costs nothing; a statement may be sent twice around a crash, which an LRS that keeps ids
/// takes as known. Receivers begin with what is stored after their first start.
class Forwarder {
 public:
  /// Starts the threads for active receivers. The stores outlive the forwarder.
  Forwarder(store::StatementStore& statements, store::DocumentStore& documents,
            std::vector<Receiver> receivers);
  /// Stops them; a delivery under way is finished or repeated at the next start.
  ~Forwarder();

  /// Something was stored under this target. Cheap; never blocks on a receiver.
  void notify(const std::string& target);

  std::vector<ForwardingStatus> status() const;
  Result<std::vector<DeadLetter>> dead_letters();
  /// Sends all dead letters again; how many were taken this time.
  Result<std::size_t> replay();

 private:
  class Walk;
  store::StatementStore& statements_;
  ForwardingState state_;
  store::DocumentStore& documents_;
  net::HttpClient client_;
  std::vector<std::unique_ptr<Walk>> walks_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::uint64_t stored_count_ = 0;          // guarded by mutex_
  bool stopping_ = false;                   // guarded by mutex_
  std::vector<std::string> known_targets_;  // guarded by mutex_
};

}  // namespace lectern::lrs
