#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/wire/io.h"

namespace boost::asio::ssl {
class context;
}

namespace lectern::http {

/// Reads a PEM certificate chain and key for a server. Errors: invalid, naming the file.
Result<std::shared_ptr<asio::ssl::context>> open_tls(const std::string& certificate_file,
                                                     const std::string& key_file);

/// How a TLS handshake ended: with TLS, not at all, or because the client speaks plain HTTP.
enum class Handshake { done, broken, plain_http };

/// A client's socket, with or without TLS. One operation at a time.
class Stream {
 public:
  /// `tls` may be null, and is needed by the constructor only.
  Stream(Socket socket, asio::ssl::context* tls);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// The TLS handshake, if any. After plain_http the stream is without TLS, so that the client can
  /// be told; the beginning of what it sent is lost.
  Awaitable<Handshake> handshake();
  /// Reads what is there, at least a byte; 0 when the other side has ended or the connection broke.
  Awaitable<std::size_t> read_some(char* begin, std::size_t bytes);
  /// Writes some bytes of `head`, then of `body`; 0 when the connection broke.
  Awaitable<std::size_t> write_some(std::string_view head, std::string_view body);
  /// Tells the other side that nothing more will come.
  Awaitable<void> end_writing();
  /// Reads what still comes, below TLS, for nobody; 0 at its end.
  Awaitable<std::size_t> discard(char* scratch, std::size_t bytes);

  /// Makes the operation under way, and no later one, return as broken.
  void cancel();
  void close();
  /// Closes and drops what the kernel still holds for the other side, instead of sending it on.
  void reset();
  /// Bytes of this connection that the other side's system has taken.
  std::uint64_t acknowledged_bytes();
  /// Whether bytes wait to be read.
  bool readable() const;
  /// The other side's address, "" when it has gone.
  std::string remote() const;
  Executor executor() { return socket_.get_executor(); }

 private:
  class Tls;
  Socket socket_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace lectern::http
