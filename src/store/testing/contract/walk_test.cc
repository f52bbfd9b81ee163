#include "store/testing/contract/walk.h"

#include <algorithm>
#include <thread>

#include <doctest/doctest.h>

#include "store/testing/contract/bounds.h"

namespace lectern::store::contract {

std::vector<Row> append_new(StatementStore& store, const std::string& target,
                            const std::vector<Sample>& samples) {
  std::vector<Row> rows;
  for (const auto& sample : samples) rows.push_back(row_of(sample));
  const auto outcomes = store.append({target}, rows, OnConflict::refuse_batch);
  REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().message, outcomes.error().detail);
  REQUIRE(*outcomes == std::vector<AppendOutcome>(rows.size(), AppendOutcome::stored));
  return rows;
}

std::vector<Row> append_new(Subject& subject, const std::vector<Sample>& samples) {
  return append_new(*subject.statements, subject.target, samples);
}

Row append_new(Subject& subject, const Sample& sample) {
  return append_new(subject, std::vector{sample}).front();
}

namespace {

Time settled_within(StatementStore& store, const std::string& target,
                    std::chrono::milliseconds limit) {
  const auto asked = now();
  const auto give_up = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto through = store.consistent_through({target});
    if (through && *through >= asked) return *through;
    REQUIRE_MESSAGE(std::chrono::steady_clock::now() < give_up,
                    "what was stored is not listed in time");
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

}  // namespace

void settle(const Backend& backend, StatementStore& store, const std::string& target) {
  settled_within(store, target, backend.visible_within);
}

Time settled(StatementStore& store, const std::string& target) {
  return settled_within(store, target, std::chrono::seconds(20));
}

std::set<Uuid> listed(StatementStore& store, const std::string& target, Time until) {
  std::set<Uuid> ids;
  PageRequest request{std::nullopt, 100, true};
  for (;;) {
    const auto page = store.query({target}, {{}, {}, until}, request);
    REQUIRE_MESSAGE(page.has_value(), page.error().message, page.error().detail);
    for (const auto& row : page->rows) CHECK(ids.insert(row.position.id).second);
    if (!page->more) return ids;
    request.after = page->rows.back().position;
  }
}

std::vector<Uuid> page_of(StatementStore& store, const std::string& target, const Filter& filter) {
  const auto page = store.query({target}, filter, {std::nullopt, 10'000});
  REQUIRE_MESSAGE(page.has_value(), page.error().message, page.error().detail);
  std::vector<Uuid> ids;
  for (const auto& row : page->rows) ids.push_back(row.position.id);
  return ids;
}

MigrationProgress migrate(Migration& migration, const std::string& target, bool dry_run) {
  const auto progress =
      migration.run({target}, dry_run, [](const MigrationProgress&) { return true; });
  REQUIRE_MESSAGE(progress.has_value(), progress.error().message, progress.error().detail);
  return *progress;
}

void check_stopped_migration(Migration& migration) {
  const auto stopped = migration.run(
      {}, false, [](const MigrationProgress& progress) { return progress.done == 0; });
  REQUIRE(stopped.has_value());
  CHECK(stopped->done == 500);
  CHECK(migration.count({}).value() == 600);
  CHECK(migrate(migration, "").done == 600);
  CHECK(migration.count({}).value() == 0);
}

std::vector<Uuid> walk(const Backend& backend, Subject& subject, const Filter& filter,
                       std::size_t rows_max, bool ascending) {
  settle(backend, *subject.statements, subject.target);
  std::vector<Uuid> ids;
  PageRequest request{std::nullopt, rows_max, ascending};
  for (;;) {
    const auto page = subject.statements->query({subject.target}, filter, request);
    REQUIRE_MESSAGE(page.has_value(), page.error().message, page.error().detail);
    REQUIRE(page->rows.size() <= rows_max);
    for (const StoredStatement& row : page->rows) ids.push_back(row.position.id);
    if (!page->more) return ids;
    REQUIRE(!page->rows.empty());
    request.after = page->rows.back().position;
  }
}

std::vector<Uuid> ids_of(const std::vector<Row>& rows) {
  std::vector<Uuid> ids;
  for (const Row& row : rows) ids.push_back(row.id);
  return ids;
}

std::vector<Uuid> reversed(std::vector<Uuid> ids) {
  std::reverse(ids.begin(), ids.end());
  return ids;
}

StoredStatement found(StatementStore& store, const std::string& target, const Uuid& id) {
  auto all = store.find({target}, std::vector{id});
  REQUIRE_MESSAGE(all.has_value(), all.error().message, all.error().detail);
  REQUIRE(all->size() == 1);
  CHECK(all->front().position.id == id);
  return all->front();
}

void check_statements(const Backend& backend) {
  check_appending(backend);
  check_conflicts(backend);
  check_texts(backend);
  check_listing(backend);
  check_walking(backend);
  check_long_texts(backend);
  check_restarting(backend);
  check_references(backend);
  check_reference_bounds(backend);
  check_voiding(backend);
}

}  // namespace lectern::store::contract
