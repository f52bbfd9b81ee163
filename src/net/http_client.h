#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time/time.h"
#include "net/answer_budget.h"

/// What the program asks of others: databases, identity providers, targets of forwarding.
namespace lectern::net {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// A request on its way out.
struct HttpRequest {
  std::string method = "GET";
  /// http or https; `user:password@` in it becomes Basic credentials.
  std::string url;
  HttpHeaders headers;
  /// Not copied: must live until send() has returned. Sent whenever it is not empty, and with every
  /// POST, PUT and PATCH.
  std::string_view body;
  /// Of this call alone, connecting included; 0 takes HttpOptions::timeout.
  std::chrono::milliseconds timeout{0};
  /// Never sent twice, for a request that is no harm once only: where the connection turns out to
  /// be broken after some of the body was sent, send() answers `unavailable` instead of sending it
  /// again. Needs a body.
  bool once = false;
  /// Bytes of the answer's body, beyond which it is broken off; 0 takes HttpOptions'.
  std::size_t response_bytes_max = 0;
};

/// An answer, whatever its status: 4xx and 5xx are no errors of the client.
struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
  /// What `body` takes of all_answers(), for as long as this lives.
  std::shared_ptr<AnswerShare> share = {};

  /// The value of the first header with this name, in any letter case.
  std::optional<std::string_view> header(std::string_view name) const;
};

/// What all requests of a client have in common.
struct HttpOptions {
  std::size_t connections_max = 32;  ///< at once; more senders wait for one until their deadline
  std::chrono::milliseconds timeout{30'000};         ///< of one call, connecting included
  std::chrono::milliseconds connect_timeout{5'000};  ///< part of it
  std::size_t response_bytes_max = 1024UL * 1024 * 1024;
  std::string ca_file;     ///< PEM; "" is SSL_CERT_FILE's, else the system's list
  bool verify_tls = true;  ///< false also accepts a certificate of another host
  std::string username;    ///< Basic credentials for every request, unless it is empty
  std::string password;
  bool compressed = false;  ///< ask for gzip or deflate; `body` is unpacked
};

/// Sends requests over kept-alive connections. Thread-safe; all calls must have returned before it
/// is destroyed. Does not follow redirects. A request that met a connection which the other side
/// had closed meanwhile is sent again on a fresh one, unless it is to be sent once; nothing else is
/// retried.
class HttpClient {
 public:
  explicit HttpClient(HttpOptions options = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Blocks until the whole answer is here. Errors: unavailable (no connection, no answer before
  /// the earlier of timeout and deadline, broken off: the request may or may not have been carried
  /// out); invalid for a URL that cannot be used; too_large for the answer. `detail` names the
  /// address, without credentials, and the reason.
  Result<HttpResponse> send(const HttpRequest& request, Deadline deadline = Deadline::max());

 private:
  class Pool;
  std::unique_ptr<Pool> pool_;
};

/// A URL as it may be logged: user and password left out, and the query.
std::string without_credentials(std::string_view url);

}  // namespace lectern::net
