#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/wire/message.h"

namespace lectern::http {

/// A request that cannot be served, as the status and detail it is answered with.
struct Fault {
  int status = 400;
  std::string detail;
};

/// Reads one HTTP/1.x request (RFC 9112) as its bytes arrive. Strict where leniency lets requests
/// be smuggled: Content-Length beside Transfer-Encoding, two Content-Length, codings other than
/// chunked, bare line feeds, and HTTP/1.1 without exactly one Host are faults.
class RequestParser {
 public:
  RequestParser(std::size_t header_bytes_max, std::uint64_t body_bytes_max);
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  /// Takes bytes from the front and returns how many; those left are to be given again with more
  /// behind them. Stops behind the head, then behind the body. Body bytes are appended to `body`.
  std::size_t put(std::string_view bytes, std::string& body);

  /// Why the request is refused, once it is.
  const std::optional<Fault>& fault() const;
  bool head_done() const;
  bool done() const;

  /// Method, path, query and headers; once head_done().
  Request& request();
  /// Whether the client lets the connection live on; once head_done().
  bool keep_alive() const;
  /// Whether it is HTTP/1.0, which must be told of keep-alive.
  bool http_1_0() const;
  /// Whether the client waits for `100 Continue`; once head_done().
  bool expects_continue() const;
  /// The announced length of the body, if there is one; once head_done().
  std::optional<std::uint64_t> content_length() const;

 private:
  class Grammar;
  std::unique_ptr<Grammar> grammar_;
};

}  // namespace lectern::http
