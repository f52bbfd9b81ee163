#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "http/wire/message.h"
#include "http/wire/worker_pool.h"

namespace lectern::http {

/// What is decided about a request by its head alone, before anything of its body is taken.
struct Admission {
  std::optional<Response> answer{};  ///< set: this is the answer, and the body is not taken
  bool undecided = false;            ///< it takes a check that may block: ask again on a worker
  Lane lane = Lane::own;             ///< what the handler may wait for
  /// Bytes of the body that are taken, unzipped too; more get 413.
  std::uint64_t body_bytes_max = std::numeric_limits<std::uint64_t>::max();
};

/// Decides about a request whose head has come. Without `may_block` it is called on an I/O thread.
/// What it finds out about who asks it leaves in Request::principal.
using Admit = std::function<Admission(Request& head, bool has_body, bool may_block)>;

/// Where a server listens, and what it lets clients take of memory, threads and time.
struct ServerOptions {
  std::string host = "0.0.0.0";
  std::uint16_t port = 8100;  ///< 0: any free one
  /// A listening TCP socket to serve in place of host and port; the server closes it.
  std::optional<int> listen_socket{};
  unsigned io_threads = 1;
  unsigned workers = 64;         ///< threads that run the handler
  std::size_t queue_max = 1024;  ///< requests waiting for a worker; more get 503, Retry-After
  std::chrono::milliseconds queue_deadline{10'000};  ///< for which they wait; then 503
  std::size_t connections_max = 10'000;
  std::size_t header_bytes_max = 32 * 1024;             ///< more: 431
  std::uint64_t body_bytes_max = 100 * 1024 * 1024;     ///< more, also unzipped: 413
  std::size_t body_memory_bytes_max = 4 * 1024 * 1024;  ///< larger bodies go to a file
  std::string spool_dir;                                ///< for those files; "" is $TMPDIR, /tmp
  std::chrono::milliseconds header_deadline{15'000};    ///< for one request's headers, whole
  std::chrono::milliseconds body_idle{15'000};          ///< without a byte of the body
  /// For one body, whole; and for a client to take an answer, for each 8 MiB begun of it.
  std::chrono::milliseconds body_deadline{120'000};
  std::chrono::milliseconds idle_deadline{60'000};   ///< between requests
  std::chrono::milliseconds drain_deadline{10'000};  ///< after stop(), for what is under way
  std::string tls_certificate_file;                  ///< PEM chain; with the key: HTTPS
  std::string tls_key_file;
  bool trust_forwarded = false;        ///< take the client's address from X-Forwarded-For
  std::uint64_t memory_bytes_max = 0;  ///< for bodies, what is made of them, and answers; 0: any
  std::uint64_t spool_bytes_max = 0;   ///< for bodies in files; 0: no limit
  /// Empty: every body is taken.
  Admit admit;
  /// Completes the answers that the server makes itself. Called on I/O threads. Of a request that
  /// is broken, what could be read is there.
  std::function<void(const Request&, Response&)> on_own_answer;
};

/// What the server counts, to be read at any time from any thread.
struct ServerCounters {
  std::atomic<std::uint64_t> connections_open{0};
  std::atomic<std::uint64_t> connections_accepted{0};
  std::atomic<std::uint64_t> connections_refused{0};  ///< beyond connections_max
  std::atomic<std::uint64_t> requests_in_flight{0};   ///< read whole, not yet answered whole
  std::atomic<std::uint64_t> requests{0};             ///< answered by the handler
  std::atomic<std::uint64_t> own_answers{0};          ///< 400, 408, 413, 431, 503 ... by the server
  std::atomic<std::uint64_t> received_bytes{0};       ///< as on the wire, without TLS
  std::atomic<std::uint64_t> sent_bytes{0};
};

/// An HTTP/1.1 server: keep-alive, pipelining, chunked and gzip bodies both ways,
/// Expect: 100-continue, HTTPS. Protocol errors (400, 408, 413, 431, 503) it answers itself.
class Server {
 public:
  virtual ~Server() = default;

  /// Binds and listens. Errors: invalid, naming the address or the TLS file and why.
  static Result<std::unique_ptr<Server>> listen(const ServerOptions& options, Handler handler);

  /// Serves until stop() was called and what was under way has been answered, or drain_deadline has
  /// passed. A handler that is running then is still waited for: handlers keep deadlines
  /// themselves.
  virtual void run() = 0;
  /// Begins the end: no new connections, open requests are finished. Thread-safe.
  virtual void stop() = 0;
  /// Reads the TLS certificate and key again, for connections that come from now on; those that are
  /// open keep theirs. Does nothing without TLS. Thread-safe. Errors: invalid, naming the file and
  /// why; the former certificate is served on.
  virtual Result<void> reload_tls() = 0;
  /// The port that is listened on.
  virtual std::uint16_t port() const = 0;

  /// What happened since the start. Thread-safe, as all below.
  virtual const ServerCounters& counters() const = 0;
  /// What requests under way take of memory, and of the spool folder.
  virtual const Budget& memory() const = 0;
  virtual const Budget& spool() const = 0;
  /// Requests that wait for a worker.
  virtual std::size_t queue_depth() const = 0;
};

}  // namespace lectern::http
