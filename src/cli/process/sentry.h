#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/concurrency/mutex.h"
#include "base/result.h"
#include "net/http_client.h"

namespace lectern::cli {

/// Reports what the log says at level error to a Sentry server, in its envelope format, from a
/// thread of its own. At most a hundred reports wait; more are dropped, as are those that the
/// server does not take: reporting never stands in the way of serving.
class Sentry {
 public:
  /// `dsn` is `https://PUBLIC_KEY@HOST[/PATH]/PROJECT`. Errors: invalid.
  static Result<std::unique_ptr<Sentry>> start(std::string_view dsn, std::string environment);
  /// Sends what waits, for two seconds at most.
  ~Sentry();

 private:
  struct Address {
    std::string url;
    std::string key;
  };
  Sentry(Address address, std::string environment);
  static Result<Address> parse(std::string_view dsn);
  void run();
  std::string envelope(std::string_view line) const;

  const Address address_;
  const std::string environment_;
  net::HttpClient client_;
  Mutex mutex_;
  Condition wake_;
  std::deque<std::string> waiting_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace lectern::cli
