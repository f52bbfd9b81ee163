#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <unordered_set>

#include "base/budget.h"
#include "http/wire/io.h"
#include "http/wire/server.h"
#include "http/wire/worker_pool.h"

namespace boost::asio::ssl {
class context;
}

namespace lectern::http {

class Connection;

/// By how much the threads that work on large bodies give way to the others.
inline constexpr int bulk_niceness = 10;

/// What all connections of a server share.
struct Edge {
  Edge(ServerOptions settings, Handler handle)
      : options(std::move(settings)),
        handler(std::move(handle)),
        memory(options.memory_bytes_max, "LECTERN_RUNSERVER_MEMORY_BYTES_MAX"),
        spool(options.spool_bytes_max, "LECTERN_RUNSERVER_SPOOL_BYTES_MAX"),
        pool({.threads = options.workers,
              .queue_max = options.queue_max,
              .wait_max = options.queue_deadline}),
        bulk({.threads = std::max(1U, options.workers / 2),
              .queue_max = options.queue_max,
              .wait_max = options.queue_deadline,
              .niceness = bulk_niceness}) {}

  const ServerOptions options;
  const Handler handler;
  Budget memory;
  Budget spool;
  // Shared, since the type is only complete in http/wire/stream.cc.
  std::shared_ptr<asio::ssl::context> tls;
  ServerCounters counters;
  std::atomic<bool> draining{false};
  /// The drain deadline has passed: work that has not begun is dropped.
  std::atomic<bool> abandoned{false};
  WorkerPool pool;
  /// For large bodies: unzipping and reading them must not keep small requests waiting.
  WorkerPool bulk;
};

/// One I/O thread's loop, and the connections that live on it. Only `context` may be touched from
/// other threads.
struct Loop {
  asio::io_context context{1};
  Timer tick{context.get_executor()};
  std::unordered_set<Connection*> connections;
};

}  // namespace lectern::http
