#include "store/clickhouse/faulty_proxy.h"

#include <array>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"

namespace lectern::store::clickhouse {
namespace {

constexpr int poll_ms = 20;

constexpr std::string_view garbage =
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<html>Hi</html>";

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

sockaddr* as_sockaddr(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool readable(int from) {
  pollfd waiting{from, POLLIN, 0};
  return ::poll(&waiting, 1, poll_ms) > 0;
}

}  // namespace

FaultyProxy::FaultyProxy(const std::string& address)
    : server_host_(address.substr(0, address.rfind(':'))),
      server_port_(std::stoi(address.substr(address.rfind(':') + 1))) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto where = loopback(0);
  socklen_t size = sizeof where;
  LECTERN_ASSERT(::bind(listener_, as_sockaddr(where), size) == 0);
  LECTERN_ASSERT(::listen(listener_, 128) == 0);
  LECTERN_ASSERT(::getsockname(listener_, as_sockaddr(where), &size) == 0);
  port_ = ntohs(where.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

FaultyProxy::~FaultyProxy() {
  stop_ = true;
  acceptor_.join();
  for (auto& connection : connections_) connection.join();
  ::close(listener_);
}

std::string FaultyProxy::address() const { return "127.0.0.1:" + std::to_string(port_); }

void FaultyProxy::set_when(const std::string& text, Mode mode) {
  const std::lock_guard lock(mutex_);
  trigger_ = text;
  triggered_ = mode;
}

void FaultyProxy::accept_all() {
  while (!stop_) {
    if (!readable(listener_)) continue;
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) continue;
    connections_.emplace_back([this, client] {
      serve(client);
      ::close(client);
    });
  }
}

void FaultyProxy::serve(int client) {
  if (mode_ == Mode::down) return;
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto where = loopback(server_port_);
  if (::connect(server, as_sockaddr(where), sizeof where) == 0) {
    while (!stop_ && mode_ != Mode::down && relay(client, server)) {
    }
  }
  ::close(server);
}

void FaultyProxy::watch(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  if (trigger_.empty() || bytes.find(trigger_) == std::string_view::npos) return;
  mode_ = triggered_;
  trigger_.clear();
}

/// Passes on what came from either side; false when the connection is over.
bool FaultyProxy::relay(int client, int server) {
  std::array<char, 65536> buffer{};
  std::array<pollfd, 2> ends{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
  if (::poll(ends.data(), ends.size(), poll_ms) <= 0) return true;
  if (ends[0].revents != 0) {
    const auto got = ::recv(client, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    watch(bytes);
    if (mode_ == Mode::down) return false;
    if (mode_ == Mode::garbage) return send_all(client, garbage);
    if (mode_ != Mode::silent && !send_all(server, bytes)) return false;
  }
  if (ends[1].revents != 0) {
    const auto got = ::recv(server, buffer.data(), buffer.size(), 0);
    if (got <= 0 || mode_ == Mode::lost_answers) return false;
    if (mode_ == Mode::silent) return true;
    return send_all(client, {buffer.data(), static_cast<std::size_t>(got)});
  }
  return true;
}

}  // namespace lectern::store::clickhouse
