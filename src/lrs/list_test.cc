#include "lrs/list.h"

#include <atomic>

#include <doctest/doctest.h>

#include "base/metrics.h"
#include "store/memory/blobs.h"
#include "store/memory/documents.h"
#include "store/memory/statements.h"

namespace lectern::lrs {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A process that learns late what another one has promised: after some more questions.
class Lagging final : public store::StatementStore {
 public:
  Time behind, reached;
  std::atomic<int> questions_left = 0;

  Result<Time> consistent_through(const store::Context&) override {
    return questions_left-- > 0 ? behind : reached;
  }
  Result<store::Page> query(const store::Context&, const store::Filter& filter,
                            const store::PageRequest&) override {
    until = filter.until;
    return store::Page{};
  }
  Result<std::vector<store::AppendOutcome>> append(const store::Context&, std::span<store::Row>,
                                                   store::OnConflict) override {
    return std::vector<store::AppendOutcome>{};
  }
  Result<std::vector<store::StoredStatement>> find(const store::Context&,
                                                   std::span<const Uuid>) override {
    return std::vector<store::StoredStatement>{};
  }
  store::Health health() override { return store::Health::ok; }

  std::optional<Time> until;  // of the last query
};

struct Asked {
  Lagging statements;
  store::memory::MemoryDocuments documents;
  store::memory::MemoryBlobs blobs;
  metrics::Registry registry;
  Lrs lrs{{statements, documents, blobs}, {}, Counters(registry)};

  Time list_until(Time until) {
    xapi::StatementQuery query;
    query.until = until;
    const auto listing = list(lrs, {}, query, {});
    REQUIRE(listing.has_value());
    return listing->consistent_through;
  }
};

}  // namespace

TEST_CASE("W5: a window up to what another process promised is not cut short") {
  Asked asked;
  asked.statements.reached = now();
  asked.statements.behind = asked.statements.reached - milliseconds{300};
  asked.statements.questions_left = 5;
  CHECK(asked.list_until(asked.statements.reached) == asked.statements.reached);
  CHECK(asked.statements.until == asked.statements.reached);
}

TEST_CASE(
    "W5: a window that nobody can have promised ends, without waiting, where the answer says") {
  Asked asked;
  asked.statements.behind = now();
  asked.statements.questions_left = 1'000'000;
  const auto begun = steady_clock::now();
  CHECK(asked.list_until(now() + std::chrono::hours{1}) == asked.statements.behind);
  CHECK(asked.statements.until == asked.statements.behind);
  CHECK(asked.statements.questions_left > 999'990);
  // One that the process cannot reach is waited for in vain, and not for long.
  CHECK(asked.list_until(asked.statements.behind + std::chrono::microseconds{1}) ==
        asked.statements.behind);
  CHECK(asked.statements.until == asked.statements.behind);
  CHECK(steady_clock::now() - begun < std::chrono::seconds{10});
}

}  // namespace lectern::lrs
