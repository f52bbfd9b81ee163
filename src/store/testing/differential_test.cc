#include "store/testing/differential.h"

#include <random>

#include <doctest/doctest.h>

#include "store/open.h"
#include "store/testing/contract/walk.h"

namespace lectern::store::contract {
namespace {

/// What a walk met: ids, and whether each row says that it refers.
using Met = std::vector<std::pair<Uuid, bool>>;

class Comparison {
 public:
  Comparison(const Backend& backend, const Differential& how)
      : backend_(backend), how_(how), random_(how.seed), tested_(backend.open()) {
    StoreSettings settings;
    settings.backend = "memory";
    memory_ = std::move(open_stores(settings).value().statements);
  }

  void run() {
    for (int batch = 0; batch < how_.batches; ++batch) {
      append();
      settle(backend_, *tested_.statements, tested_.target);
      find_some();
      for (int i = 0; i < how_.queries_of_a_batch; ++i) query();
    }
  }

 private:
  int up_to(int most) { return std::uniform_int_distribution<>(0, most)(random_); }
  bool once_in(int times) { return up_to(times - 1) == 0; }
  std::string name(const std::string& kind, int most) { return kind + std::to_string(up_to(most)); }

  Uuid random_id() {
    Uuid id;
    for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(up_to(255));
    return id;
  }

  /// The id of something that was appended, is awaited, or was never heard of.
  Uuid some_id() {
    if (once_in(3)) {
      awaited_.push_back(random_id());
      return awaited_.back();
    }
    if (samples_.empty()) return random_id();
    return samples_[static_cast<std::size_t>(up_to(static_cast<int>(samples_.size()) - 1))].id;
  }

  Sample random_sample() {
    if (!samples_.empty() && once_in(8)) {  // again, or something else under the same id
      auto sample =
          samples_[static_cast<std::size_t>(up_to(static_cast<int>(samples_.size()) - 1))];
      if (once_in(2)) sample.note = "changed";
      return sample;
    }
    Sample sample{.id = random_id(), .agent = name("agent", 4), .verb = name("verb", 3)};
    if (!awaited_.empty() && once_in(2)) {
      sample.id = awaited_.back();
      awaited_.pop_back();
    }
    sample.activity = name("activity", 5);
    sample.authority = name("lms", 1);
    if (once_in(4)) sample.refers_to = some_id();
    sample.voids = sample.refers_to && once_in(3);
    samples_.push_back(sample);
    return sample;
  }

  std::vector<Row> random_batch() {
    std::vector<Row> rows;
    for (int count = up_to(how_.rows_max - 1) + 1; count > 0; --count) {
      auto row = row_of(random_sample());
      const auto same = [&](const Row& other) { return other.id == row.id; };
      if (std::none_of(rows.begin(), rows.end(), same)) rows.push_back(std::move(row));
    }
    return rows;
  }

  void append() {
    auto rows = random_batch(), same_rows = rows;
    const auto on_conflict = once_in(2) ? OnConflict::skip : OnConflict::refuse_batch;
    const auto outcomes = tested_.statements->append({tested_.target}, rows, on_conflict);
    const auto expected = memory_->append({}, same_rows, on_conflict);
    REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().message, outcomes.error().detail);
    REQUIRE(*outcomes == *expected);
    for (std::size_t i = 0; i < rows.size(); ++i)
      if ((*outcomes)[i] == AppendOutcome::stored)
        stored_.push_back({rows[i].id, rows[i].stored, same_rows[i].stored, rows[i].json});
  }

  void find_some() {
    std::vector<Uuid> ids;
    for (const auto& stored : stored_)
      if (once_in(4)) ids.push_back(stored.id);
    for (const auto& stored : stored_) {
      if (std::find(ids.begin(), ids.end(), stored.id) == ids.end()) continue;
      const auto there = found(*tested_.statements, tested_.target, stored.id);
      const auto expected = found(*memory_, "", stored.id);
      REQUIRE(there.voided == expected.voided);
      REQUIRE(there.fingerprint == expected.fingerprint);
      REQUIRE(there.position.stored == stored.in_tested);
      REQUIRE(there.json == stored.json);
    }
  }

  Met walk(StatementStore& store, const std::string& target, const Filter& filter,
           std::size_t rows_max, bool ascending) {
    Met met;
    PageRequest request{std::nullopt, rows_max, ascending};
    for (;;) {
      const auto page = store.query({target}, filter, request);
      REQUIRE_MESSAGE(page.has_value(), page.error().message, page.error().detail);
      for (const auto& row : page->rows) met.emplace_back(row.position.id, row.refers);
      if (!page->more) return met;
      REQUIRE(!page->rows.empty());
      request.after = page->rows.back().position;
    }
  }

  xapi::Terms random_terms() {
    xapi::Terms terms;
    if (once_in(3)) terms.push_back(agent(name("agent", 4)));
    if (once_in(3)) terms.push_back(verb(name("verb", 3)));
    if (once_in(4)) terms.push_back(activity(name("activity", 5)));
    if (once_in(6)) terms.push_back(related_agent(name("lms", 1)));
    if (once_in(6)) terms.push_back(authority(name("lms", 1)));
    return terms;
  }

  void query() {
    Filter filter{random_terms(), {}, {}}, same_filter = filter;
    filter.voided_too = same_filter.voided_too = filter.all_of.empty() && once_in(4);
    const auto bound = [&](std::optional<Time>& tested, std::optional<Time>& same) {
      if (stored_.empty() || !once_in(3)) return;
      const auto& stored =
          stored_[static_cast<std::size_t>(up_to(static_cast<int>(stored_.size()) - 1))];
      tested = stored.in_tested;
      same = stored.in_memory;
    };
    bound(filter.since, same_filter.since);
    bound(filter.until, same_filter.until);
    const auto rows_max = static_cast<std::size_t>(once_in(3) ? 1000 : up_to(20) + 1);
    const bool ascending = once_in(2);
    std::string asked;
    for (const auto& term : filter.all_of) asked += term.text() + " ";
    INFO("terms: ", asked, ", rows_max ", rows_max, ", ascending ", ascending, ", bounds ",
         filter.since.has_value(), " ", filter.until.has_value());
    REQUIRE(walk(*tested_.statements, tested_.target, filter, rows_max, ascending) ==
            walk(*memory_, "", same_filter, rows_max, ascending));
  }

  struct Stored {
    Uuid id;
    Time in_tested, in_memory;
    std::string json;
  };

  const Backend& backend_;
  const Differential how_;
  std::mt19937 random_;
  Subject tested_;
  std::unique_ptr<StatementStore> memory_;
  std::vector<Sample> samples_;
  std::vector<Uuid> awaited_;
  std::vector<Stored> stored_;
};

}  // namespace

void check_against_memory(const Backend& backend, const Differential& how) {
  INFO("seed ", how.seed);
  Comparison(backend, how).run();
}

}  // namespace lectern::store::contract
