#include "net/loopback_server.h"

#include <optional>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"

namespace lectern::net {
namespace {

constexpr int poll_ms = 20;

/// Reads until `enough` holds; false when the other side closed or the server stops.
template <typename Enough>
bool read_until(int socket, std::string& data, const std::atomic<bool>& stopping, Enough enough) {
  while (!enough(data)) {
    pollfd waiting{socket, POLLIN, 0};
    if (stopping) return false;
    if (poll(&waiting, 1, poll_ms) <= 0) continue;
    char chunk[16 * 1024];
    const ssize_t size = recv(socket, chunk, sizeof chunk, 0);
    if (size <= 0) return false;
    data.append(chunk, static_cast<std::size_t>(size));
  }
  return true;
}

std::size_t content_length(const std::string& headers) {
  for (const char* name : {"Content-Length: ", "content-length: "})
    if (const auto at = headers.find(name); at != std::string::npos)
      return std::stoul(headers.substr(at + std::string(name).size()));
  return 0;
}

}  // namespace

LoopbackServer::LoopbackServer(Answer answer, std::uint16_t port) : answer_(std::move(answer)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  LECTERN_ASSERT(listener_ >= 0);
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  LECTERN_ASSERT(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
  LECTERN_ASSERT(listen(listener_, 64) == 0);
  LECTERN_ASSERT(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer() {
  stopping_ = true;
  acceptor_.join();
  for (auto& thread : threads_) thread.join();
  close(listener_);
}

void LoopbackServer::accept_all() {
  while (!stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (poll(&waiting, 1, poll_ms) <= 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    ++connections_;
    threads_.emplace_back([this, client] {
      serve(client);
      close(client);
    });
  }
}

void LoopbackServer::serve(int socket) {
  std::string data;
  for (;;) {
    const auto has_head = [](const std::string& d) { return d.find("\r\n\r\n") != d.npos; };
    if (!read_until(socket, data, stopping_, has_head)) return;
    const std::size_t head = data.find("\r\n\r\n") + 4;
    Request request;
    const std::size_t line = data.find("\r\n");
    const std::size_t blank = data.find(' ');
    request.method = data.substr(0, blank);
    request.target = data.substr(blank + 1, data.find(' ', blank + 1) - blank - 1);
    request.headers = data.substr(line + 2, head - line - 4);
    const std::size_t whole = head + content_length(request.headers);
    const auto has_all = [whole](const std::string& d) { return d.size() >= whole; };
    if (!read_until(socket, data, stopping_, has_all)) return;
    request.body = data.substr(head, whole - head);
    data.erase(0, whole);

    std::string answer = answer_(request);
    if (answer.empty()) return;
    const std::size_t end = answer.find("\r\n\r\n");
    LECTERN_ASSERT(end != std::string::npos);
    if (answer.find("Content-Length:") > end && answer.find("Transfer-Encoding:") > end)
      answer.insert(end, "\r\nContent-Length: " + std::to_string(answer.size() - end - 4));
    answer.insert(0, "HTTP/1.1 ");
    if (send(socket, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
  }
}

}  // namespace lectern::net
