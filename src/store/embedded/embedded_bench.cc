// Loads the embedded store from several writers, then asks it what an LRS is asked.
//
//   embedded_bench [STATEMENTS] [WRITERS] [BATCH] [FOLDER]
//
// Prints the rate of each tenth, the size of files and process, and the time of queries.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

#include "store/open.h"
#include "store/testing/temporary_folder.h"

namespace {

using namespace lectern;
using Clock = std::chrono::steady_clock;

/// 32 bits at a time.
struct Random {
  explicit Random(std::uint64_t seed) : engine(seed) {}
  unsigned operator()() { return static_cast<unsigned>(engine()); }
  std::mt19937 engine;
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string agent_of(unsigned n) {
  return "mbox:mailto:learner" + std::to_string(n) + "@example.org";
}
std::string verb_of(unsigned n) {
  return "https://w3id.org/xapi/video/verbs/verb" + std::to_string(n);
}
std::string activity_of(unsigned n) {
  return "https://lms.example.org/xblock/video" + std::to_string(n);
}

/// A statement of about 1.5 KB that compresses as real ones do, with 12 terms.
store::Row row_of(Random& random) {
  const unsigned agent = random() % 10'000, verb = random() % 8, activity = random() % 2'000;
  store::Row row;
  for (auto& byte : row.id.bytes) byte = static_cast<std::uint8_t>(random());
  Uuid registration;
  for (auto& byte : registration.bytes) byte = static_cast<std::uint8_t>(agent >> 3);
  row.json =
      R"({"id":")" + row.id.text() + R"(","actor":{"objectType":"Agent","mbox":"mailto:learner)";
  row.json += std::to_string(agent) + R"(@example.org"},"verb":{"id":")" + verb_of(verb);
  row.json += R"(","display":{"en-US":"did"}},"object":{"objectType":"Activity","id":")";
  row.json +=
      activity_of(activity) +
      R"(","definition":{"type":"https://w3id.org/xapi/video/activity-type/video","name":{"en-US":"Lecture"}}},"result":{"extensions":{)";
  for (int i = 0; i < 6; ++i) {
    row.json += R"("https://w3id.org/xapi/video/extensions/time)" + std::to_string(i) + R"(":)";
    row.json += std::to_string(random()) + "." + std::to_string(random()) + ",";
  }
  row.json +=
      R"("https://w3id.org/xapi/video/extensions/length":1000}},"context":{"registration":")";
  row.json += registration.text() + R"(","extensions":{"https://lms.example.org/session":")";
  for (int i = 0; i < 4; ++i) row.json += std::to_string(random());
  row.json += R"(","https://lms.example.org/browser":")" + std::string(380, 'm') +
              R"("}},"authority":{"mbox":"mailto:lms@example.org"},"version":"1.0.0","stored":")";
  row.stored_at = {row.json.size()};
  row.json += std::string(stored_text_size, '0') + R"("})";
  row.terms = {
      xapi::agent_term(agent_of(agent), false),
      xapi::agent_term(agent_of(agent), true),
      xapi::agent_term("mbox:mailto:lms@example.org", true),
      xapi::agent_term(agent_of(agent / 100), true),
      xapi::activity_term(activity_of(activity), false),
      xapi::activity_term(activity_of(activity), true),
      xapi::activity_term("https://lms.example.org/course/" + std::to_string(activity / 50), true),
      xapi::activity_term("https://lms.example.org/org/" + std::to_string(activity / 500), true),
      xapi::verb_term(verb_of(verb)),
      xapi::registration_term(registration),
      xapi::authority_term("mbox:mailto:lms@example.org"),
      xapi::activity_term("https://w3id.org/xapi/video", true)};
  std::sort(row.terms.begin(), row.terms.end());
  std::copy_n(row.id.bytes.begin(), 16, row.fingerprint.hash.begin());
  return row;
}

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::uintmax_t folder_bytes(const std::string& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) bytes += entry.file_size();
  return bytes;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void load(store::StatementStore& statements, std::size_t count, unsigned writers,
          std::size_t batch) {
  std::atomic<std::size_t> stored = 0;
  std::vector<std::thread> threads;
  for (unsigned w = 0; w < writers; ++w) {
    threads.emplace_back([&, w] {
      Random random(w * 7919 + static_cast<unsigned>(Clock::now().time_since_epoch().count()));
      while (stored < count) {
        std::vector<store::Row> rows;
        for (std::size_t i = 0; i < batch; ++i) rows.push_back(row_of(random));
        const auto outcomes = statements.append({}, rows, store::OnConflict::refuse_batch);
        if (!outcomes) std::abort();
        stored += rows.size();
      }
    });
  }
  const auto start = Clock::now();
  auto last = start;
  for (std::size_t tenth = 1; tenth <= 10; ++tenth) {
    while (stored < count * tenth / 10) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::printf("tenth %2zu: %7.0f statements/s, %4zu MB resident\n", tenth,
                static_cast<double>(count) / 10 / seconds_since(last), resident_bytes() >> 20);
    std::fflush(stdout);
    last = Clock::now();
  }
  for (auto& thread : threads) thread.join();
  std::printf("all: %.0f statements/s, %.1f us CPU each\n",
              static_cast<double>(stored) / seconds_since(start),
              cpu_seconds() * 1e6 / static_cast<double>(stored));
}

void time_it(const char* what, int times, const std::function<void(Random&)>& call) {
  Random random(42);
  std::vector<double> took;
  for (int i = 0; i < times; ++i) {
    const auto start = Clock::now();
    call(random);
    took.push_back(seconds_since(start) * 1e6);
  }
  std::sort(took.begin(), took.end());
  std::printf("%-36s p50 %7.0f us, p99 %7.0f us\n", what, took[took.size() / 2],
              took[took.size() * 99 / 100]);
}

void ask(store::StatementStore& statements) {
  const auto page = [&](xapi::Terms terms, bool ascending = false) {
    const auto found = statements.query({}, {std::move(terms), {}, {}}, {{}, 100, ascending});
    if (!found) std::abort();
    return found->rows;
  };
  std::vector<Uuid> ids;
  for (const auto& row : page({})) ids.push_back(row.position.id);
  for (const auto& row : page({}, true)) ids.push_back(row.position.id);
  time_it("by id", 5000, [&](auto& random) {
    if (!statements.find({}, std::vector{ids[random() % ids.size()]})) std::abort();
  });
  time_it("newest 100", 500, [&](auto&) { page({}); });
  time_it("newest 100 of an agent", 1000,
          [&](auto& random) { page({xapi::agent_term(agent_of(random() % 10'000), false)}); });
  time_it("oldest 100 of an agent", 1000, [&](auto& random) {
    page({xapi::agent_term(agent_of(random() % 10'000), false)}, true);
  });
  time_it("newest 100 of a verb", 500,
          [&](auto& random) { page({xapi::verb_term(verb_of(random() % 8))}); });
  time_it("newest 100 of an activity", 500,
          [&](auto& random) { page({xapi::activity_term(activity_of(random() % 2'000), false)}); });
  time_it("newest 100 of agent and verb", 1000, [&](auto& random) {
    page({xapi::agent_term(agent_of(random() % 10'000), false),
          xapi::verb_term(verb_of(random() % 8))});
  });
  time_it("newest 100 of verb, course, authority", 300, [&](auto& random) {
    page({xapi::verb_term(verb_of(random() % 8)),
          xapi::activity_term("https://lms.example.org/course/" + std::to_string(random() % 40),
                              true),
          xapi::authority_term("mbox:mailto:lms@example.org")});
  });
}

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int at, unsigned long otherwise) {
    return argc > at ? std::strtoul(argv[at], nullptr, 10) : otherwise;
  };
  const store::TemporaryFolder temporary;
  store::StoreSettings settings;
  settings.app_dir = argc > 4 ? argv[4] : temporary.path();
  auto stores = store::open_stores(settings);
  if (!stores) {
    std::fprintf(stderr, "%s\n", stores.error().message.c_str());
    return 1;
  }
  std::printf("open: %zu MB resident\n", resident_bytes() >> 20);
  load(*stores->statements, number(1, 200'000), static_cast<unsigned>(number(2, 16)),
       number(3, 25));
  std::printf("files: %ju MB\n", folder_bytes(settings.app_dir) >> 20);
  ask(*stores->statements);
  std::printf("after queries: %zu MB resident\n", resident_bytes() >> 20);
  auto start = Clock::now();
  stores->statements.reset();
  stores->documents.reset();
  stores->blobs.reset();
  std::printf("closed in %.3f s, files: %ju MB\n", seconds_since(start),
              folder_bytes(settings.app_dir) >> 20);
  start = Clock::now();
  stores = store::open_stores(settings);
  std::printf("opened in %.3f s\n", seconds_since(start));
  ask(*stores->statements);
  std::printf("after queries: %zu MB resident\n", resident_bytes() >> 20);
  return 0;
}
