#include "lrs/statistics/fact_cache.h"

#include <atomic>
#include <chrono>
#include <map>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/json/json.h"
#include "base/metrics.h"
#include "lrs/record.h"
#include "lrs/statistics/statistics.h"
#include "store/memory/blobs.h"
#include "store/memory/documents.h"
#include "store/memory/statements.h"

namespace lectern::lrs {
namespace {

const std::string statement =
    R"({"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"http://a.org/v"},"object":{"id":"http://a.org/x"}})";

/// Knows how often each target was read from its beginning.
class Statements final : public store::StatementStore {
 public:
  std::map<std::string, int> begun;
  std::atomic<bool> closed = false;  // while it is, who reads waits

  Result<store::Page> query(const store::Context& context, const store::Filter& filter,
                            const store::PageRequest& page) override {
    closed.wait(true);
    if (!page.after) ++begun[context.target];
    return kept_.query(context, filter, page);
  }
  Result<Time> consistent_through(const store::Context& context) override {
    return kept_.consistent_through(context);
  }
  Result<std::vector<store::AppendOutcome>> append(const store::Context& context,
                                                   std::span<store::Row> rows,
                                                   store::OnConflict on_conflict) override {
    return kept_.append(context, rows, on_conflict);
  }
  Result<std::vector<store::StoredStatement>> find(const store::Context& context,
                                                   std::span<const Uuid> ids) override {
    return kept_.find(context, ids);
  }
  store::Health health() override { return store::Health::ok; }

 private:
  store::memory::MemoryStatements kept_;
};

/// What the facts of one statement take.
std::uint64_t bytes_of_one() {
  const auto document = json::parse(statement);
  REQUIRE(document);
  FactColumns columns;
  columns.add({}, (*document)->root());
  return columns.bytes();
}

struct Asked {
  Statements statements;
  store::memory::MemoryDocuments documents;
  store::memory::MemoryBlobs blobs;
  metrics::Registry registry;
  FactCache facts;
  Lrs lrs{{statements, documents, blobs}, {}, Counters(registry)};

  explicit Asked(std::uint64_t bytes_max) : facts(bytes_max) { lrs.facts = &facts; }

  static auth::Principal user_of(const std::string& target) {
    auth::Principal principal;
    principal.agent_json = R"({"mbox":"mailto:lrs@example.org"})";
    principal.agent_ifi = "mbox:mailto:lrs@example.org";
    principal.scopes.add(auth::Scope::all);
    principal.target = target;
    return principal;
  }
  void store_one(const std::string& target) {
    const auto document = json::parse(statement);
    REQUIRE(document);
    const Submission submission{.body = (*document)->root(),
                                .version = xapi::Version::v1_0_3,
                                .statement_id = {},
                                .contents = {},
                                .partial = false};
    REQUIRE(record(lrs, user_of(target), submission));
  }
  Result<Statistics> ask(const std::string& target) {
    Question question;
    question.measures = {Measure{}};
    return statistics(lrs, user_of(target), question, {},
                      [](std::uint64_t) -> Result<void> { return {}; });
  }
  void counts_one(const std::string& target) {
    const auto told = ask(target);
    REQUIRE(told);
    CHECK(told->totals.values.at(0) == 1);
  }
};

}  // namespace

TEST_CASE("where there is no room the target goes that nobody has asked about for longest") {
  Asked asked(bytes_of_one() * 5 / 2);
  for (const auto* target : {"a", "b", "c"}) asked.store_one(target);
  asked.statements.begun.clear();
  for (const auto* target : {"a", "b", "a", "c", "a"}) asked.counts_one(target);
  CHECK(asked.statements.begun == std::map<std::string, int>{{"a", 1}, {"b", 1}, {"c", 1}});
  asked.counts_one("b");
  asked.counts_one("a");
  CHECK(asked.statements.begun == std::map<std::string, int>{{"a", 1}, {"b", 2}, {"c", 1}});
}

TEST_CASE("a target that needs more than there is goes without, and the answer is the same") {
  Asked asked(bytes_of_one() / 2);
  asked.store_one("a");
  asked.counts_one("a");
  asked.counts_one("a");
}

TEST_CASE("while a target is first read two may wait, and others are sent away at once") {
  Asked asked(bytes_of_one() * 2);
  asked.store_one("a");
  asked.statements.closed = true;
  std::atomic<int> answered = 0, sent_away = 0;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 1 + FactCache::waiting_max + 3; ++i)
    threads.emplace_back([&] {
      const auto told = asked.ask("a");
      if (told)
        ++answered;
      else if (told.error().code == Code::unavailable)
        ++sent_away;
    });
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (sent_away < 3 && std::chrono::steady_clock::now() < give_up)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  CHECK(sent_away.load() == 3);
  CHECK(answered.load() == 0);
  asked.statements.closed = false;
  asked.statements.closed.notify_all();
  for (auto& thread : threads) thread.join();
  CHECK(sent_away.load() == 3);
  CHECK(answered.load() == 1 + static_cast<int>(FactCache::waiting_max));
}

}  // namespace lectern::lrs
