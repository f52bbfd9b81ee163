#include "pipeline/data/databases/es_nodes.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace lectern::pipeline::es {
namespace {

using json::Type;

/// `a,b,c`, or a JSON array.
Result<std::vector<std::string>> read_hosts(const std::string& text) {
  std::vector<std::string> hosts;
  if (text.starts_with('[')) {
    const auto list = json::parse_view(text);
    if (!list) return not_allowed("HOSTS", text, "a comma list or a JSON array of URLs");
    for (const auto item : (*list)->root().children())
      hosts.emplace_back(item.is(Type::string) ? item.string() : item.source());
  } else {
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      if (end > begin) hosts.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  for (auto& host : hosts) {
    while (host.ends_with('/')) host.pop_back();
    if (!host.starts_with("http://") && !host.starts_with("https://"))
      return not_allowed("HOSTS", net::without_credentials(host), "http:// or https:// URLs");
  }
  if (hosts.empty()) return not_allowed("HOSTS", text, "at least one URL");
  return hosts;
}

Result<net::HttpOptions> read_client_options(const DataValues& values) {
  net::HttpOptions options;
  options.timeout = std::chrono::minutes(5);
  constexpr std::string_view prefix = "CLIENT_OPTIONS__";
  for (const auto& [key, value] : values) {
    if (!key.starts_with(prefix)) continue;
    const auto option = std::string_view(key).substr(prefix.size());
    std::error_code ignored;
    if (option == "verify_certs" && (value == "true" || value == "false")) {
      options.verify_tls = value == "true";
    } else if (option == "ca_certs" && std::filesystem::exists(value, ignored)) {
      options.ca_file = value;
    } else {
      return not_allowed(key, value, "ca_certs, a file that can be read, and verify_certs");
    }
  }
  return options;
}

/// What a node answered, for a person: its reason where it gives one.
std::string told(const net::HttpResponse& response) {
  constexpr std::size_t shown_bytes_max = 500;
  std::string_view text = response.body;
  const auto document = json::parse_view(text, {.bounded = false, .lenient = true});
  const auto error = document ? (*document)->root().find("error") : std::nullopt;
  if (error) text = error->is(Type::string) ? error->string() : error->source();
  return fmt::format("HTTP {} {}", response.status, text.substr(0, shown_bytes_max));
}

}  // namespace

tl::unexpected<Error> not_allowed(std::string_view key, std::string_view value,
                                  std::string_view allowed) {
  return fail(Code::invalid,
              fmt::format("RALPH_BACKENDS__DATA__ES__{}={}: allowed is {}", key, value, allowed));
}

bool may_pass(int status) {
  return status == 408 || status == 429 || (status >= 502 && status <= 504);
}

Result<std::unique_ptr<Nodes>> Nodes::open(const DataValues& values) {
  TRY(auto hosts, read_hosts(values.find("HOSTS")->second));
  TRY(auto options, read_client_options(values));
  return std::unique_ptr<Nodes>(new Nodes(std::move(hosts), std::move(options)));
}

Result<Documents> Nodes::ask(std::string_view failed, const net::HttpRequest& request) {
  TRY(auto response, ask_any(failed, request));
  if (may_pass(response.status))
    return fail(Code::unavailable, fmt::format("{}: {}", failed, told(response)));
  if (response.status >= 400) {
    // OpenSearch has not every address.
    const bool unknown =
        response.status == 405 || response.body.find("no handler found") != response.body.npos;
    return fail(unknown ? Code::method_not_allowed : Code::invalid,
                fmt::format("{}: {}", failed, told(response)));
  }
  auto document = json::parse(std::move(response.body), {.bounded = false, .lenient = true});
  if (!document || !(*document)->root().is(Type::object))
    return fail(Code::invalid, fmt::format("{}: {} does not answer as Elasticsearch", failed,
                                           net::without_credentials(hosts_[current_])));
  return document;
}

Result<net::HttpResponse> Nodes::ask_any(std::string_view failed, net::HttpRequest request) {
  const std::string path = request.url;
  const std::size_t first = current_;
  std::string reasons;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const std::size_t host = (first + i) % hosts_.size();
    request.url = hosts_[host] + path;
    auto response = client_.send(request);
    const bool last = i + 1 == hosts_.size();
    if (response && (last || !may_pass(response->status))) {
      current_ = host;
      return response;
    }
    reasons += reasons.empty() ? "" : "; ";
    reasons += response ? told(*response) : response.error().detail;
  }
  return fail(Code::unavailable, fmt::format("{}: {}", failed, reasons));
}

net::HttpRequest request_of(std::string method, std::string path, std::string_view body,
                            std::string_view type) {
  net::HttpRequest request{std::move(method), std::move(path), {}, body, {}, false, 0};
  if (!body.empty()) request.headers.emplace_back("Content-Type", type);
  return request;
}

std::string text_member(json::Value object, std::string_view key) {
  const auto value = object.find(key);
  return value && value->is(Type::string) ? std::string(value->string()) : std::string();
}

}  // namespace lectern::pipeline::es
