#include "store/elasticsearch/client/cluster.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

namespace lectern::store::elasticsearch {
namespace {

constexpr const char* away = "The database does not answer";
constexpr int attempts_max = 6;
constexpr std::chrono::milliseconds first_pause{40};
constexpr const char* busy = "The database is busy";

net::HttpOptions options_of(const ElasticsearchSettings& settings) {
  net::HttpOptions options;
  options.connections_max = settings.connections_max;
  options.timeout = std::chrono::milliseconds(settings.timeout_ms);
  options.connect_timeout = std::min(options.connect_timeout, options.timeout);
  options.ca_file = settings.ca_file;
  options.verify_tls = settings.verify_tls;
  return options;
}

/// Whether a refusal is one of Elasticsearch: with an error, or about a document. The filter_path
/// of a request must let `error` through. One that waited in vain (408) says how things are.
bool is_ours(int status, json::Value answer) {
  return status < 400 || status == 408 || answer.find("error") || answer.find("_index");
}

/// An operator made an index read-only, or its disk is full: it does not pass by itself.
bool takes_no_writes(std::string_view body) {
  return body.find("cluster_block_exception") != std::string_view::npos;
}

/// Whether another node may do better.
bool try_next(int status) { return status == 502 || status == 503 || status == 504; }

Result<Reply> read(const Call& call, net::HttpResponse response) {
  const auto detail = [&](std::string_view what) {
    return fmt::format("{} {}: {} {}", call.method, call.path, response.status, what);
  };
  if (takes_no_writes(response.body) && response.status >= 400)
    return fail(Code::unavailable, "The database takes no writes",
                detail(response.body.substr(0, 500)));
  if (response.status == 429 || response.status >= 500)
    return fail(Code::unavailable, busy, detail(response.body.substr(0, 500)));
  if (response.status == 401 || response.status == 403)
    return fail(Code::unavailable, "The database refuses our credentials",
                detail(response.body.substr(0, 500)));
  if (response.status == 413)
    return fail(Code::too_large, "The database refuses a request of this size", detail(""));
  auto document = json::parse(std::move(response.body));
  if (!document || !(*document)->root().is(json::Type::object))
    return fail(Code::unavailable, away, detail("an answer that is no JSON object"));
  if (!is_ours(response.status, (*document)->root()))
    return fail(Code::unavailable, away, detail("an answer that is not Elasticsearch's"));
  return Reply{response.status, std::move(*document), std::move(response.share)};
}

}  // namespace

std::string Reply::error_type() const {
  const auto error = root().find("error");
  if (!error) return {};
  if (error->is(json::Type::string)) return std::string(error->string());
  const auto type = error->find("type");
  return type && type->is(json::Type::string) ? std::string(type->string()) : std::string();
}

std::string Reply::error_reason() const { return std::string(root().source().substr(0, 500)); }

Error refusal(const Call& call, const Reply& reply) {
  return {Code::internal, "The database refuses a request", "", "",
          fmt::format("{} {}: {} {}", call.method, call.path, reply.status, reply.error_reason())};
}

Cluster::Cluster(const ElasticsearchSettings& settings)
    : hosts_(settings.hosts), client_(options_of(settings)) {}

Result<Reply> Cluster::call(const Call& call, Deadline deadline) {
  auto pause = first_pause;
  for (int attempt = 1;; ++attempt, pause *= 2) {
    TRY(auto response, ask_hosts(call, deadline));
    // A shard that is just being started answers 503, a full queue 429: both pass.
    const bool passes =
        (response.status == 429 || response.status == 503) && !takes_no_writes(response.body);
    if (!passes || attempt == attempts_max || std::chrono::steady_clock::now() + pause >= deadline)
      return read(call, std::move(response));
    std::this_thread::sleep_for(pause);
  }
}

Result<net::HttpResponse> Cluster::ask_hosts(const Call& call, Deadline deadline) {
  net::HttpRequest request;
  request.method = call.method;
  request.body = call.body;
  if (!call.body.empty()) request.headers.emplace_back("Content-Type", call.content_type);
  request.once = call.once;
  request.response_bytes_max = call.answer_bytes_max;
  const std::size_t first = current_;
  std::string reasons;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const std::size_t host = (first + i) % hosts_.size();
    request.url = hosts_[host] + call.path;
    auto response = client_.send(request, deadline);
    const bool last = i + 1 == hosts_.size();
    if (response && (last || !try_next(response->status))) {
      current_ = host;
      return response;
    }
    // Too large is the answer, not what was asked: for a client the database is away.
    if (!response && response.error().code == Code::too_large && call.answer_bytes_max == 0)
      return fail(Code::unavailable, away, std::move(response.error().detail));
    if (!response && response.error().code != Code::unavailable)
      return fail(std::move(response).error());
    reasons += reasons.empty() ? "" : "; ";
    reasons += response
                   ? fmt::format("{}: {}", net::without_credentials(request.url), response->status)
                   : response.error().detail;
    if (call.once) {
      current_ = (host + 1) % hosts_.size();
      break;
    }
    if (std::chrono::steady_clock::now() >= deadline) break;
  }
  return fail(Code::unavailable, away, reasons);
}

Result<Reply> Cluster::expect_ok(const Call& call, Deadline deadline) {
  TRY(auto reply, this->call(call, deadline));
  if (!reply.ok()) return fail(refusal(call, reply));
  return reply;
}

std::string Cluster::location() const {
  std::string text;
  for (const auto& host : hosts_)
    (text += text.empty() ? "" : ", ") += net::without_credentials(host);
  return text;
}

}  // namespace lectern::store::elasticsearch
