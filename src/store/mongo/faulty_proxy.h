#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lectern::store::mongo {

/// A TCP proxy on a port of 127.0.0.1 that fails when it is told to. For tests.
class FaultyProxy {
 public:
  enum class Mode {
    pass,
    down,   ///< takes no connection, and ends those there are
    stall,  ///< passes requests on and keeps the answers back
    cut,    ///< ends a connection after the first bytes of its next answer
    babble  ///< answers with bytes that mean nothing
  };

  /// `server` is host:port with an IPv4 host.
  explicit FaultyProxy(const std::string& server) {
    const auto colon = server.find(':');
    server_.sin_family = AF_INET;
    server_.sin_port = htons(static_cast<std::uint16_t>(std::stoi(server.substr(colon + 1))));
    inet_pton(AF_INET, server.substr(0, colon).c_str(), &server_.sin_addr);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    own_.sin_family = AF_INET;
    own_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener_, address(own_), sizeof own_);
    socklen_t size = sizeof own_;
    getsockname(listener_, address(own_), &size);
    listen(listener_, 64);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  FaultyProxy(const FaultyProxy&) = delete;
  FaultyProxy& operator=(const FaultyProxy&) = delete;
  ~FaultyProxy() {
    stopping_ = true;
    acceptor_.join();
    for (auto& pipe : pipes_) pipe.join();
    close(listener_);
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(ntohs(own_.sin_port)); }
  void set(Mode mode) { mode_ = mode; }

 private:
  static sockaddr* address(sockaddr_in& of) { return reinterpret_cast<sockaddr*>(&of); }

  void accept_all() {
    while (!stopping_) {
      pollfd ready{listener_, POLLIN, 0};
      if (poll(&ready, 1, 20) <= 0) continue;
      const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) continue;
      if (mode_ == Mode::down)
        close(client);
      else
        pipes_.emplace_back([this, client] { pipe(client); });
    }
  }

  void pipe(int client) {
    const int upstream = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(upstream, address(server_), sizeof server_) == 0)
      while (!stopping_ && mode_ != Mode::down && pass_some(client, upstream)) {
      }
    close(upstream);
    close(client);
  }

  /// False: this connection is over.
  bool pass_some(int client, int upstream) {
    pollfd ready[2] = {{client, POLLIN, 0}, {upstream, POLLIN, 0}};
    if (mode_ == Mode::stall) ready[1].events = 0;
    if (poll(ready, 2, 20) <= 0) return true;
    if ((ready[0].revents & (POLLIN | POLLHUP)) && !copy(client, upstream)) return false;
    if (!(ready[1].revents & (POLLIN | POLLHUP))) return true;
    if (mode_ == Mode::cut) {
      char some[10];
      if (recv(upstream, some, sizeof some, 0) > 0) send(client, some, sizeof some, MSG_NOSIGNAL);
      return false;
    }
    if (mode_ == Mode::babble) {
      const std::string nonsense(64, '\x7F');
      send(client, nonsense.data(), nonsense.size(), MSG_NOSIGNAL);
      return false;
    }
    return copy(upstream, client);
  }

  static bool copy(int from, int to) {
    char bytes[65536];
    const auto count = recv(from, bytes, sizeof bytes, 0);
    for (ssize_t sent = 0; sent < count;) {
      const auto more =
          send(to, bytes + sent, static_cast<std::size_t>(count - sent), MSG_NOSIGNAL);
      if (more <= 0) return false;
      sent += more;
    }
    return count > 0;
  }

  sockaddr_in server_{}, own_{};
  int listener_ = -1;
  std::atomic<Mode> mode_{Mode::pass};
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> pipes_;  // added to by acceptor_ only
  std::thread acceptor_;
};

}  // namespace lectern::store::mongo
