#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time/time.h"
#include "net/http_client.h"
#include "store/clickhouse/client/row_binary.h"
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
struct ExternalTable {
  std::string_view columns;  ///< names and types, as in CREATE TABLE
  std::string_view rows;     ///< RowBinary
};

/// Rows on their way into a table.
struct Insert {
  std::string_view table;
  std::string_view columns;  ///< of each row: names and types, as in CREATE TABLE
  std::size_t rows = 0;
  std::string_view body;  ///< RowBinary
  /// How many rows the server says at least that it wrote: more than `rows` where views of ours
  /// hand them on. 0: `rows`.
  std::size_t written_min = 0;
  /// From this instant of the server's clock on (rounded down to a second) it stores nothing: the
  /// server looks at its clock when it has the whole body (docs/CONSISTENCY.md, W9). Nothing: it
  /// may come in whenever it arrives.
  std::optional<Time> until{};
  /// Two inserts with one token into a table that remembers tokens store once. "": none.
  std::string token{};
  /// Twice does no harm: it is sent once more when no answer came.
  bool repeatable = false;
  /// It fails where a view does, though the server be told to pass over errors of views.
  bool no_view_is_passed_over = false;
  /// How long the server may work at it, however long the caller waits; 0: no longer than that. A
  /// server that gives up while views on the table run keeps the rows, and the views never see
  /// them.
  std::chrono::seconds run_max{0};
};

/// What the detail begins with of the error of an insert that the server answered, and that wrote
/// less than it should.
inline constexpr std::string_view not_confirmed = "ClickHouse did not confirm";

/// What becomes of an insert that failed.
enum class Fate {
  refused,  ///< the server said that it failed: nothing more of it will appear
  late,     ///< the server took it when its time was over: nothing of it will ever appear
  unknown,  ///< no answer: it may be there, or may appear until its time is over
};

/// One ClickHouse server over its HTTP interface. Thread-safe. Every answer is checked to be
/// ClickHouse's own and whole. Errors: unavailable, with the server's words in `detail`.
class Server {
 public:
  explicit Server(ServerOptions options);

  /// The rows of a SELECT as RowBinary.
  Result<AnswerRows> select(std::string_view sql, const ExternalTable& keys, Deadline deadline);
  /// `timeout`: of this call, where it may take longer than others.
  Result<AnswerRows> select(std::string_view sql, Deadline deadline,
                            std::chrono::milliseconds timeout = {});
  /// Runs a statement without an answer (DDL).
  Result<void> command(std::string_view sql, Deadline deadline);
  /// Inserts rows as one block, which becomes one part of an unpartitioned table. Sent once (W7).
  /// The server gives up at the deadline too, or after run_max. `fate`, when it is given, is set
  /// after a failure.
  Result<void> insert(const Insert& insert, Deadline deadline, Fate* fate = nullptr);
  /// Its clock.
  Result<Time> now(Deadline deadline);
  /// One round trip.
  Health health();

 private:
  struct Call {
    std::string query;  // parameters of the URL, encoded
    std::string_view body;
    Deadline deadline;
    std::chrono::milliseconds timeout{0};
    bool* answered = nullptr;  // set after a failure: whether the server said that it failed
    std::string_view content_type = "application/octet-stream";
    bool once = false;
    bool reads = false;               // changes nothing; no view of a user is run
    std::chrono::seconds run_max{0};  // as of Insert
  };
  Result<net::HttpResponse> post(const Call& call);
  Result<void> insert_once(const Insert& insert, Deadline deadline, Fate& fate);

  const ServerOptions options_;
  const std::string parameters_;  // of every query, encoded
  net::HttpClient client_;
};

}  // namespace lectern::store::clickhouse
