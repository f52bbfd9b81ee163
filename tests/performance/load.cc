// Loads and queries an LRS on this machine over HTTP and times it. One line of JSON on stdout.
//
//   lectern_load load  PORT [--statements N] [--first N] [--batch N] [COMMON]   POST statements
//   lectern_load query PORT KIND [--statements N] [--seconds S] [COMMON]        GET them
//   lectern_load bare  PORT BYTES                   answers each request with so many bytes
//   lectern_load sync  FOLDER BYTES [--seconds S]   appends so many bytes and syncs, over and over
//
// COMMON: --connections N, --seed N, --learners N, --activities N, and --rate R: requests arrive at
// random (Poisson) R times a second on average whether or not earlier ones are answered, and each
// is timed from when it was due. Without it every connection sends its next request when it has the
// answer to the last: then a slow answer also keeps requests away that would have met it.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "connection.h"
#include "statements.h"

namespace lectern::performance {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::map<std::string, double> values = {{"statements", 100'000},
                                          {"first", 0},
                                          {"batch", 25},
                                          {"connections", 16},
                                          {"rate", 0},
                                          {"seconds", 5},
                                          {"seed", 1},
                                          {"learners", 20'000},
                                          {"activities", 2'000}};

  std::uint64_t count(const char* name) const {
    return static_cast<std::uint64_t>(values.at(name));
  }
  Dealer dealer() const { return {count("seed"), count("learners"), count("activities")}; }
};

[[noreturn]] void usage() {
  std::fprintf(stderr, "usage: lectern_load load|query|bare|sync ..., see its source\n");
  std::exit(2);
}

Options read_options(int argc, char** argv, int from) {
  Options options;
  for (int i = from; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 == argc || !name.starts_with("--") || !options.values.contains(name.substr(2)))
      usage();
    options.values[name.substr(2)] = std::strtod(argv[i + 1], nullptr);
  }
  return options;
}

/// What was measured of many requests.
struct Timings {
  std::vector<double> ms;  // sorted at last
  std::uint64_t errors = 0, bytes = 0;
  double seconds = 0;
};

/// When request number n is due, for requests that arrive at random.
std::vector<Clock::duration> arrivals(double rate, std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::exponential_distribution<double> pause(rate);
  std::vector<Clock::duration> all;
  double at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    at += pause(random);
    all.push_back(std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(at)));
  }
  return all;
}

/// Sends the requests, one connection a thread, until they or the seconds are over.
Timings run(std::uint16_t port, const Options& options, std::size_t requests, double seconds,
            const std::function<std::string(std::size_t)>& request) {
  const double rate = options.values.at("rate");
  const auto due =
      rate > 0 ? arrivals(rate, requests, options.count("seed")) : std::vector<Clock::duration>();
  std::atomic<std::size_t> next = 0;
  std::vector<Timings> parts(options.count("connections"));
  std::vector<std::thread> threads;
  const auto begin = Clock::now();
  const auto end =
      begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  for (auto& part : parts) {
    threads.emplace_back([&] {
      Connection connection(port);
      for (std::size_t i = next++; i < requests; i = next++) {
        const auto text = request(i);
        auto from = Clock::now();
        if (rate > 0) {
          from = begin + due[i];
          std::this_thread::sleep_until(from);
        }
        if (from > end) return;
        const auto answer = connection.exchange(text);
        part.ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - from).count());
        part.bytes += answer.body.size();
        if (answer.status != 200 && part.errors++ == 0)
          std::fprintf(stderr, "%d %.300s\n", answer.status, std::string(answer.body).c_str());
      }
    });
  }
  Timings all;
  for (auto& thread : threads) thread.join();
  all.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  for (const auto& part : parts) {
    all.ms.insert(all.ms.end(), part.ms.begin(), part.ms.end());
    all.errors += part.errors;
    all.bytes += part.bytes;
  }
  std::sort(all.ms.begin(), all.ms.end());
  return all;
}

void report(const Timings& timings, double units_of_a_request) {
  if (timings.ms.empty()) {
    std::fprintf(stderr, "no request was answered\n");
    std::exit(1);
  }
  std::string quantiles;
  for (const double q : {0.0, .1, .25, .5, .75, .9, .95, .99, .999, 1.0}) {
    const auto at = static_cast<std::size_t>(q * static_cast<double>(timings.ms.size() - 1));
    quantiles += fmt::format("{}\"{}\":{:.4f}", quantiles.empty() ? "" : ",", q, timings.ms[at]);
  }
  // Of a histogram with ten columns to each power of ten, the lower ends and how many are in each.
  std::map<int, std::size_t> columns;
  for (const double ms : timings.ms)
    ++columns[static_cast<int>(std::floor(std::log10(std::max(ms, 1e-3)) * 10))];
  std::string histogram;
  for (const auto& [column, count] : columns)
    histogram += fmt::format("{}[{:.5g},{}]", histogram.empty() ? "" : ",",
                             std::pow(10, column / 10.0), count);
  const auto requests = static_cast<double>(timings.ms.size());
  fmt::print(
      "{{\"requests\":{},\"errors\":{},\"seconds\":{:.3f},\"rate\":{:.2f},\"answer_bytes\":{:.0f},"
      "\"ms\":{{{}}},\"histogram_ms\":[{}]}}\n",
      timings.ms.size(), timings.errors, timings.seconds,
      requests * units_of_a_request / timings.seconds,
      static_cast<double>(timings.bytes) / requests, quantiles, histogram);
}

void load(std::uint16_t port, const Options& options) {
  const auto dealer = options.dealer();
  const auto count = options.count("statements"), first = options.count("first");
  const auto batch = options.count("batch");
  if (batch == 0) usage();
  const auto requests = (count + batch - 1) / batch;
  // Made before the clock starts, in pieces that fit in memory.
  constexpr std::uint64_t requests_of_a_piece = 8'192;
  Timings all;
  for (std::uint64_t done = 0; done < requests; done += requests_of_a_piece) {
    std::vector<std::string> texts;
    for (auto i = done; i < std::min(requests, done + requests_of_a_piece); ++i) {
      const auto from = first + i * batch;
      const auto here = std::min(batch, first + count - from);
      texts.push_back(request_text("POST", {}, dealer.batch(from, here)));
    }
    auto part = run(port, options, texts.size(), 1e6, [&](std::size_t i) { return texts[i]; });
    all.ms.insert(all.ms.end(), part.ms.begin(), part.ms.end());
    all.errors += part.errors;
    all.bytes += part.bytes;
    all.seconds += part.seconds;
  }
  std::sort(all.ms.begin(), all.ms.end());
  report(all, static_cast<double>(count) / static_cast<double>(requests));
}

std::string query_of(const std::string& kind, const Dealer& dealer, std::uint64_t number) {
  const auto with = [](const char* name, const std::string& value) {
    return fmt::format("{}={}", name, url_encoded(value));
  };
  const auto agent = with("agent", dealer.agent(number));
  const auto verb = with("verb", dealer.verb(number));
  const auto activity = with("activity", dealer.activity(number));
  const std::map<std::string, std::string> filters = {
      {"newest", ""},
      {"oldest", "ascending=true"},
      {"agent", agent},
      {"verb", verb},
      {"activity", activity},
      {"agent+verb", agent + "&" + verb},
      {"verb+activity", verb + "&" + activity},
      {"agent+activity", agent + "&" + activity},
      {"registration", with("registration", dealer.registration(number))},
      {"course", with("activity", dealer.course(number)) + "&related_activities=true"}};
  if (kind == "id") return with("statementId", dealer.id(number));
  const auto filter = filters.find(kind);
  if (filter == filters.end()) usage();
  return filter->second.empty() ? "limit=100" : "limit=100&" + filter->second;
}

void query(std::uint16_t port, const std::string& kind, const Options& options) {
  constexpr std::uint64_t purpose = 99;
  constexpr std::size_t different = 4'000;
  const auto dealer = options.dealer();
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < different; ++i) {
    const auto number = dealer.draw(purpose, i, options.count("statements"));
    texts.push_back(request_text("GET", query_of(kind, dealer, number), {}));
  }
  const double seconds = options.values.at("seconds"), rate = options.values.at("rate");
  const auto requests =
      rate > 0 ? static_cast<std::size_t>(rate * seconds) + 1 : std::size_t{1} << 40;
  report(run(port, options, requests, seconds, [&](std::size_t i) { return texts[i % different]; }),
         1);
}

void sync(const std::string& folder, std::size_t bytes, const Options& options) {
  const auto path = folder + "/sync-test";
  const int file = open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) {
    std::perror(path.c_str());
    std::exit(1);
  }
  const std::string data(bytes, 'x');
  Timings timings;
  const auto begin = Clock::now();
  while (timings.seconds < options.values.at("seconds")) {
    const auto from = Clock::now();
    if (write(file, data.data(), bytes) != static_cast<ssize_t>(bytes) || fdatasync(file) != 0) {
      std::perror(path.c_str());
      std::exit(1);
    }
    timings.ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - from).count());
    timings.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  close(file);
  unlink(path.c_str());
  std::sort(timings.ms.begin(), timings.ms.end());
  report(timings, 1);
}

}  // namespace
}  // namespace lectern::performance

int main(int argc, char** argv) {
  using namespace lectern::performance;
  if (argc < 3) usage();
  const std::string what = argv[1];
  const auto port = static_cast<std::uint16_t>(std::strtoul(argv[2], nullptr, 10));
  if (what == "load") {
    load(port, read_options(argc, argv, 3));
  } else if (what == "query" && argc > 3) {
    query(port, argv[3], read_options(argc, argv, 4));
  } else if (what == "bare" && argc > 3) {
    serve_same_answer(port, std::strtoul(argv[3], nullptr, 10));
  } else if (what == "sync" && argc > 3) {
    sync(argv[2], std::strtoul(argv[3], nullptr, 10), read_options(argc, argv, 4));
  } else {
    usage();
  }
}
