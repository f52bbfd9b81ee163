#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lectern::performance {

/// One kept connection to a server on this machine, blocking. Ends the program when it fails.
class Connection {
 public:
  explicit Connection(std::uint16_t port);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// An answer as far as it is looked at; `body` lives until the next request.
  struct Answer {
    int status = 0;
    std::string_view body;
  };
  /// Sends a whole request, its head too, and reads the whole answer.
  Answer exchange(std::string_view request);

 private:
  int socket_;
  std::string room_;
};

/// The text of a request to /xAPI/statements.
std::string request_text(std::string_view method, std::string_view query, std::string_view body);
/// Bytes outside of what a query may hold are written as %XX.
std::string url_encoded(std::string_view text);

/// Answers each request to the port with the same bytes, for ever: what any server would cost.
void serve_same_answer(std::uint16_t port, std::size_t body_bytes);

}  // namespace lectern::performance
