// clickhouse_bench HOST:PORT STATEMENTS.jsonl COUNT [TABLE]: what the store costs on a real server.
//
// Re-deals the statements of the file (fresh ids, 20,000 learners, 2,000 activities), stores COUNT
// of them by 16 writers in batches of 25, and reads pages back. ExternalTable it a bare writer puts
// the same texts into a table like Ralph's, also 16 by 25.

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <thread>

#include "base/json/json.h"
#include "store/clickhouse/statements.h"
#include "xapi/stamp.h"

namespace lectern::store::clickhouse {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t writers = 16;
constexpr std::size_t batch = 25;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

class Dealer {
 public:
  explicit Dealer(const char* path) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) lines_.push_back(line);
  }

  /// The n-th statement, as the LRS would pass it to a store.
  Row deal(std::size_t n) const {
    const auto document = json::parse(lines_[n % lines_.size()]).value();
    const auto root = document->root();
    std::string text(document->text());
    const auto set = [&](std::string_view part, const std::string& value) {
      const auto at = text.find(part);
      if (at != std::string::npos) text.replace(at, part.size(), value);
    };
    const Uuid id = Uuid::random();
    if (const auto member = root.find("id")) set(member->source(), "\"" + id.text() + "\"");
    if (const auto account = root.find("actor")->find("account"))
      set(account->find("name")->source(), "\"" + learner(n) + "\"");
    set(root.find("object")->find("id")->source(), "\"" + activity(n) + "\"");
    const auto changed = json::parse(text).value();
    xapi::Stamp stamp;
    stamp.id = id;
    stamp.authority_json = R"({"objectType":"Agent","mbox":"mailto:lms@example.org"})";
    auto stamped = xapi::stamp(changed->root(), stamp);
    const auto final = json::parse(stamped.json).value();
    Row row;
    row.id = id;
    row.terms = xapi::terms_of(final->root());
    row.fingerprint = xapi::fingerprint_of(final->root());
    row.json = std::move(stamped.json);
    row.stored_at = std::move(stamped.stored_at);
    if (const auto timestamp = root.find("timestamp"))
      row.timestamp = parse_time(timestamp->string());
    return row;
  }

  static std::string learner(std::size_t n) {
    return "learner-" + std::to_string(n * 7'919 % 20'000);
  }
  static std::string activity(std::size_t n) {
    return "http://example.org/activities/" + std::to_string(n * 7'907 % 2'000);
  }

 private:
  std::vector<std::string> lines_;
};

/// Runs `work` for every batch of `rows`, on all writers at once; returns rows a second.
template <typename Work>
double drive(std::vector<std::vector<Row>>& batches, const Work& work) {
  std::atomic<std::size_t> next{0}, failed{0};
  const auto begin = Clock::now();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < writers; ++i) {
    threads.emplace_back([&] {
      for (std::size_t at = next++; at < batches.size(); at = next++)
        if (!work(batches[at])) ++failed;
    });
  }
  for (auto& thread : threads) thread.join();
  if (failed > 0) std::printf("%zu batches failed\n", failed.load());
  return static_cast<double>(batches.size() * batch) / seconds_since(begin);
}

double write_bare(Server& server, const TableNames& names, std::vector<std::vector<Row>>& batches) {
  return drive(batches, [&](std::vector<Row>& rows) {
    RowWriter body;
    for (const Row& row : rows) {
      body.uuid(row.id);
      body.i64(micros_of(row.timestamp.value_or(now())));
      body.string(row.json);
    }
    return server
        .insert({.table = names.events,
                 .columns = events_columns,
                 .rows = rows.size(),
                 .body = body.bytes()},
                Clock::now() + std::chrono::seconds{30})
        .has_value();
  });
}

void time_pages(StatementStore& store, const Context& context, const char* name,
                const std::function<Filter(std::size_t)>& filter, std::size_t round_count = 100) {
  std::vector<double> times;
  std::size_t rows = 0;
  for (std::size_t round = 0; round < round_count; ++round) {
    const auto wanted = filter(round);
    const auto begin = Clock::now();
    const auto page = store.query(context, wanted, {});
    times.push_back(seconds_since(begin) * 1e3);
    if (!page) std::printf("%s: %s\n", name, page.error().detail.c_str());
    if (page) rows += page->rows.size();
  }
  std::sort(times.begin(), times.end());
  std::printf("%-28s p50 %6.1f ms  p95 %6.1f ms  %5.1f rows\n", name, times[times.size() / 2],
              times[times.size() * 95 / 100],
              static_cast<double>(rows) / static_cast<double>(round_count));
}

int run(const std::string& address, const char* path, std::size_t count, std::string table) {
  StoreSettings settings;
  const auto colon = address.rfind(':');
  settings.values = {{"HOST", address.substr(0, colon)},
                     {"PORT", address.substr(colon + 1)},
                     {"DATABASE", "lectern_bench"}};
  const auto options = read_settings(settings).value();
  ClickHouseStatements store(options);
  const Context context{std::move(table)};
  const Dealer dealer(path);

  std::vector<Uuid> ids;
  double rate = 0, bare = 0;
  for (std::size_t done = 0; done < count;) {
    std::vector<std::vector<Row>> batches;
    for (; done < count && batches.size() < 2'000; done += batch) {
      auto& rows = batches.emplace_back();
      for (std::size_t i = 0; i < batch; ++i) rows.push_back(dealer.deal(done + i));
      ids.push_back(rows.front().id);
    }
    if (done <= 50'000) {
      Server server(options.server);
      const auto names = table_names_of("lectern_bench", context.target + "_bare").value();
      if (!create_tables(server, names, {}, Deadline::max())) return 1;
      bare = write_bare(server, names, batches);
    }
    rate = drive(batches, [&](std::vector<Row>& rows) {
      return store.append(context, rows, OnConflict::refuse_batch).has_value();
    });
    std::printf("%zu stored, %.0f statements/s (bare writer: %.0f)\n", done, rate, bare);
  }

  const auto account = [](std::size_t n) {
    return "account:http://fun-mooc.fr " + Dealer::learner(n);
  };
  const auto verb = xapi::verb_term("https://w3id.org/xapi/video/verbs/played");
  time_pages(store, context, "newest", [](auto) { return Filter{}; });
  time_pages(store, context, "agent", [&](std::size_t n) {
    return Filter{{xapi::agent_term(account(n), false)}, {}, {}};
  });
  time_pages(store, context, "verb", [&](auto) { return Filter{{verb}, {}, {}}; });
  time_pages(store, context, "activity", [&](std::size_t n) {
    return Filter{{xapi::activity_term(Dealer::activity(n), false)}, {}, {}};
  });
  time_pages(store, context, "agent and verb", [&](std::size_t n) {
    return Filter{{xapi::agent_term(account(n), false), verb}, {}, {}};
  });
  time_pages(store, context, "activity and verb", [&](std::size_t n) {
    return Filter{{xapi::activity_term(Dealer::activity(n), false), verb}, {}, {}};
  });
  std::vector<double> times;
  for (std::size_t i = 0; i < 200 && i < ids.size(); ++i) {
    const auto begin = Clock::now();
    const auto& id = ids[i * 7'919 % ids.size()];
    const auto found = store.find(context, std::span(&id, 1));
    if (!found || found->size() != 1) std::printf("an id was not found\n");
    times.push_back(seconds_since(begin) * 1e3);
  }
  std::sort(times.begin(), times.end());
  if (!times.empty())
    std::printf("%-28s p50 %6.1f ms  p95 %6.1f ms\n", "statementId", times[times.size() / 2],
                times[times.size() * 95 / 100]);
  return 0;
}

}  // namespace
}  // namespace lectern::store::clickhouse

int main(int argc, char** argv) {
  if (argc < 4) {
    std::puts("usage: clickhouse_bench HOST:PORT STATEMENTS.jsonl COUNT [TABLE]");
    return 2;
  }
  return lectern::store::clickhouse::run(argv[1], argv[2], std::stoul(argv[3]),
                                         argc > 4 ? argv[4] : "bench");
}
