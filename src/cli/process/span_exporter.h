#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/concurrency/mutex.h"
#include "base/metrics.h"
#include "base/result.h"
#include "cli/settings/settings.h"
#include "net/http_client.h"

namespace lectern::cli {

/// Sends spans to an OpenTelemetry collector: OTLP/HTTP in its JSON encoding, a batch a request,
/// from a thread of its own. At most OTEL_BSP_MAX_QUEUE_SIZE spans wait. More, and those that the
/// collector does not take, are dropped: counted in /metrics and told in the log, at most once a
/// minute. Tracing never stands in the way of serving.
class SpanExporter {
 public:
  /// Null where the settings name no collector. Errors: invalid, naming the setting. `registry`
  /// outlives it.
  static Result<std::unique_ptr<SpanExporter>> start(const Settings& settings,
                                                     metrics::Registry& registry);
  /// Sends what waits, for two seconds; a call that is under way has OTEL_EXPORTER_OTLP_TIMEOUT.
  ~SpanExporter();

  /// Takes a span, as its JSON text. Waits for nobody. Thread-safe.
  void take(std::string span);

 private:
  using Clock = std::chrono::steady_clock;
  struct Options {
    std::string url;
    net::HttpHeaders headers;
    std::string resource;  ///< as JSON: all spans are of it
    std::chrono::milliseconds timeout{};
    std::chrono::milliseconds delay{};  ///< between batches that are not full
    std::size_t queue_max = 0;
    std::size_t batch_max = 0;
    std::string ca_file;
  };
  SpanExporter(Options options, metrics::Registry& registry);
  static Result<Options> read(const Settings& settings);

  void run();
  /// Sends one batch. How many of it were dropped, and why.
  std::pair<std::size_t, std::string> send(const std::vector<std::string>& spans,
                                           Clock::time_point give_up);
  void tell_dropped(bool at_end);

  const Options options_;
  net::HttpClient client_;
  metrics::Counter& exported_;
  metrics::Counter& dropped_;
  // Of the thread alone.
  std::uint64_t told_ = 0;
  std::string reason_;
  Clock::time_point next_tell_{};

  Mutex mutex_;
  Condition wake_;
  std::deque<std::string> waiting_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  Clock::time_point give_up_ GUARDED_BY(mutex_) = Clock::time_point::max();
  std::thread thread_;
};

}  // namespace lectern::cli
