#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "net/http_client.h"
#include "store/statement_store.h"

namespace lectern::store::clickhouse {

/// Where a ClickHouse server is and how it is spoken to.
struct ServerOptions {
  std::string url = "http://localhost:8123";
  std::string username;  ///< "" is the server's default user
  std::string password;
  std::map<std::string, std::string> settings;  ///< sent with every query; names are checked
  std::size_t connections_max = 32;
  std::chrono::milliseconds timeout{30'000};  ///< of one call
};

/// Rows that travel beside a SELECT, which finds them in a table `keys`.
struct Beside {
  std::string_view columns;  ///< names and types, as in CREATE TABLE
  std::string_view rows;     ///< RowBinary
};

/// One ClickHouse server over its HTTP interface. Thread-safe. Every answer is checked to be
/// ClickHouse's own and whole. Errors: unavailable, with the server's words in `detail`.
class Server {
 public:
  explicit Server(ServerOptions options);

  /// The rows of a SELECT as RowBinary.
  Result<std::string> select(std::string_view sql, const Beside& keys, Deadline deadline);
  /// `timeout`: of this call, where it may take longer than others.
  Result<std::string> select(std::string_view sql, Deadline deadline,
                             std::chrono::milliseconds timeout = {});
  /// Runs a statement without an answer (DDL).
  Result<void> command(std::string_view sql, Deadline deadline);
  /// Inserts `rows` rows of RowBinary as one block. `into` is a table and its columns. The server
  /// gives up at the deadline too; `answered`, when it is given, tells after a failure whether the
  /// server said that it failed, so that nothing of the insert can appear later.
  Result<void> insert(std::string_view into, std::size_t rows, std::string_view body,
                      Deadline deadline, bool* answered = nullptr);
  /// One round trip.
  Health health();

 private:
  struct Call {
    std::string query;  // parameters of the URL, encoded
    std::string_view body;
    Deadline deadline;
    std::chrono::milliseconds timeout{0};
    bool* answered = nullptr;
    std::string_view content_type = "application/octet-stream";
  };
  Result<net::HttpResponse> post(const Call& call);

  const ServerOptions options_;
  const std::string parameters_;  // of every query, encoded
  net::HttpClient client_;
};

}  // namespace lectern::store::clickhouse
