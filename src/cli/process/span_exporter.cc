#include "cli/process/span_exporter.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/json/json.h"
#include "base/json/writer.h"
#include "base/log.h"
#include "cli/settings/setting_value.h"

namespace lectern::cli {
namespace {

constexpr auto stop_deadline = std::chrono::seconds(2);
constexpr auto tell_interval = std::chrono::minutes(1);
constexpr std::size_t answer_bytes_max = 64 * 1024;

/// Undoes `%20`, as in the values of OTEL_EXPORTER_OTLP_HEADERS.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      out.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

/// The resource that all spans are of: what is set, and who we are.
Result<std::string> resource_of(const Settings& settings) {
  auto given = read_object(settings.otel_resource_attributes);
  if (!given)
    return fail(Code::invalid,
                "OTEL_RESOURCE_ATTRIBUTES: allowed are key=value pairs joined by commas");
  if (!settings.otel_service_name.empty()) (*given)["service.name"] = settings.otel_service_name;
  given->emplace("service.name", "lectern");
  (*given)["service.version"] = LECTERN_VERSION;
  json::Writer json;
  json.object().key("attributes").array();
  for (const auto& [key, value] : *given) {
    json.object().member("key", key);
    json.key("value").object().member("stringValue", unescaped(value)).end().end();
  }
  return json.end().end().take();
}

net::HttpOptions client_options(std::chrono::milliseconds timeout, const std::string& ca_file) {
  net::HttpOptions options;
  options.connections_max = 1;
  options.timeout = timeout;
  options.response_bytes_max = answer_bytes_max;
  options.ca_file = ca_file;
  return options;
}

/// How many spans of a batch the collector did not take, by what it says (OTLP, "Partial
/// Success").
std::size_t rejected_of(const std::string& answer) {
  const auto document = json::parse_view(answer);
  const auto partial = document && (*document)->root().is(json::Type::object)
                           ? (*document)->root().find("partialSuccess")
                           : std::nullopt;
  const auto rejected =
      partial && partial->is(json::Type::object) ? partial->find("rejectedSpans") : std::nullopt;
  if (!rejected) return 0;
  const std::string text(rejected->is(json::Type::string) ? rejected->string()
                                                          : rejected->source());
  std::size_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

}  // namespace

Result<SpanExporter::Options> SpanExporter::read(const Settings& settings) {
  Options options;
  options.url = settings.otel_traces_endpoint;
  if (options.url.empty()) {
    options.url = settings.otel_endpoint;
    while (options.url.ends_with('/')) options.url.pop_back();
    options.url += "/v1/traces";
  }
  if (!options.url.starts_with("http://") && !options.url.starts_with("https://"))
    return fail(Code::invalid,
                "OTEL_EXPORTER_OTLP_ENDPOINT=" + net::without_credentials(options.url) +
                    ": allowed is an http or https URL");
  const auto headers = read_object(settings.otel_headers);
  if (!headers)
    return fail(Code::invalid,
                "OTEL_EXPORTER_OTLP_HEADERS: allowed are key=value pairs joined by commas");
  options.headers.emplace_back("Content-Type", "application/json");
  for (const auto& [key, value] : *headers) options.headers.emplace_back(key, unescaped(value));
  TRY(options.resource, resource_of(settings));
  options.timeout = std::chrono::milliseconds(settings.otel_timeout_ms);
  options.delay = std::chrono::milliseconds(settings.otel_delay_ms);
  options.queue_max = static_cast<std::size_t>(settings.otel_queue_max);
  options.batch_max =
      static_cast<std::size_t>(std::min(settings.otel_batch_max, settings.otel_queue_max));
  options.ca_file = settings.otel_certificate;
  return options;
}

Result<std::unique_ptr<SpanExporter>> SpanExporter::start(const Settings& settings,
                                                          metrics::Registry& registry) {
  const bool named = !settings.otel_endpoint.empty() || !settings.otel_traces_endpoint.empty();
  if (!named || settings.otel_disabled || settings.otel_traces_exporter == "none")
    return std::unique_ptr<SpanExporter>();
  TRY(auto options, read(settings));
  if (!settings.otel_protocol.empty() && settings.otel_protocol != "http/json")
    log::warning("OTEL_EXPORTER_OTLP_PROTOCOL={}: spans are sent as http/json all the same, to {}",
                 settings.otel_protocol, net::without_credentials(options.url));
  return std::unique_ptr<SpanExporter>(new SpanExporter(std::move(options), registry));
}

SpanExporter::SpanExporter(Options options, metrics::Registry& registry)
    : options_(std::move(options)),
      client_(client_options(options_.timeout, options_.ca_file)),
      exported_(registry.counter("lectern_spans_exported_total",
                                 "Spans that the OpenTelemetry collector took")),
      dropped_(registry.counter("lectern_spans_dropped_total",
                                "Spans that it did not take, or that too many waited before")) {
  thread_ = std::thread([this] { run(); });
}

SpanExporter::~SpanExporter() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    give_up_ = Clock::now() + stop_deadline;
  }
  wake_.notify_one();
  thread_.join();
}

void SpanExporter::take(std::string span) {
  const MutexLock lock(mutex_);
  if (waiting_.size() >= options_.queue_max) return dropped_.add();
  waiting_.push_back(std::move(span));
  if (waiting_.size() == options_.batch_max) wake_.notify_one();
}

void SpanExporter::run() {
  MutexLock lock(mutex_);
  while (!stopping_ || (!waiting_.empty() && Clock::now() < give_up_)) {
    wake_.wait_for(mutex_, options_.delay, [&]() REQUIRES(mutex_) {
      return stopping_ || waiting_.size() >= options_.batch_max;
    });
    std::vector<std::string> batch;
    while (!waiting_.empty() && batch.size() < options_.batch_max) {
      batch.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    const auto give_up = give_up_;
    lock.unlock();
    if (!batch.empty()) {
      auto [dropped, reason] = send(batch, give_up);
      exported_.add(batch.size() - dropped);
      dropped_.add(dropped);
      if (dropped > 0) reason_ = std::move(reason);
    }
    tell_dropped(false);
    lock.lock();
  }
  dropped_.add(waiting_.size());
  lock.unlock();
  tell_dropped(true);
}

std::pair<std::size_t, std::string> SpanExporter::send(const std::vector<std::string>& spans,
                                                       Clock::time_point give_up) {
  json::Writer json;
  json.object().key("resourceSpans").array().object().raw_member("resource", options_.resource);
  json.key("scopeSpans").array().object();
  json.key("scope").object().member("name", "lectern").member("version", LECTERN_VERSION).end();
  json.key("spans").array();
  for (const auto& span : spans) json.raw(span);
  json.end().end().end().end().end().end();
  const std::string body = json.take();
  net::HttpRequest request;
  request.method = "POST";
  request.url = options_.url;
  request.headers = options_.headers;
  request.body = body;
  const auto answer = client_.send(request, give_up);
  if (!answer) return {spans.size(), answer.error().detail};
  if (answer->status / 100 != 2)
    return {spans.size(),
            fmt::format("it answered {}: {}", answer->status, answer->body.substr(0, 200))};
  return {std::min(rejected_of(answer->body), spans.size()), "it rejected them"};
}

void SpanExporter::tell_dropped(bool at_end) {
  const auto dropped = dropped_.value();
  if (dropped == told_ || (!at_end && Clock::now() < next_tell_)) return;
  log::warning("{} spans were dropped: the collector at {} did not take them{}{}", dropped - told_,
               net::without_credentials(options_.url), reason_.empty() ? "" : ": ", reason_);
  told_ = dropped;
  next_tell_ = Clock::now() + tell_interval;
}

}  // namespace lectern::cli
