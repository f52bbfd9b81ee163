#include "base/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "base/assert.h"

namespace lectern::metrics {
namespace {

constexpr std::array latency_bounds_seconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                            0.25,  0.5,    1.0,   2.5,  5.0,   10.0};

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && quotes)
      out += "\\\"";
    else
      out.push_back(c);
  }
}

/// `a="1",b="2"`: how labels stand between their braces.
std::string label_text(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out.push_back(',');
    out += name;
    out += "=\"";
    append_escaped(out, value, true);
    out.push_back('"');
  }
  return out;
}

std::string number_text(double value) {
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

void append_sample(std::string& out, std::string_view name, std::string_view labels,
                   std::string_view value) {
  out += name;
  if (!labels.empty()) fmt::format_to(std::back_inserter(out), "{{{}}}", labels);
  out.push_back(' ');
  out += value;
  out.push_back('\n');
}

void append_histogram(std::string& out, std::string_view name, const std::string& labels,
                      const Histogram& histogram) {
  const std::string comma = labels.empty() ? "" : ",";
  const auto counts = histogram.counts();
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    sum += counts[i];
    const auto bound = i < histogram.bounds().size() ? histogram.bounds()[i] : HUGE_VAL;
    append_sample(out, fmt::format("{}_bucket", name),
                  fmt::format("{}{}le=\"{}\"", labels, comma, number_text(bound)),
                  fmt::format("{}", sum));
  }
  append_sample(out, fmt::format("{}_sum", name), labels, number_text(histogram.sum()));
  append_sample(out, fmt::format("{}_count", name), labels, fmt::format("{}", sum));
}

}  // namespace

void Gauge::add(double amount) {
  auto before = value_.load(std::memory_order_relaxed);
  while (!value_.compare_exchange_weak(before, before + amount, std::memory_order_relaxed)) {
  }
}

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds.begin(), bounds.end()), counts_(bounds.size() + 1) {}

void Histogram::observe(double value) {
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  counts_[static_cast<std::size_t>(bound - bounds_.begin())].fetch_add(1,
                                                                       std::memory_order_relaxed);
  sum_.add(value);
}

std::vector<std::uint64_t> Histogram::counts() const {
  std::vector<std::uint64_t> out;
  out.reserve(counts_.size());
  for (const auto& count : counts_) out.push_back(count.load(std::memory_order_relaxed));
  return out;
}

std::span<const double> latency_bounds() { return latency_bounds_seconds; }

/// One line of a family, or for a histogram its block.
struct Registry::Series {
  std::unique_ptr<Counter> counter;
  std::unique_ptr<Gauge> gauge;
  std::unique_ptr<Histogram> histogram;
  std::function<double()> read;
};

struct Registry::Family {
  std::string type;
  std::string help;
  std::map<std::string, Series> series;  // by label_text(); a map: its elements never move
};

Registry::Registry() = default;
Registry::~Registry() = default;

Registry::Series& Registry::series(std::string_view type, std::string_view name,
                                   std::string_view help, const Labels& labels) {
  auto found = families_.find(name);
  if (found == families_.end()) {
    auto family = std::make_unique<Family>();
    family->type = type;
    family->help = help;
    found = families_.emplace(name, std::move(family)).first;
  }
  LECTERN_ASSERT(found->second->type == type);
  return found->second->series[label_text(labels)];
}

Counter& Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
  const MutexLock lock(mutex_);
  auto& one = series("counter", name, help, labels);
  if (!one.counter) one.counter = std::make_unique<Counter>();
  return *one.counter;
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  const MutexLock lock(mutex_);
  auto& one = series("gauge", name, help, labels);
  if (!one.gauge) one.gauge = std::make_unique<Gauge>();
  return *one.gauge;
}

Histogram& Registry::histogram(std::string_view name, std::string_view help, const Labels& labels,
                               std::span<const double> bounds) {
  const MutexLock lock(mutex_);
  auto& one = series("histogram", name, help, labels);
  if (!one.histogram) one.histogram = std::make_unique<Histogram>(bounds);
  return *one.histogram;
}

void Registry::gauge_read(std::string_view name, std::string_view help,
                          std::function<double()> read, const Labels& labels) {
  const MutexLock lock(mutex_);
  series("gauge", name, help, labels).read = std::move(read);
}

void Registry::counter_read(std::string_view name, std::string_view help,
                            std::function<double()> read, const Labels& labels) {
  const MutexLock lock(mutex_);
  series("counter", name, help, labels).read = std::move(read);
}

std::string Registry::text() const {
  const MutexLock lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    out += "# HELP " + name + " ";
    append_escaped(out, family->help, false);
    out += "\n# TYPE " + name + " " + family->type + "\n";
    for (const auto& [labels, one] : family->series) {
      if (one.read)
        append_sample(out, name, labels, number_text(one.read()));
      else if (one.counter)
        append_sample(out, name, labels, fmt::format("{}", one.counter->value()));
      else if (one.gauge)
        append_sample(out, name, labels, number_text(one.gauge->value()));
      else
        append_histogram(out, name, labels, *one.histogram);
    }
  }
  return out;
}

}  // namespace lectern::metrics
