// Times the MongoDB store against a bare writer of the same documents to the same server.
//
//   mongo_bench HOST:PORT [STATEMENTS] [WRITERS] [BATCH]
//
// Prints statements a second: bare inserts into a collection with the same indexes, and append().
// The databases lectern_bench_bare and lectern_bench_append are emptied first and left behind.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

#include "base/json/json.h"
#include "base/log.h"
#include "store/mongo/client/client.h"
#include "store/mongo/open.h"
#include "store/mongo/schema/layout.h"
#include "xapi/stamp.h"
#include "xapi/terms.h"

namespace {

using namespace lectern;
using namespace lectern::store;

struct Load {
  std::string server;
  std::size_t statements = 5'000, writers = 16, batch = 25;
  std::string uri() const { return "mongodb://" + server + "/?directConnection=true"; }
};

template <typename T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s: %s\n", result.error().message.c_str(), result.error().detail.c_str());
  std::exit(1);
}

/// A video statement of about 1.3 KB.
Row row_of(std::size_t n) {
  const auto id = Uuid::random().text();
  const auto learner = std::to_string(n * 7919 % 2'000), video = std::to_string(n * 104729 % 200);
  std::string text =
      R"({"id":")" + id + R"(","actor":{"objectType":"Agent","account":{"name":"l)" + learner +
      R"(","homePage":"http://lms.example.org"}},"verb":{"id":")" +
      R"(https://w3id.org/xapi/video/verbs/played","display":{"en-US":"played"}},)" +
      R"("object":{"id":"http://lms.example.org/video/)" + video +
      R"(","definition":{"type":"https://w3id.org/xapi/video/activity-type/video"}},)";
  text += R"("context":{"contextActivities":{"parent":[{"id":"http://lms.example.org/course/)" +
          std::to_string(n % 20) + R"("}]},"extensions":{"https://lms.example.org/browser":")" +
          std::string(600, 'm') + R"("}},"timestamp":"2026-11-24T10:00:00Z","stored":")";
  Row row;
  row.stored_at = {text.size()};
  row.json = text + std::string(stored_text_size, '0') + R"("})";
  row.id = *Uuid::parse(id);
  const auto parsed = json::parse(row.json);
  row.terms = xapi::terms_of((*parsed)->root());
  row.fingerprint = xapi::fingerprint_of((*parsed)->root());
  row.timestamp = parse_time("2026-11-24T10:00:00Z");
  return row;
}

/// Calls `write` with each batch from the writers, and returns statements a second.
double time_batches(const Load& load, const std::function<void(std::span<Row>)>& write) {
  std::vector<Row> rows;
  for (std::size_t n = 0; n < load.statements; ++n) rows.push_back(row_of(n));
  std::atomic<std::size_t> next{0};
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < load.writers; ++i) {
    threads.emplace_back([&] {
      for (;;) {
        const auto first = next.fetch_add(load.batch);
        if (first >= rows.size()) return;
        write(std::span(rows).subspan(first, std::min(load.batch, rows.size() - first)));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return static_cast<double>(load.statements) / took.count();
}

/// An empty database with our indexes, opened.
Stores fresh(const Load& load, const std::string& database) {
  const auto pool = must(mongo::Pool::open({load.uri(), 1, 30'000}));
  auto client = must(pool->lease(Deadline::max()));
  mongo::Bson drop;
  drop.small("dropDatabase", 1);
  must(client.write(database, std::move(drop)));
  StoreSettings settings;
  settings.values = {{"CONNECTION_URI", load.uri()}, {"DEFAULT_DATABASE", database}};
  auto stores = must(mongo::open_mongo(settings));
  std::vector<Row> first{row_of(0)};
  must(stores.statements->append({}, first, OnConflict::skip));
  return stores;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: mongo_bench HOST:PORT [STATEMENTS] [WRITERS] [BATCH]\n");
    return 2;
  }
  Load load{argv[1]};
  if (argc > 2) load.statements = std::strtoul(argv[2], nullptr, 10);
  if (argc > 3) load.writers = std::strtoul(argv[3], nullptr, 10);
  if (argc > 4) load.batch = std::strtoul(argv[4], nullptr, 10);
  log::configure(log::Level::error, log::Format::text);
  for (int round = 0; round < 3; ++round) {
    const auto indexed = fresh(load, "lectern_bench_bare");
    const auto pool = must(mongo::Pool::open({load.uri(), load.writers, 30'000}));
    const auto bare = time_batches(load, [&](std::span<Row> rows) {
      std::vector<mongo::Bson> documents;
      for (Row& row : rows) {
        row.stored = now();
        documents.push_back(must(mongo::document_of(row)));
      }
      must(must(pool->lease(Deadline::max())).insert("lectern_bench_bare", "marsha", documents));
    });
    const auto stores = fresh(load, "lectern_bench_append");
    const auto append = time_batches(load, [&](std::span<Row> rows) {
      must(stores.statements->append({}, rows, OnConflict::refuse_batch));
    });
    std::printf("bare %.0f/s, append %.0f/s (%.0f %%)\n", bare, append, 100 * append / bare);
  }
}
