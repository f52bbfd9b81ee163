#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/concurrency/mutex.h"
#include "base/result.h"
#include "base/time/time.h"
#include "store/mongo/client/bson.h"
#include "store/mongo/client/driver.h"
#include "store/mongo/client/watched_stream.h"

namespace lectern::store::mongo {

/// What the pool is opened with.
struct PoolSettings {
  std::string uri;  ///< mongodb:// or mongodb+srv://; what it says wins over ours
  std::size_t connections_max = 32;
  std::uint32_t timeout_ms = 30'000;  ///< of one call, and of a socket that says nothing
  /// How long a primary is looked for: an election takes some seconds.
  std::uint32_t selection_ms = 5'000;
};

/// A part of a bulk that the server did not do.
struct WriteError {
  std::size_t index = 0;  ///< in the bulk
  int code = 0;           ///< the server's
  std::string message;
};
/// The server's code for a document that a unique index refuses.
inline constexpr int duplicate_key = 11000;

/// What became of a write: how many documents were met or stored, and which were refused.
struct Written {
  std::int64_t count = 0;
  std::vector<WriteError> errors;
};

class Pool;

/// One of the pool's connections, given back when this goes. For one thread at a time. Every call
/// goes to the primary and takes until the deadline at most; as soon as one fails with
/// `unavailable`, nothing is known of what it wrote.
class Client {
 public:
  /// Runs a command that reads, and gives its reply. Errors: unavailable, internal; conflict where
  /// a unique index refused it; not_found for an unknown index or collection; too_large.
  Result<Bson> read(const std::string& database, Bson command);
  /// Whether the server ends a command at the deadline.
  enum class Time { limited, unlimited };
  /// Runs a command that writes and waits until most members of the replica set have it on disk.
  Result<Bson> write(const std::string& database, Bson command, Time time = Time::limited);
  /// write() for insert, update and delete, whose replies tell of each document.
  Result<Written> write_bulk(const std::string& database, Bson command);
  /// Inserts every document that no unique index refuses, in any order, split as the server needs.
  Result<Written> insert(const std::string& database, const std::string& collection,
                         std::span<const Bson> documents,
                         std::uint32_t time_max_ms = std::numeric_limits<std::int32_t>::max());
  /// Calls `each` with what matches; it returns false to stop. `options` as in the find command.
  Result<void> find(const std::string& database, const std::string& collection, const Bson& filter,
                    const Bson& options, const std::function<bool(View)>& each);

 private:
  friend class Pool;
  struct Return {
    mongoc_client_pool_t* pool;
    StreamWatch* watch;
    void operator()(mongoc_client_t* client) const {
      watch->share.reset();
      driver().client_pool_push(pool, client);
    }
  };
  Client(Pool& pool, StreamWatch& watch, Deadline deadline);
  Result<std::int32_t> time_left_ms() const;

  Pool* pool_;
  std::unique_ptr<mongoc_client_t, Return> client_;
  Deadline deadline_;
};

/// Connections to one server or replica set, opened as they are needed. Thread-safe.
class Pool {
 public:
  /// Connects to nothing yet. Errors: invalid, when the URI is not one; internal, when libmongoc
  /// cannot be loaded.
  static Result<std::unique_ptr<Pool>> open(const PoolSettings& settings);

  /// Waits for a free connection. Errors: unavailable, when there is none by the deadline, or the
  /// servers were out of reach a moment ago.
  Result<Client> lease(Deadline deadline);

  /// Whether a server answers a ping by then.
  bool answers(Deadline deadline);
  /// The calls that wait for an answer. Who gives them up has them fail with `unavailable` at once.
  net::Outstanding& outstanding() { return outstanding_; }

  /// Hosts and ports, without user or password, for the log.
  std::string hosts() const;
  std::uint32_t timeout_ms() const { return timeout_ms_; }

 private:
  friend class Client;
  struct Destroy {
    void operator()(mongoc_client_pool_t* pool) const { driver().client_pool_destroy(pool); }
    void operator()(mongoc_uri_t* uri) const { driver().uri_destroy(uri); }
  };
  Pool() = default;
  StreamWatch& watch_of(mongoc_client_t* client);
  /// Turns the driver's error into ours, and remembers when nobody is there.
  Error error_of(const bson_error_t& error);

  net::Outstanding outstanding_;
  Mutex mutex_;
  std::map<mongoc_client_t*, StreamWatch> watches_ GUARDED_BY(mutex_);  // each stays where it is
  std::unique_ptr<mongoc_uri_t, Destroy> uri_;
  std::unique_ptr<mongoc_client_pool_t, Destroy> pool_;
  std::uint32_t timeout_ms_ = 0;
  std::atomic<Deadline> away_until_{Deadline::min()};
};

/// When a call that may take `timeout_ms` has to be done at the latest.
Deadline sooner(Deadline deadline, std::uint32_t timeout_ms);

}  // namespace lectern::store::mongo
