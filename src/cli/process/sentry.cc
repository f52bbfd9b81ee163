#include "cli/process/sentry.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json/writer.h"
#include "base/log.h"
#include "base/time/time.h"
#include "base/uuid.h"

namespace lectern::cli {
namespace {

constexpr std::size_t waiting_max = 100;
constexpr auto send_timeout = std::chrono::milliseconds(2000);

}  // namespace

Result<Sentry::Address> Sentry::parse(std::string_view dsn) {
  const auto broken = [] {
    return fail(Code::invalid, "SENTRY_DSN must be of the form https://KEY@HOST/PROJECT");
  };
  const std::size_t scheme = dsn.find("://");
  const std::size_t at = dsn.find('@');
  const std::size_t project = dsn.rfind('/');
  if (!dsn.starts_with("http") || scheme == dsn.npos || at == dsn.npos || at < scheme + 4 ||
      project == dsn.npos || project < at || project + 1 == dsn.size())
    return broken();
  const auto key = dsn.substr(scheme + 3, at - scheme - 3);
  Address address;
  address.key = std::string(key.substr(0, key.find(':')));
  address.url = fmt::format("{}{}/api/{}/envelope/", dsn.substr(0, scheme + 3),
                            dsn.substr(at + 1, project - at - 1), dsn.substr(project + 1));
  return address;
}

Result<std::unique_ptr<Sentry>> Sentry::start(std::string_view dsn, std::string environment) {
  TRY(auto address, parse(dsn));
  return std::unique_ptr<Sentry>(new Sentry(std::move(address), std::move(environment)));
}

Sentry::Sentry(Address address, std::string environment)
    : address_(std::move(address)), environment_(std::move(environment)) {
  thread_ = std::thread([this] { run(); });
  log::listen_to_errors([this](std::string_view line) {
    const MutexLock lock(mutex_);
    if (waiting_.size() < waiting_max) waiting_.emplace_back(line);
    wake_.notify_one();
  });
}

Sentry::~Sentry() {
  log::listen_to_errors({});
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

std::string Sentry::envelope(std::string_view line) const {
  const std::string id =
      to_hex(std::string_view(reinterpret_cast<const char*>(Uuid::random().bytes.data()), 16));
  const std::string time = utc_text(now());
  json::Writer json;
  json.object().member("event_id", id).member("sent_at", time).end().line();
  json.object().member("type", "event").end().line();
  json.object()
      .member("event_id", id)
      .member("timestamp", time)
      .member("level", "error")
      .member("platform", "native")
      .member("logger", "lectern")
      .member("release", "lectern@" LECTERN_VERSION)
      .member("environment", environment_);
  json.key("message").object().member("formatted", line).end();
  json.end().line();
  return json.take();
}

void Sentry::run() {
  MutexLock lock(mutex_);
  auto give_up = std::chrono::steady_clock::time_point::max();
  for (;;) {
    wake_.wait(mutex_, [&]() REQUIRES(mutex_) { return stopping_ || !waiting_.empty(); });
    if (stopping_ && give_up == std::chrono::steady_clock::time_point::max())
      give_up = std::chrono::steady_clock::now() + send_timeout;
    if (waiting_.empty() || std::chrono::steady_clock::now() >= give_up) return;
    const std::string line = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    const std::string body = envelope(line);
    net::HttpRequest request;
    request.method = "POST";
    request.url = address_.url;
    request.headers = {{"Content-Type", "application/x-sentry-envelope"},
                       {"X-Sentry-Auth", fmt::format("Sentry sentry_version=7, sentry_client="
                                                     "lectern/{}, sentry_key={}",
                                                     LECTERN_VERSION, address_.key)}};
    request.body = body;
    request.timeout = send_timeout;
    // Whether it was taken is of no interest: saying so would be one more line of the log.
    static_cast<void>(client_.send(request, give_up));
    lock.lock();
  }
}

}  // namespace lectern::cli
