#include "lrs/statistics/fact_cache.h"

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/json/json.h"
#include "base/metrics.h"
#include "lrs/record.h"
#include "lrs/statistics/statistics.h"
#include "store/memory/blobs.h"
#include "store/memory/documents.h"
#include "store/memory/statements.h"
#include "store/testing/temporary_folder.h"

namespace lectern::lrs {
namespace {

const std::string statement =
    R"({"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"http://a.org/v"},"object":{"id":"http://a.org/x"}})";

/// Knows how often each target was read from its beginning.
class Statements final : public store::StatementStore {
 public:
  std::map<std::string, int> begun;
  std::size_t rows_read = 0;
  std::atomic<bool> closed = false;  // while it is, who reads waits

  Result<store::Page> query(const store::Context& context, const store::Filter& filter,
                            const store::PageRequest& page) override {
    closed.wait(true);
    if (!page.after) ++begun[context.target];
    auto told = kept_.query(context, filter, page);
    if (told) rows_read += told->rows.size();
    return told;
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
  std::unique_ptr<FactCache> facts;
  Lrs lrs{{statements, documents, blobs}, {}, Counters(registry)};

  explicit Asked(std::uint64_t bytes_max, const std::string& folder = {}) {
    start(bytes_max, folder);
  }
  /// As another process would.
  void start(std::uint64_t bytes_max, const std::string& folder) {
    facts.reset();
    facts = std::make_unique<FactCache>(bytes_max, folder);
    lrs.facts = facts.get();
    statements.rows_read = 0;
  }

  static auth::Principal user_of(const std::string& target) {
    auth::Principal principal;
    principal.agent_json = R"({"mbox":"mailto:lrs@example.org"})";
    principal.agent_ifi = "mbox:mailto:lrs@example.org";
    principal.scopes.add(auth::Scope::all);
    principal.target = target;
    return principal;
  }
  void store_one(const std::string& target, const std::string& text = statement) {
    const auto document = json::parse(text);
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
  void counts_one(const std::string& target) { counts(target, 1); }
  void counts(const std::string& target, double count) {
    const auto told = ask(target);
    REQUIRE(told);
    CHECK(told->totals.values.at(0) == count);
  }
};

constexpr std::size_t at_once = 1'000;

/// So many statements, whose ids are the numbers from there on.
std::string statements_of(std::size_t first, std::size_t count) {
  std::string out = "[";
  for (std::size_t i = first; i < first + count; ++i)
    out += fmt::format(R"({{"id":"00000000-0000-4000-8000-{:012}",{},)", i, statement.substr(1));
  out.back() = ']';
  return out;
}

std::string voiding(std::size_t number) {
  return fmt::format(
      R"({{"actor":{{"mbox":"mailto:a@example.org"}},"verb":{{"id":"http://adlnet.gov/expapi/verbs/voided"}},)"
      R"("object":{{"objectType":"StatementRef","id":"00000000-0000-4000-8000-{:012}"}}}})",
      number);
}

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

TEST_CASE("a process that begins anew reads only what no file has, and tells the same") {
  const store::TemporaryFolder folder;
  constexpr std::uint64_t bytes_max = 1'000'000'000;
  Asked asked(bytes_max, folder.path());
  std::size_t stored = 0;
  for (; stored < FactBlock::rows_max + 20'000; stored += at_once)
    asked.store_one("a", statements_of(stored, at_once));
  asked.store_one("a", voiding(7));
  asked.counts("a", static_cast<double>(stored));  // one more, and one less
  CHECK(asked.statements.rows_read == stored);

  asked.start(bytes_max, folder.path());
  asked.counts("a", static_cast<double>(stored));
  CHECK(asked.statements.rows_read <= FactCache::rows_unwritten_max);

  asked.store_one("a", voiding(8));
  asked.store_one("a", voiding(stored - 1));
  asked.start(bytes_max, folder.path());
  asked.counts("a", static_cast<double>(stored));
  CHECK(asked.statements.rows_read <= FactCache::rows_unwritten_max);

  // One more has no files while another has the folder.
  FactCache second(bytes_max, folder.path());
  asked.lrs.facts = &second;
  asked.statements.rows_read = 0;
  asked.counts("a", static_cast<double>(stored));
  CHECK(asked.statements.rows_read > FactBlock::rows_max);
}

TEST_CASE("files are read no further than memory holds what is kept beside their columns") {
  const store::TemporaryFolder folder;
  Asked asked(1'000'000'000, folder.path());
  for (std::size_t i = 0; i < 10; ++i) asked.store_one("a", statements_of(i * at_once, at_once));
  asked.counts("a", 10 * at_once);
  asked.store_one("a", statements_of(10 * at_once, at_once));  // in no file
  asked.start(100, folder.path());
  asked.counts("a", 11 * at_once);
  CHECK(asked.statements.rows_read == 11 * at_once);  // by the walk alone
}

TEST_CASE("files of statements that the store has no more are not used") {
  const store::TemporaryFolder folder;
  constexpr std::uint64_t bytes_max = 1'000'000'000;
  {
    Asked asked(bytes_max, folder.path());
    for (std::size_t i = 0; i < 10; ++i) asked.store_one("a", statements_of(i * at_once, at_once));
    asked.counts("a", 10 * at_once);
  }
  Asked asked(bytes_max, folder.path());
  for (std::size_t i = 0; i < 9; ++i) asked.store_one("a", statements_of(i * at_once, at_once));
  asked.counts("a", 9 * at_once);
}

}  // namespace lectern::lrs
