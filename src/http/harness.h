#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "http/wire/server.h"

/// What the tests of this room share: a server on a free port and a client that sends raw bytes.
namespace lectern::http::harness {

/// A server that runs until it goes out of scope.
class RunningServer {
 public:
  RunningServer(ServerOptions options, Handler handler);
  ~RunningServer();
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  std::uint16_t port() const { return server_->port(); }
  Server& server() { return *server_; }
  /// Stops it and waits for run() to return.
  void stop();

 private:
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

/// Waits until `condition` holds, for 10 s at most; whether it does.
bool eventually(const std::function<bool()>& condition);

/// One answer, taken apart.
struct Answer {
  int status = 0;  ///< 0: the connection ended first
  std::string head;
  std::string body;
  std::string header(std::string_view name) const;
};

/// A TCP connection that blocks, and gives up after 10 s without a byte.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer_bytes = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the other side has gone.
  bool send(std::string_view bytes);
  /// The next answer; `bodiless` for HEAD. Those with 1xx count too.
  Answer receive(bool bodiless = false);
  /// Some bytes; empty at the end.
  std::string receive_some();
  /// Everything until the other side closes.
  std::string receive_all();
  void end_writing();
  int socket() const { return socket_; }
  /// Closes with RST.
  void reset();

 private:
  int socket_ = -1;
  std::string buffer_;
};

}  // namespace lectern::http::harness
