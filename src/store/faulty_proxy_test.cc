#include "store/faulty_proxy.h"

#include <array>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"

namespace lectern::store {
namespace {

constexpr int poll_ms = 20;

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
    : server_port_(std::stoi(address.substr(address.rfind(':') + 1))) {
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

void FaultyProxy::set(Fault fault, const std::string& nonsense) {
  const std::lock_guard lock(mutex_);
  trigger_.clear();
  nonsense_ = nonsense;
  fault_ = fault;
}

void FaultyProxy::set_when(const std::string& text, Fault fault) {
  const std::lock_guard lock(mutex_);
  trigger_ = text;
  triggered_ = fault;
}

void FaultyProxy::accept_all() {
  while (!stop_) {
    if (!readable(listener_)) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    connections_.emplace_back([this, client] {
      serve(client);
      ::close(client);
    });
  }
}

void FaultyProxy::serve(int client) {
  if (fault_ == Fault::down) return;
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto where = loopback(server_port_);
  if (::connect(server, as_sockaddr(where), sizeof where) == 0) {
    while (!stop_ && fault_ != Fault::down && relay(client, server)) {
    }
  }
  ::close(server);
}

void FaultyProxy::watch(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  if (trigger_.empty() || bytes.find(trigger_) == std::string_view::npos) return;
  fault_ = triggered_;
  trigger_.clear();
}

/// Passes on what came from either side; false when the connection is over.
bool FaultyProxy::relay(int client, int server) {
  std::array<pollfd, 2> ends{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
  if (fault_ == Fault::stalled) ends[1].fd = -1;  // not looked at
  if (::poll(ends.data(), ends.size(), poll_ms) <= 0) return true;
  if (ends[0].revents != 0 && !relay_request(client, server)) return false;
  return ends[1].revents == 0 || relay_answer(client, server);
}

bool FaultyProxy::relay_request(int client, int server) {
  std::array<char, 65536> buffer{};
  const auto got = ::recv(client, buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
  watch(bytes);
  switch (fault_) {
    case Fault::down:
      return false;
    case Fault::silent:
      return true;
    case Fault::nonsense: {
      const std::lock_guard lock(mutex_);
      return send_all(client, nonsense_);
    }
    default:
      return send_all(server, bytes);
  }
}

bool FaultyProxy::relay_answer(int client, int server) {
  std::array<char, 65536> buffer{};
  const auto got = ::recv(server, buffer.data(), buffer.size(), 0);
  if (got <= 0 || fault_ == Fault::lost_answers) return false;
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
  if (fault_ == Fault::cut_answers) {
    send_all(client, bytes.substr(0, 10));
    return false;
  }
  return fault_ == Fault::silent || send_all(client, bytes);
}

}  // namespace lectern::store
