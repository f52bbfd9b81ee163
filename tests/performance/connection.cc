#include "connection.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lectern::performance {
namespace {

constexpr std::size_t read_bytes = 64 * 1024;

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

int tcp_socket() {
  const int made = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  if (made < 0) give_up("socket");
  setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  return made;
}

sockaddr_in address_of(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) give_up("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// How much of a message there must be, once its head is there; nothing before.
std::size_t length_of(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  std::string head(bytes.substr(0, end));
  std::transform(head.begin(), head.end(), head.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (head.find("\r\ntransfer-encoding:") != std::string::npos) {
    std::fprintf(stderr, "an answer in chunks is not understood\n");
    std::exit(1);
  }
  constexpr std::string_view name = "\r\ncontent-length:";
  std::size_t length = 0;
  if (const auto at = head.find(name); at != std::string::npos) {
    const char* begin = head.data() + at + name.size();
    while (*begin == ' ') ++begin;
    std::from_chars(begin, head.data() + head.size(), length);
  }
  return end + 4 + length;
}

/// Reads one message into `room`, which keeps nothing of an earlier one. False at the end.
bool read_message(int socket, std::string& room) {
  room.clear();
  for (std::size_t wanted = 0; wanted == 0 || room.size() < wanted;) {
    const auto before = room.size();
    room.resize(before + std::max(read_bytes, wanted - std::min(wanted, before)));
    const auto got = recv(socket, room.data() + before, room.size() - before, 0);
    room.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got <= 0) return false;
    if (wanted == 0) wanted = length_of(room);
  }
  return true;
}

}  // namespace

Connection::Connection(std::uint16_t port) : socket_(tcp_socket()) {
  const auto address = address_of(port);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    give_up("connect");
}

Connection::~Connection() { close(socket_); }

Connection::Answer Connection::exchange(std::string_view request) {
  send_all(socket_, request);
  if (!read_message(socket_, room_)) give_up("the server closed the connection");
  Answer answer;
  std::from_chars(room_.data() + 9, room_.data() + 12, answer.status);
  answer.body = std::string_view(room_).substr(room_.find("\r\n\r\n") + 4);
  return answer;
}

std::string request_text(std::string_view method, std::string_view query, std::string_view body) {
  return fmt::format(
      "{} /xAPI/statements{}{} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
      "Authorization: Basic amFuZWRvZTpzdXBlcnNlY3JldA==\r\n"
      "X-Experience-API-Version: 1.0.3\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\n\r\n{}",
      method, query.empty() ? "" : "?", query, body.size(), body);
}

std::string url_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_') {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

void serve_same_answer(std::uint16_t port, std::size_t body_bytes) {
  const int listening = tcp_socket();
  const auto address = address_of(port);
  if (bind(listening, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listening, 128) != 0)
    give_up("listen");
  const auto answer = fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      body_bytes, std::string(body_bytes, 'x'));
  for (;;) {
    const int client = accept(listening, nullptr, nullptr);
    if (client < 0) give_up("accept");
    std::thread([client, answer] {
      std::string room;
      while (read_message(client, room)) send_all(client, answer);
      close(client);
    }).detach();
  }
}

}  // namespace lectern::performance
