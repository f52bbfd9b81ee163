#include "pipeline/data/lrs.h"

#include <array>

#include <fmt/format.h>

#include "base/json/json.h"
#include "net/http_client.h"
#include "pipeline/data/json_lines.h"
#include "pipeline/data/retry.h"
#include "pipeline/data/statements.h"
#include "pipeline/data/urls.h"

namespace lectern::pipeline::lrs {
namespace {

using Kind = DataSetting::Kind;

constexpr std::array table = {
    DataSetting{"BASE_URL", "http://0.0.0.0:8100", "the server, http or https"},
    DataSetting{"USERNAME", "ralph", "for Basic authentication"},
    DataSetting{"PASSWORD", "secret", "of that user", Kind::text, true},
    DataSetting{"HEADERS", "",
                "headers of each request besides; X_EXPERIENCE_API_VERSION is 1.0.3 "
                "unless given",
                Kind::object},
    DataSetting{"STATEMENTS_ENDPOINT", "/xAPI/statements",
                "path of the statements, without target"},
    DataSetting{"STATUS_ENDPOINT", "/__heartbeat__", "nothing asks for it here", Kind::text, false,
                false},
    DataSetting{"LOCALE_ENCODING", "utf8", "text is always UTF-8", Kind::text, false, false},
    DataSetting{"READ_CHUNK_SIZE", "500", "statements of one page", Kind::number},
    DataSetting{"WRITE_CHUNK_SIZE", "500", "statements of one POST", Kind::number},
};

/// What the server answered, for a person: its status and the beginning of its text.
std::string told(const net::HttpResponse& response) {
  constexpr std::size_t shown_bytes_max = 300;
  return fmt::format("HTTP {} {}", response.status,
                     std::string_view(response.body).substr(0, shown_bytes_max));
}

/// Whether the same request may succeed later.
bool may_pass(int status) { return status == 408 || status == 429 || status >= 500; }

/// X_EXPERIENCE_API_VERSION is X-Experience-API-Version.
std::string header_name(std::string_view key) {
  if (key == "X_EXPERIENCE_API_VERSION") return "X-Experience-API-Version";
  std::string name(key);
  for (auto& c : name)
    if (c == '_') c = '-';
  return name;
}

class Server {
 public:
  explicit Server(const DataValues& values)
      : base_(values.find("BASE_URL")->second),
        endpoint_(values.find("STATEMENTS_ENDPOINT")->second),
        client_(options_of(values)) {
    bool version = false;
    constexpr std::string_view prefix = "HEADERS__";
    for (const auto& [key, value] : values) {
      if (!key.starts_with(prefix)) continue;
      headers_.emplace_back(header_name(std::string_view(key).substr(prefix.size())), value);
      version = version || headers_.back().first == "X-Experience-API-Version";
    }
    if (!version) headers_.emplace_back("X-Experience-API-Version", "1.0.3");
  }

  /// The statements' address: of the target, which is a path, or the default one.
  std::string statements_url(const std::string& target) const {
    return origin_of(base_) + (target.empty() ? endpoint_ : target);
  }
  /// Where a `more` link leads; never to another server than ours, which gets our password.
  std::string more_url(std::string_view more) const { return origin_of(base_) + path_of(more); }

  Result<net::HttpResponse> get(const std::string& url) {
    return client_.send({"GET", url, headers_, {}, {}, false});
  }
  Result<net::HttpResponse> post(const std::string& url, std::string_view body) {
    auto headers = headers_;
    headers.emplace_back("Content-Type", "application/json");
    return client_.send({"POST", url, std::move(headers), body, {}, false});
  }

 private:
  static net::HttpOptions options_of(const DataValues& values) {
    net::HttpOptions options;
    options.timeout = std::chrono::minutes(5);
    options.username = values.find("USERNAME")->second;
    options.password = values.find("PASSWORD")->second;
    options.compressed = true;
    return options;
  }

  const std::string base_;
  const std::string endpoint_;
  net::HttpHeaders headers_;
  net::HttpClient client_;
};

class LrsSource : public Source {
 public:
  explicit LrsSource(const OpenContext& context)
      : server_(context.values),
        chunk_size_(number_of(context.values, "READ_CHUNK_SIZE")),
        interrupt_(context.interrupt) {}

  Result<void> read(const ReadRequest& request, const TakeBytes& take) override {
    TRY(const auto parameters,
        statement_parameters(request.query,
                             request.chunk_size > 0 ? request.chunk_size : chunk_size_));
    std::string url = server_.statements_url(request.target) + "?" + parameters;
    while (!url.empty() && !interrupt_.stopped()) {
      TRY(auto lines, page(url));
      TRY(const bool go_on, take(lines));
      if (!go_on) break;
    }
    return {};
  }

 private:
  /// The lines of a page; `url` becomes the next one's, or empty.
  Result<std::string> page(std::string& url) {
    TRY(auto response, tried_again(interrupt_, [&]() -> Result<net::HttpResponse> {
          auto got = server_.get(url);
          if (got && may_pass(got->status))
            return fail(Code::unavailable, "Failed to fetch statements: " + told(*got));
          return got;
        }));
    if (response.status != 200)
      return fail(Code::invalid, "Failed to fetch statements: " + told(response));
    TRY(const auto document,
        json::parse(std::move(response.body), {.bounded = false, .lenient = true}));
    const auto root = document->root();
    url.clear();
    std::string lines;
    const auto statements = root.find("statements");
    if (!statements || !statements->is(json::Type::array)) {
      append_line(lines, (statements ? *statements : root).source());
      return lines;
    }
    for (const auto statement : statements->children()) append_line(lines, statement.source());
    const auto more = root.find("more");
    if (more && more->is(json::Type::string) && !more->string().empty())
      url = server_.more_url(more->string());
    return lines;
  }

  Server server_;
  const std::size_t chunk_size_;
  const Interrupt& interrupt_;
};

/// POSTs arrays. Statements without an id get one here, so that a POST whose answer was lost can
/// be sent again.
class LrsSink : public Sink {
 public:
  explicit LrsSink(const OpenContext& context)
      : server_(context.values), chunk_size_(number_of(context.values, "WRITE_CHUNK_SIZE")) {}

  Operation default_operation() const override { return Operation::create; }
  bool allows(Operation operation) const override {
    return operation == Operation::create || operation == Operation::index;
  }
  std::size_t chunk_size_default() const override { return chunk_size_; }

  Result<void> begin(const WriteRequest& request) override {
    url_ = server_.statements_url(request.target);
    splits_ = request.ignore_errors;
    return {};
  }

  void prepare(Chunk& chunk) const override { take_statements(chunk); }

  Result<void> send(Chunk& chunk) override {
    while (chunk.sent < chunk.lines.size())
      RETURN_IF_ERROR(send_some(chunk, chunk.lines.size() - chunk.sent));
    return {};
  }

  Result<void> end(bool /*whole*/) override { return {}; }

 private:
  /// Sends `count` lines behind those that were sent. Where the server refuses them, and the others
  /// are to be written all the same, halves are sent until it is known which one it is.
  Result<void> send_some(Chunk& chunk, std::size_t count) {
    const std::span some(chunk.lines.data() + chunk.sent, count);
    TRY(const auto response, server_.post(url_, json_array(some)));
    if (response.status >= 200 && response.status < 300) {
      chunk.sent += count;
      return {};
    }
    if (may_pass(response.status))
      return fail(Code::unavailable, "Failed to post statements: " + told(response));
    if (!splits_ || response.status == 401 || response.status == 403 || response.status == 404)
      return fail(Code::invalid,
                  fmt::format("Failed to post statements (lines {} to {}): {}", some.front().number,
                              some.back().number, told(response)));
    if (count > 1) {
      RETURN_IF_ERROR(send_some(chunk, count / 2));
      return send_some(chunk, count - count / 2);
    }
    chunk.refuse(some.front().number,
                 {false, "", fmt::format("HTTP {}", response.status), told(response)});
    --chunk.records;
    ++chunk.sent;
    return {};
  }

  Server server_;
  const std::size_t chunk_size_;
  std::string url_;
  bool splits_ = false;
};

template <typename Interface, typename Made>
Result<std::unique_ptr<Interface>> opened(const OpenContext& context) {
  const std::string& base = context.values.find("BASE_URL")->second;
  if (!base.starts_with("http://") && !base.starts_with("https://"))
    return fail(Code::invalid, fmt::format("LRS BASE_URL={}: allowed is an http or https URL",
                                           net::without_credentials(base)));
  std::unique_ptr<Interface> made = std::make_unique<Made>(context);
  return made;
}

}  // namespace

std::span<const DataSetting> settings() { return table; }

Result<std::unique_ptr<Source>> open_source(const OpenContext& context) {
  return opened<Source, LrsSource>(context);
}

Result<std::unique_ptr<Sink>> open_sink(const OpenContext& context) {
  return opened<Sink, LrsSink>(context);
}

}  // namespace lectern::pipeline::lrs
