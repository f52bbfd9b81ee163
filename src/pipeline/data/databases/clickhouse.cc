#include "pipeline/data/databases/clickhouse.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "base/json/json.h"
#include "base/json/writer.h"
#include "base/log.h"
#include "base/text.h"
#include "base/time/micros.h"
#include "base/time/time.h"
#include "base/uuid.h"
#include "net/download.h"
#include "pipeline/data/databases/clickhouse_query.h"
#include "pipeline/data/json_lines.h"
#include "pipeline/data/retry.h"
#include "store/clickhouse/client/row_binary.h"
#include "xapi/query.h"

namespace lectern::pipeline::clickhouse {
namespace {

using json::Type;
using store::clickhouse::RowWriter;

constexpr std::size_t shown_bytes_max = 500;
/// Of a row that is read: as a line of what is written may have.
constexpr std::size_t row_bytes_max = 100UL * 1024 * 1024;

/// Codes of errors that pass: TIMEOUT_EXCEEDED, TOO_MANY_SIMULTANEOUS_QUERIES, SOCKET_TIMEOUT,
/// NETWORK_ERROR, MEMORY_LIMIT_EXCEEDED, TABLE_IS_READ_ONLY, TOO_MANY_PARTS,
/// TOO_FEW_LIVE_REPLICAS, KEEPER_EXCEPTION.
constexpr std::array passing_codes = {159, 202, 209, 210, 241, 242, 252, 285, 999};

/// Whether the same request may succeed later.
bool may_pass(const net::HttpResponse& response) {
  if (response.status == 429 || (response.status >= 502 && response.status <= 504)) return true;
  const auto text = response.header("X-ClickHouse-Exception-Code").value_or("");
  int code = 0;
  std::from_chars(text.data(), text.data() + text.size(), code);
  for (const int one : passing_codes)
    if (one == code) return true;
  return false;
}

/// An Error that says what the server said.
Error refusal(std::string_view failed, const net::HttpResponse& response) {
  std::string text = response.body.substr(0, shown_bytes_max);
  while (text.ends_with('\n')) text.pop_back();
  return {may_pass(response) ? Code::unavailable : Code::invalid,
          fmt::format("{}: HTTP {} {}", failed, response.status, text),
          {},
          {},
          {}};
}

/// How the server is spoken to. Thread-safe.
class Server {
 public:
  explicit Server(const DataValues& values) : client_(options()) {
    const std::string& port = values.find("PORT")->second;
    const bool tls = port == "443" || port == "8443";
    url_ =
        fmt::format("{}://{}:{}/?database={}", tls ? "https" : "http", values.find("HOST")->second,
                    port, percent_encoded(values.find("DATABASE")->second));
    constexpr std::string_view prefix = "CLIENT_OPTIONS__";
    for (const auto& [key, value] : values)
      if (key.starts_with(prefix))
        url_ += fmt::format("&{}={}", percent_encoded(key.substr(prefix.size())),
                            percent_encoded(value));
    if (const auto& user = values.find("USERNAME")->second; !user.empty()) {
      headers_.emplace_back("X-ClickHouse-User", user);
      headers_.emplace_back("X-ClickHouse-Key", values.find("PASSWORD")->second);
    }
  }

  static net::HttpOptions options() {
    net::HttpOptions options;
    options.timeout = std::chrono::minutes(5);
    return options;
  }

  /// A POST with these parameters of the URL, which begin with `&`.
  net::HttpRequest request(std::string_view parameters, std::string_view body,
                           std::string_view type = "text/plain") const {
    net::HttpRequest request{"POST", url_ + std::string(parameters), headers_, body, {}, false, 0};
    request.headers.emplace_back("Content-Type", type);
    return request;
  }

  /// One round trip. Errors: unavailable where it may succeed later; invalid.
  Result<net::HttpResponse> ask(std::string_view failed, const net::HttpRequest& request) {
    auto response = client_.send(request);
    if (!response)
      return fail(response.error().code, fmt::format("{}: {}", failed, response.error().detail));
    if (response->status != 200) return fail(refusal(failed, *response));
    return response;
  }

 private:
  std::string url_;
  net::HttpHeaders headers_;
  net::HttpClient client_;
};

/// Appends a row with the text of `event` as the JSON that it is. False: it is none, and `fault`
/// says why.
bool append_row(std::string& out, json::Value row, std::string& fault) {
  out += '{';
  bool first = true;
  for (const auto member : row.children()) {
    (out += first ? "" : ", ") += member.key_source();
    out += ": ";
    first = false;
    if (member.key() != "event") {
      out += member.source();
      continue;
    }
    const auto text = member.is(Type::string) ? member.string() : std::string_view();
    const auto event = json::parse_view(text, {.bounded = false, .lenient = true});
    if (!event) {
      fault = event.error().message;
      return false;
    }
    append_line(out, text);
    out.pop_back();
  }
  out += "}\n";
  return true;
}

/// Makes lines of the rows of an answer while they come.
class Rows : public net::BodyTaker {
 public:
  Rows(const ReadRequest& request, bool asks_exception, const TakeBytes& take,
       const Interrupt& interrupt)
      : ignore_errors_(request.ignore_errors),
        asks_exception_(asks_exception),
        take_(take),
        interrupt_(interrupt) {}

  Result<bool> take(const net::HttpResponse& /*head*/, std::string_view bytes) override {
    const std::size_t had = rest_.size();
    rest_ += bytes;
    std::string out;
    std::size_t begin = 0;
    for (std::size_t end = rest_.find('\n', had); end != rest_.npos && fault_.empty();
         end = rest_.find('\n', begin)) {
      RETURN_IF_ERROR(add(std::string_view(rest_).substr(begin, end - begin), out));
      begin = end + 1;
    }
    rest_.erase(0, begin);
    if (rest_.size() > row_bytes_max)
      return fail(Code::invalid, fmt::format("Failed to read documents: row {} has more than {} "
                                             "bytes",
                                             rows_, row_bytes_max));
    if (out.empty()) return true;
    TRY(wants_more_, take_(out));
    return wants_more_;
  }
  bool is_stopped() const override { return interrupt_.stopped(); }

  std::uint64_t rows() const { return rows_; }
  /// What the server said in the place of a row, "" where it said nothing.
  std::string fault() const {
    std::string text = fault_ + rest_;
    // Newer servers put the words between marks.
    if (const auto code = text.find("Code: "); code != text.npos) text.erase(0, code);
    return text.substr(0, std::min(text.find('\n'), shown_bytes_max));
  }
  /// Whether the reader or the user ended it.
  bool is_ended() const { return !wants_more_ || interrupt_.stopped(); }

 private:
  Result<void> add(std::string_view line, std::string& out) {
    const auto row = json::parse_view(line, {.bounded = false, .lenient = true});
    if (!row || !(*row)->root().is(Type::object) || is_exception((*row)->root())) {
      (fault_ += line) += ' ';
      return {};
    }
    const std::size_t before = out.size();
    std::string fault;
    if (append_row(out, (*row)->root(), fault)) {
      ++rows_;
      return {};
    }
    out.resize(before);
    auto told = fmt::format("Failed to decode JSON: {}, for document: {}, at line {}", fault,
                            line.substr(0, shown_bytes_max), rows_++);
    if (!ignore_errors_) return fail(Code::invalid, std::move(told));
    log::warning("{}", told);
    return {};
  }

  bool is_exception(json::Value row) const {
    const auto text = row.size() == 1 && !asks_exception_ ? row.find("exception") : std::nullopt;
    return text && text->is(Type::string) && text->string().starts_with("Code: ");
  }

  const bool ignore_errors_;
  const bool asks_exception_;
  const TakeBytes& take_;
  const Interrupt& interrupt_;
  std::string rest_;  // of a row that has not come whole
  std::string fault_;
  std::uint64_t rows_ = 0;
  bool wants_more_ = true;
};

class ClickHouseSource : public Source {
 public:
  explicit ClickHouseSource(const OpenContext& context)
      : server_(context.values),
        table_(context.values.find("EVENT_TABLE_NAME")->second),
        interrupt_(context.interrupt) {}

  Result<void> read(const ReadRequest& request, const TakeBytes& take) override {
    TRY(const auto select,
        read_query(request.query, request.target.empty() ? table_ : request.target));
    Rows rows(request, select.asks_exception, take, interrupt_);
    return tried_again(interrupt_, [&] { return stream(select, rows); });
  }

 private:
  static constexpr std::string_view failed = "Failed to read documents";

  /// Once a row has been given on, no error may be tried again.
  Result<void> stream(const Select& select, Rows& rows) {
    auto request = server_.request(
        "&default_format=JSONEachRow&output_format_json_quote_64bit_integers=0"
        "&output_format_json_escape_forward_slashes=0" +
            select.parameters,
        select.sql);
    request.timeout = std::chrono::minutes(10);  // a large sort gives nothing until it is done
    const auto answer = net::download(request, rows, Server::options());
    if (rows.is_ended()) return {};
    const auto after = [&] { return fmt::format("(after {} rows)", rows.rows()); };
    if (!answer && answer.error().detail.empty()) return fail(answer.error());  // of the rows
    const auto fault = rows.fault();
    if (!answer)
      return fail(
          rows.rows() > 0 ? Code::invalid : answer.error().code,
          fmt::format("{}: {} {}", failed, fault.empty() ? answer.error().detail : fault, after()));
    if (answer->status != 200) return fail(refusal(failed, *answer));
    if (!fault.empty())
      return fail(Code::invalid, fmt::format("{}: {} {}", failed, fault, after()));
    return {};
  }

  Server server_;
  const std::string table_;
  const Interrupt& interrupt_;
};

/// Inserts. The table takes an id twice, so each chunk first asks for those of its rows that are
/// there: a write that was broken off can be run again.
class ClickHouseSink : public Sink {
 public:
  explicit ClickHouseSink(const OpenContext& context)
      : server_(context.values),
        table_(context.values.find("EVENT_TABLE_NAME")->second),
        chunk_size_(number_of(context.values, "WRITE_CHUNK_SIZE")) {}

  Operation default_operation() const override { return Operation::create; }
  bool allows(Operation operation) const override {
    return operation == Operation::create || operation == Operation::index;
  }
  std::size_t chunk_size_default() const override { return chunk_size_; }

  Result<void> begin(const WriteRequest& request) override {
    if (!request.target.empty()) table_ = request.target;
    return {};
  }

  void prepare(Chunk& chunk) const override {
    std::set<Uuid> ids;
    RowWriter rows;
    rows.reserve(chunk.bytes.size());
    take_objects(chunk, [&](json::Value statement) { return row_of(statement, ids, rows); });
    chunk.body = rows.bytes();
  }

  Result<void> send(Chunk& chunk) override {
    TRY(const auto known, known_ids(chunk));
    if (!known.empty()) leave_out(chunk, known);
    if (chunk.lines.empty()) return {};
    const std::string sql = fmt::format(
        "INSERT INTO {} (event_id, emission_time, event) SELECT event_id, emission_time, event "
        "FROM input('event_id UUID, emission_time DateTime64(6, \\'UTC\\'), event String') "
        "FORMAT RowBinary",
        table_);
    // A table that remembers tokens stores what arrives twice once.
    RETURN_IF_ERROR(server_.ask(
        "Failed to insert documents",
        server_.request(
            fmt::format("&async_insert=0&wait_end_of_query=1&insert_deduplication_token={}-{}-{}"
                        "&query={}",
                        run_, chunk.file, chunk.first_line, percent_encoded(sql)),
            chunk.body, "application/octet-stream")));
    return {};
  }

  Result<void> end(bool /*whole*/) override { return {}; }

 private:
  static constexpr std::size_t time_bytes = 8;  // of a key, in front of the id

  static MadeRecord refused(std::string_view pointer, std::string_view message) {
    return tl::unexpected<Refusal>(
        Refusal{false, std::string(pointer), "columns of the table", std::string(message)});
  }

  static MadeRecord row_of(json::Value statement, std::set<Uuid>& ids, RowWriter& rows) {
    const auto timestamp = statement.find("timestamp");
    if (!timestamp) return refused("", "the statement has no timestamp");
    const auto time =
        timestamp->is(Type::string) ? parse_time(timestamp->string()) : std::optional<Time>();
    if (!time) return refused("/timestamp", "it is no date and time");
    const auto given = statement.find("id");
    const auto id = !given                    ? std::optional(Uuid::random())
                    : given->is(Type::string) ? Uuid::parse(given->string())
                                              : std::nullopt;
    if (!id) return refused("/id", "it is no UUID");
    if (!ids.insert(*id).second) return refused("/id", "Duplicate IDs found in batch");
    const std::size_t before = rows.bytes().size();
    RowWriter key;
    key.i64(micros_of(*time));
    key.uuid(*id);
    rows.uuid(*id);
    rows.i64(micros_of(*time));
    rows.string(statement.source());
    return Chunk::Record{0, {}, key.bytes(), rows.bytes().size() - before};
  }

  using Known = std::set<std::string, std::less<>>;

  void leave_out(Chunk& chunk, const Known& known) const {
    std::vector<Chunk::Record> lines;
    std::string body;
    std::size_t begin = 0;
    for (auto& line : chunk.lines) {
      const auto row = std::string_view(chunk.body).substr(begin, line.bytes);
      begin += line.bytes;
      if (known.contains(std::string_view(line.id).substr(time_bytes))) continue;
      body += row;
      lines.push_back(std::move(line));
    }
    log::info("{} of {} rows are in {} already", chunk.lines.size() - lines.size(),
              chunk.lines.size(), table_);
    chunk.lines = std::move(lines);
    chunk.body = std::move(body);
  }

  /// Of the chunk's ids, as bytes of a key, those that are in the table.
  Result<Known> known_ids(const Chunk& chunk) {
    const std::string boundary = "lectern-" + Uuid::random().text();
    std::string body =
        "--" + boundary +
        "\r\nContent-Disposition: form-data; name=\"keys\"; filename=\"keys\"\r\n\r\n";
    for (const auto& line : chunk.lines) body += line.id;
    body += "\r\n--" + boundary + "--\r\n";
    const std::string sql = fmt::format(
        "SELECT event_id FROM {} WHERE (emission_time, event_id) IN keys FORMAT RowBinary", table_);
    TRY(const auto answer,
        server_.ask("Failed to insert documents",
                    server_.request("&wait_end_of_query=1&keys_format=RowBinary&keys_structure=" +
                                        percent_encoded("t DateTime64(6, 'UTC'), i UUID") +
                                        "&query=" + percent_encoded(sql),
                                    body, "multipart/form-data; boundary=" + boundary)));
    Known known;
    constexpr std::size_t uuid_bytes = 16;
    for (std::size_t at = 0; at + uuid_bytes <= answer.body.size(); at += uuid_bytes)
      known.insert(answer.body.substr(at, uuid_bytes));
    return known;
  }

  Server server_;
  std::string table_;
  const std::size_t chunk_size_;
  const std::string run_ = Uuid::random().text();
};

class ClickHouseListing : public Listing {
 public:
  explicit ClickHouseListing(const OpenContext& context)
      : server_(context.values),
        database_(context.values.find("DATABASE")->second),
        interrupt_(context.interrupt) {}

  Result<void> list(const ListRequest& request, const TakeBytes& take) override {
    const std::string sql = fmt::format("SHOW TABLES FROM {} FORMAT JSONEachRow",
                                        request.target.empty() ? database_ : request.target);
    TRY(const auto answer, tried_again(interrupt_, [&] {
          return server_.ask("Failed to read tables", server_.request("&wait_end_of_query=1", sql));
        }));
    if (request.new_only) log::warning("The `new` argument is ignored");
    std::string_view rest = answer.body;
    while (const auto line = next_line(rest, 1)) {
      const auto row = json::parse_view(line->text);
      const auto name = row ? (*row)->root().find("name") : std::nullopt;
      if (!name || !name->is(Type::string))
        return fail(Code::invalid, "Failed to read tables: the answer is not ClickHouse's");
      json::Writer details(json::Writer::Style::spaced);
      details.object().raw_member("name", name->source()).end();
      TRY(const bool go_on, take(request.details ? details.take() : std::string(name->string())));
      if (!go_on) break;
    }
    return {};
  }

 private:
  Server server_;
  const std::string database_;
  const Interrupt& interrupt_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_source(const OpenContext& context) {
  return std::unique_ptr<Source>(std::make_unique<ClickHouseSource>(context));
}

Result<std::unique_ptr<Sink>> open_sink(const OpenContext& context) {
  return std::unique_ptr<Sink>(std::make_unique<ClickHouseSink>(context));
}

Result<std::unique_ptr<Listing>> open_listing(const OpenContext& context) {
  return std::unique_ptr<Listing>(std::make_unique<ClickHouseListing>(context));
}

}  // namespace lectern::pipeline::clickhouse
