#include "http/harness.h"

#include <array>
#include <charconv>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/text.h"

namespace lectern::http::harness {

RunningServer::RunningServer(ServerOptions options, Handler handler) {
  options.host = "127.0.0.1";
  options.port = 0;
  auto server = Server::listen(options, std::move(handler));
  LECTERN_ASSERT(server.has_value());
  server_ = std::move(*server);
  thread_ = std::thread([this] { server_->run(); });
}

RunningServer::~RunningServer() { stop(); }

void RunningServer::stop() {
  server_->stop();
  if (thread_.joinable()) thread_.join();
}

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return condition();
}

std::string Answer::header(std::string_view name) const {
  std::size_t at = head.find("\r\n");
  while (at != std::string::npos && at + 2 < head.size()) {
    const auto end = head.find("\r\n", at + 2);
    const auto line = std::string_view(head).substr(at + 2, end - at - 2);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && equal_without_case(line.substr(0, colon), name))
      return std::string(line.substr(colon + 2));
    at = end;
  }
  return {};
}

RawClient::RawClient(std::uint16_t port, int receive_buffer_bytes)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience{10, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (receive_buffer_bytes > 0)
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                 sizeof receive_buffer_bytes);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int failed = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  LECTERN_ASSERT(failed == 0);
}

RawClient::~RawClient() {
  if (socket_ >= 0) ::close(socket_);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string RawClient::receive_some() {
  if (!buffer_.empty()) return std::exchange(buffer_, {});
  std::array<char, 65536> piece;
  const auto received = ::recv(socket_, piece.data(), piece.size(), 0);
  return received <= 0 ? std::string()
                       : std::string(piece.data(), static_cast<std::size_t>(received));
}

std::string RawClient::receive_all() {
  std::string all;
  for (auto piece = receive_some(); !piece.empty(); piece = receive_some()) all += piece;
  return all;
}

Answer RawClient::receive(bool bodiless) {
  std::string bytes;
  std::size_t end = std::string::npos;
  while ((end = bytes.find("\r\n\r\n")) == std::string::npos) {
    const auto piece = receive_some();
    if (piece.empty()) return {};
    bytes += piece;
  }
  Answer answer;
  answer.head = bytes.substr(0, end + 2);
  bytes.erase(0, end + 4);
  std::from_chars(answer.head.data() + 9, answer.head.data() + 12, answer.status);
  std::size_t length = 0;
  const auto text = answer.header("Content-Length");
  std::from_chars(text.data(), text.data() + text.size(), length);
  if (bodiless || text.empty()) length = 0;
  while (bytes.size() < length) {
    const auto piece = receive_some();
    if (piece.empty()) break;
    bytes += piece;
  }
  answer.body = bytes.substr(0, length);
  buffer_ = bytes.size() > length ? bytes.substr(length) : "";
  return answer;
}

void RawClient::end_writing() { ::shutdown(socket_, SHUT_WR); }

void RawClient::reset() {
  const linger now{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(std::exchange(socket_, -1));
}

}  // namespace lectern::http::harness
