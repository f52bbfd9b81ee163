#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/concurrency/mutex.h"

/// What the program counts about itself, and its text for Prometheus. Bumping is an atomic
/// operation; only making a metric and reading all of them lock.
namespace lectern::metrics {

/// A number that only rises. Thread-safe.
class Counter {
 public:
  void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// A number that goes up and down. Thread-safe.
class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  /// Adds to it, atomically; a negative amount takes away.
  void add(double amount);
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// How many observations fell under each bound. Thread-safe.
class Histogram {
 public:
  /// `bounds` rise strictly and are upper ones, inclusive.
  explicit Histogram(std::span<const double> bounds);
  void observe(double value);

  const std::vector<double>& bounds() const { return bounds_; }
  /// Observations per bound, not summed up; the last is for what is beyond all of them.
  std::vector<std::uint64_t> counts() const;
  double sum() const { return sum_.value(); }

 private:
  const std::vector<double> bounds_;
  std::deque<std::atomic<std::uint64_t>> counts_;
  Gauge sum_;
};

/// Bounds for latencies, in seconds: 1 ms to 10 s.
std::span<const double> latency_bounds();

using Labels = std::vector<std::pair<std::string, std::string>>;

/// All metrics of a process. Thread-safe. What it returns lives as long as it does; asking again
/// with the same name and labels returns the same one. Names follow Prometheus' rules:
/// `lectern_..._total` for counters, base units (seconds, bytes).
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// The series of that name with these labels, made when it is first asked for; it lives as long
  /// as the registry. A name is of one kind for ever. Thread-safe, as all below.
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  /// Likewise, for a value that goes up and down.
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  /// Likewise, for amounts that are counted by size; `bounds` rise and are those of the first call.
  Histogram& histogram(std::string_view name, std::string_view help, const Labels& labels = {},
                       std::span<const double> bounds = latency_bounds());

  /// A gauge or a counter that is read when text() is called, from any thread; what `read` uses
  /// outlives the last call of text().
  void gauge_read(std::string_view name, std::string_view help, std::function<double()> read,
                  const Labels& labels = {});
  void counter_read(std::string_view name, std::string_view help, std::function<double()> read,
                    const Labels& labels = {});

  /// Everything in Prometheus' text format 0.0.4, families by name.
  std::string text() const;
  /// The Content-Type of text().
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Family;
  struct Series;
  Series& series(std::string_view type, std::string_view name, std::string_view help,
                 const Labels& labels) REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, std::unique_ptr<Family>, std::less<>> families_ GUARDED_BY(mutex_);
};

}  // namespace lectern::metrics
