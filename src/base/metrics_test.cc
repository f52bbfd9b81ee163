#include "base/metrics.h"

#include <array>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace lectern::metrics {
namespace {

TEST_CASE("the same name and labels are the same metric, others are another one") {
  Registry registry;
  registry.counter("a_total", "A").add(2);
  registry.counter("a_total", "A").add();
  registry.counter("a_total", "A", {{"kind", "x"}}).add(10);
  CHECK(registry.counter("a_total", "A").value() == 3);
  CHECK(registry.counter("a_total", "A", {{"kind", "x"}}).value() == 10);
}

TEST_CASE("the text is Prometheus' format, with its escapes") {
  Registry registry;
  registry.counter("b_total", "Counts b,\nand \\", {{"path", "a\"b\\c\nd"}, {"code", "200"}}).add();
  registry.gauge("a_bytes", "A gauge").set(1.5);
  registry.gauge_read("c", "Read", [] { return 7.0; });
  registry.counter_read("d_total", "Read too", [] { return 1e15; });
  CHECK(registry.text() ==
        "# HELP a_bytes A gauge\n# TYPE a_bytes gauge\na_bytes 1.5\n"
        "# HELP b_total Counts b,\\nand \\\\\n# TYPE b_total counter\n"
        "b_total{path=\"a\\\"b\\\\c\\nd\",code=\"200\"} 1\n"
        "# HELP c Read\n# TYPE c gauge\nc 7\n"
        "# HELP d_total Read too\n# TYPE d_total counter\nd_total 1000000000000000\n");
}

TEST_CASE("a histogram counts up to each bound, the bound included") {
  Registry registry;
  const std::array bounds{1.0, 2.5};
  auto& histogram = registry.histogram("t_seconds", "T", {{"op", "x"}}, bounds);
  for (const double value : {0.5, 1.0, 1.5, 2.5, 100.0}) histogram.observe(value);
  CHECK(registry.text() ==
        "# HELP t_seconds T\n# TYPE t_seconds histogram\n"
        "t_seconds_bucket{op=\"x\",le=\"1\"} 2\nt_seconds_bucket{op=\"x\",le=\"2.5\"} 4\n"
        "t_seconds_bucket{op=\"x\",le=\"+Inf\"} 5\nt_seconds_sum{op=\"x\"} 105.5\n"
        "t_seconds_count{op=\"x\"} 5\n");
}

TEST_CASE("nothing that threads count at once is lost") {
  Registry registry;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        registry.counter("n_total", "N").add();
        registry.gauge("g", "G").add(1);
        registry.histogram("h_seconds", "H").observe(0.01);
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(registry.counter("n_total", "N").value() == 4000);
  CHECK(registry.gauge("g", "G").value() == 4000);
  CHECK(registry.histogram("h_seconds", "H").counts()[3] == 4000);
}

}  // namespace
}  // namespace lectern::metrics
