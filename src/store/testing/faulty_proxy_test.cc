#include "store/testing/faulty_proxy.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <optional>
#include <random>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/concurrency/mutex.h"

namespace lectern::store {
namespace {

constexpr int poll_ms = 20;
constexpr int part_polls_max = 100;

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

/// Takes what the server still says before the connection is closed: the ClickHouse of the tests
/// ends itself when a connection is reset.
void part_with(int server) {
  ::shutdown(server, SHUT_WR);
  std::array<char, 65536> buffer{};
  for (int waits = 0; waits < part_polls_max;) {
    if (!readable(server))
      ++waits;
    else if (::recv(server, buffer.data(), buffer.size(), 0) <= 0)
      return;
  }
}

/// Whether this is a whole request: of HTTP/1.1 with a Content-Length, or else of MongoDB, which
/// begins with its length.
bool is_whole(std::string_view request) {
  if (request.size() < 4) return false;
  if (std::isupper(static_cast<unsigned char>(request[0])) == 0 ||
      std::isalpha(static_cast<unsigned char>(request[2])) == 0) {
    std::uint32_t length = 0;  // little-endian, as every machine that this runs on
    std::memcpy(&length, request.data(), sizeof length);
    return request.size() >= length;
  }
  const auto end = request.find("\r\n\r\n");
  if (end == std::string_view::npos) return false;
  std::string head(request.substr(0, end + 2));
  std::transform(head.begin(), head.end(), head.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::string_view name = "\r\ncontent-length:";
  const auto at = head.find(name);
  const auto body = at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
  return request.size() >= end + 4 + body;
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
  const MutexLock lock(mutex_);
  trigger_.clear();
  nonsense_ = nonsense;
  fault_ = fault;
}

void FaultyProxy::set_when(const std::string& text, Fault fault) {
  const MutexLock lock(mutex_);
  trigger_ = text;
  triggered_ = fault;
  others_.reset();
  each_ = false;
}

void FaultyProxy::set_once(const std::string& text, Fault fault, Fault others) {
  const MutexLock lock(mutex_);
  trigger_ = text;
  triggered_ = fault;
  others_ = others;
  each_ = false;
}

void FaultyProxy::set_each(const std::string& text, Fault fault) {
  const MutexLock lock(mutex_);
  fault_ = Fault::none;
  trigger_ = text;
  triggered_ = fault;
  others_ = Fault::none;
  each_ = true;
}

/// A client, and its own way to the server.
struct FaultyProxy::Connection {
  int client = -1;
  int server = -1;
  std::optional<Fault> fault;  // of this one alone
  std::string request;         // what came of the one that is under way
  std::minstd_rand random;
  bool swallowed = false;  // what there is of the request was not passed on
  bool spoilt = false;     // the server has a part of a request
};

void FaultyProxy::accept_all() {
  unsigned seed = 0;
  while (!stop_) {
    if (!readable(listener_)) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    connections_.emplace_back([this, client, number = ++seed] {
      Connection connection{client, -1, {}, {}, std::minstd_rand(number)};
      serve(connection);
      ::close(client);
    });
  }
}

FaultyProxy::Fault FaultyProxy::fault_of(const Connection& connection) const {
  return connection.fault.value_or(fault_);
}

void FaultyProxy::serve(Connection& connection) {
  if (fault_ == Fault::down) return;
  connection.server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto where = loopback(server_port_);
  if (::connect(connection.server, as_sockaddr(where), sizeof where) == 0) {
    while (!stop_ && fault_of(connection) != Fault::down && relay(connection)) {
    }
    part_with(connection.server);
  }
  ::close(connection.server);
}

void FaultyProxy::watch(Connection& connection, std::string_view bytes) {
  const MutexLock lock(mutex_);
  if (trigger_.empty() || bytes.find(trigger_) == std::string_view::npos) return;
  if (!each_) trigger_.clear();
  if (others_) connection.fault = triggered_;
  fault_ = others_.value_or(triggered_);
}

void FaultyProxy::pause(std::chrono::milliseconds time) const {
  const auto end = std::chrono::steady_clock::now() + time;
  constexpr std::chrono::milliseconds step{5};
  while (!stop_ && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(step);
}

/// Passes on what came from either side; false when the connection is over.
bool FaultyProxy::relay(Connection& connection) {
  std::array<pollfd, 2> ends{pollfd{connection.client, POLLIN, 0},
                             pollfd{connection.server, POLLIN, 0}};
  if (fault_of(connection) == Fault::stalled) ends[1].fd = -1;  // not looked at
  if (::poll(ends.data(), ends.size(), poll_ms) <= 0) return true;
  if (ends[0].revents != 0 && !relay_request(connection)) return false;
  return ends[1].revents == 0 || relay_answer(connection);
}

bool FaultyProxy::relay_request(Connection& connection) {
  std::array<char, 65536> buffer{};
  const auto got = ::recv(connection.client, buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
  const bool begins = connection.request.empty();
  connection.request += bytes;
  watch(connection, bytes);
  const auto fault = fault_of(connection);
  const bool swallows = fault == Fault::silent || fault == Fault::nonsense;
  // A server that has a part of a request takes the rest, or the next one, for something else: the
  // connection passes on nothing any more.
  if (swallows && !begins && !connection.swallowed) connection.spoilt = true;
  if (!swallows && (connection.spoilt || connection.swallowed)) return false;
  connection.swallowed = swallows && !is_whole(connection.request);
  if (connection.swallowed) return true;
  switch (fault) {
    case Fault::down:
      return false;
    case Fault::silent:
      connection.request.clear();
      return true;
    case Fault::held:
      hold(connection, std::string(bytes));
      return false;
    case Fault::cut_requests:
      pass_on(connection, bytes.substr(0, bytes.size() / 2));
      return false;
    case Fault::nonsense: {
      connection.request.clear();
      const MutexLock lock(mutex_);
      return send_all(connection.client, nonsense_);
    }
    case Fault::reordered:
      if (begins) pause(reorder_max * (connection.random() % 100) / 100);
      return pass_on(connection, bytes);
    default:
      return pass_on(connection, bytes);
  }
}

bool FaultyProxy::pass_on(Connection& connection, std::string_view bytes) {
  if (is_whole(connection.request)) connection.request.clear();
  return send_all(connection.server, bytes);
}

/// Takes the rest of the request, leaves the client, and delivers what the server has not got.
void FaultyProxy::hold(Connection& connection, std::string bytes) {
  std::array<char, 65536> buffer{};
  while (!is_whole(connection.request)) {
    const auto got = ::recv(connection.client, buffer.data(), buffer.size(), 0);
    if (got <= 0) return;
    const std::string_view more(buffer.data(), static_cast<std::size_t>(got));
    connection.request += more;
    bytes += more;
  }
  ::shutdown(connection.client, SHUT_RDWR);
  pause(std::chrono::milliseconds{hold_ms_});
  if (stop_ || !send_all(connection.server, bytes)) return;
  while (!stop_ && !readable(connection.server)) {
  }
  if (!stop_ && ::recv(connection.server, buffer.data(), buffer.size(), 0) > 0) ++held_arrived_;
}

bool FaultyProxy::relay_answer(Connection& connection) {
  std::array<char, 65536> buffer{};
  const auto got = ::recv(connection.server, buffer.data(), buffer.size(), 0);
  const auto fault = fault_of(connection);
  if (got <= 0 || fault == Fault::lost_answers) return false;
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
  switch (fault) {
    case Fault::cut_answers:
      send_all(connection.client, bytes.substr(0, 10));
      return false;
    case Fault::halved_answers:
      send_all(connection.client, bytes.substr(0, bytes.size() / 2));
      return false;
    case Fault::trickling:
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (fault_of(connection) != Fault::trickling)
          return send_all(connection.client, bytes.substr(i));
        if (stop_ || !send_all(connection.client, bytes.substr(i, 1))) return false;
        pause(trickle_pause);
      }
      return true;
    case Fault::silent:
      return true;
    default:
      return send_all(connection.client, bytes);
  }
}

}  // namespace lectern::store
