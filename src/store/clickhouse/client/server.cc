#include "store/clickhouse/client/server.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "base/uuid.h"
#include "store/clickhouse/client/row_binary.h"

namespace lectern::store::clickhouse {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t detail_bytes_max = 2'000;
constexpr std::chrono::milliseconds health_max{5'000};

/// What makes small queries cheap: one thread reads, computes and formats the answer, since handing
/// over to another costs more than the work; and an index is cut in three at each step of the
/// search for scattered keys, which takes fewer looks than eight. ClickHouseSettings may say
/// otherwise.
constexpr std::string_view light_settings =
    "&max_threads=1&output_format_parallel_formatting=0&local_filesystem_read_method=pread"
    "&merge_tree_coarse_index_granularity=3";

/// Reading alone goes by the server's older analyzer, which plans small queries with a tenth less
/// of its processor; the views on a user's table are run as the user made them. Options override
/// this too.
constexpr std::string_view select_settings = "&allow_experimental_analyzer=0";

/// Settings that the answers and the atomicity of inserts depend on; they come last, so that no
/// option overrides them. An insert must become one part, and a list of ids may be long. The server
/// holds an answer back until it is whole: without a buffer in memory it makes a file for each,
/// which cost it up to a third of its time under load, on ext4.
constexpr std::string_view fixed_settings =
    "&wait_end_of_query=1&buffer_size=16777216&default_format=RowBinary"
    "&async_insert=0&insert_deduplicate=0"
    "&max_insert_block_size=16777216&min_insert_block_size_rows=16777216"
    "&min_insert_block_size_bytes=2147483648&max_partitions_per_insert_block=0"
    "&max_query_size=67108864&max_ast_elements=10000000&max_expanded_ast_elements=10000000"
    "&join_use_nulls=0&transform_null_in=0&extremes=0";

std::string parameters_of(const ServerOptions& options) {
  std::string parameters(light_settings);
  for (const auto& [name, value] : options.settings)
    parameters += "&" + percent_encoded(name) + "=" + percent_encoded(value);
  return parameters + std::string(fixed_settings);
}

net::HttpOptions http_options(const ServerOptions& options) {
  net::HttpOptions http;
  http.connections_max = options.connections_max;
  http.timeout = options.timeout;
  return http;
}

/// The names in a list of columns and types; no type of ours has a comma in it.
std::string names_in(std::string_view columns) {
  std::string names;
  while (!columns.empty()) {
    names += names.empty() ? "" : ", ";
    names += columns.substr(0, columns.find(' '));
    const auto comma = columns.find(", ");
    columns.remove_prefix(comma == std::string_view::npos ? columns.size() : comma + 2);
  }
  return names;
}

/// With a time to be in by it costs the server 1 ms more. nowInBlock() is asked when a block has
/// been read, and all rows are one block; now() when the first of it has come.
std::string insert_sql(const Insert& insert) {
  const auto names = names_in(insert.columns);
  auto sql = "INSERT INTO " + std::string(insert.table) + " (" + names + ")";
  if (insert.until)
    sql += " SELECT " + names + " FROM input('" + std::string(insert.columns) +
           "') WHERE toUnixTimestamp(nowInBlock()) < " +
           std::to_string(
               std::chrono::floor<std::chrono::seconds>(insert.until->time_since_epoch()).count());
  return sql + " FORMAT RowBinary";
}

std::string query_parameter(std::string_view sql) { return "&query=" + percent_encoded(sql); }

std::chrono::seconds::rep seconds_left(Deadline deadline, std::chrono::milliseconds timeout) {
  const auto end = std::min(deadline, Clock::now() + timeout);
  const auto left = std::chrono::ceil<std::chrono::seconds>(end - Clock::now()).count();
  return std::max<std::chrono::seconds::rep>(left, 1);
}

/// The number of a member such as "written_rows":"42" in the summary header.
std::optional<std::uint64_t> summary_number(std::string_view summary, std::string_view member) {
  const auto at = summary.find("\"" + std::string(member) + "\":\"");
  if (at == std::string_view::npos) return std::nullopt;
  const char* first = summary.data() + at + member.size() + 4;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(first, summary.data() + summary.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return number;
}

tl::unexpected<Error> unavailable(std::string detail) {
  return fail(Code::unavailable, "The database is not available", std::move(detail));
}

}  // namespace

Server::Server(ServerOptions options)
    : options_(std::move(options)),
      parameters_(parameters_of(options_)),
      client_(http_options(options_)) {}

Result<net::HttpResponse> Server::post(const Call& call) {
  const auto timeout = call.timeout.count() > 0 ? call.timeout : options_.timeout;
  net::HttpRequest request;
  request.timeout = timeout;
  request.method = "POST";
  const auto run_max = std::max(seconds_left(call.deadline, timeout), call.run_max.count());
  request.url = options_.url + "/?max_execution_time=" + std::to_string(run_max);
  if (call.reads) request.url += select_settings;
  request.url += parameters_ + call.query;
  request.headers.emplace_back("Content-Type", call.content_type);
  if (!options_.username.empty()) {
    request.headers.emplace_back("X-ClickHouse-User", options_.username);
    request.headers.emplace_back("X-ClickHouse-Key", options_.password);
  }
  request.body = call.body;
  request.once = call.once;
  if (call.answered != nullptr) *call.answered = false;
  auto response = client_.send(request, call.deadline);
  if (!response) {
    return fail(Code::unavailable, "The database is not available",
                std::move(response.error().detail));
  }
  if (response->status != 200) {
    if (call.answered != nullptr)
      *call.answered = response->header("X-ClickHouse-Exception-Code").has_value();
    std::string words = response->body.substr(0, detail_bytes_max);
    while (words.ends_with('\n')) words.pop_back();
    return unavailable("ClickHouse answered " + std::to_string(response->status) + ": " + words);
  }
  if (!response->header("X-ClickHouse-Summary"))
    return unavailable(net::without_credentials(options_.url) + " does not answer as ClickHouse");
  return response;
}

Result<AnswerRows> Server::select(std::string_view sql, Deadline deadline,
                                  std::chrono::milliseconds timeout) {
  Call call{{}, sql, deadline, timeout};
  call.reads = true;
  TRY(auto response, post(call));
  return AnswerRows(std::move(response));
}

Result<AnswerRows> Server::select(std::string_view sql, const ExternalTable& keys,
                                  Deadline deadline) {
  const std::string boundary = "lectern-" + Uuid::random().text();
  std::string body = "--" + boundary;
  body += "\r\nContent-Disposition: form-data; name=\"keys\"; filename=\"keys\"\r\n\r\n";
  ((body += keys.rows) += "\r\n--" + boundary) += "--\r\n";
  const std::string content_type = "multipart/form-data; boundary=" + boundary;
  Call call{query_parameter(sql) +
                "&keys_format=RowBinary&keys_structure=" + percent_encoded(keys.columns),
            body, deadline};
  call.content_type = content_type;
  call.reads = true;
  TRY(auto response, post(call));
  return AnswerRows(std::move(response));
}

Result<void> Server::command(std::string_view sql, Deadline deadline) {
  RETURN_IF_ERROR(post({{}, sql, deadline}));
  return {};
}

Result<void> Server::insert_once(const Insert& insert, Deadline deadline, Fate& fate) {
  Call call{query_parameter(insert_sql(insert)), insert.body, deadline};
  if (!insert.token.empty())
    call.query +=
        "&insert_deduplicate=1&insert_deduplication_token=" + percent_encoded(insert.token);
  if (insert.no_view_is_passed_over) call.query += "&materialized_views_ignore_errors=0";
  bool answered = false;
  call.answered = &answered;
  call.once = true;
  call.run_max = insert.run_max;
  const auto response = post(call);
  fate = answered ? Fate::refused : Fate::unknown;
  if (!response) return fail(response.error());
  // Views on the user's table may add to the count; less means that something between us and the
  // server swallowed rows, or that they came too late.
  const auto written = summary_number(*response->header("X-ClickHouse-Summary"), "written_rows");
  if (written && *written >= std::max(insert.rows, insert.written_min)) return {};
  if (written && *written == 0 && insert.until) {
    fate = Fate::late;
    return fail(Code::unavailable, "The database is too slow",
                "an insert into " + std::string(insert.table) + " came after its time");
  }
  return unavailable(std::string(not_confirmed) + " the " + std::to_string(insert.rows) +
                     " rows of " + std::string(insert.table));
}

Result<void> Server::insert(const Insert& insert, Deadline deadline, Fate* fate) {
  Fate outcome = Fate::unknown;
  auto done = insert_once(insert, deadline, outcome);
  if (!done && insert.repeatable && outcome == Fate::unknown && Clock::now() < deadline)
    done = insert_once(insert, deadline, outcome);
  if (!done && fate != nullptr) *fate = outcome;
  return done;
}

Result<Time> Server::now(Deadline deadline) {
  TRY(const auto answer, select("SELECT toInt64(toUnixTimestamp64Micro(now64(6)))", deadline));
  RowReader reader(answer);
  const Time now = time_of(reader.i64());
  if (!reader.ok()) return unavailable("its clock cannot be read");
  return now;
}

Health Server::health() {
  const auto answer = select("SELECT toUInt8(1)", Deadline::max(), health_max);
  return answer && std::string_view(*answer) == "\x01" ? Health::ok : Health::away;
}

}  // namespace lectern::store::clickhouse
