#pragma once

#include <set>
#include <vector>

#include "base/page_bytes.h"
#include "store/testing/contract/contract.h"
#include "store/testing/sample.h"

namespace lectern::store::contract {

/// Appends rows of which all are expected to be new; gives them back with their `stored`.
std::vector<Row> append_new(StatementStore& store, const std::string& target,
                            const std::vector<Sample>& samples);
std::vector<Row> append_new(Subject& subject, const std::vector<Sample>& samples);
Row append_new(Subject& subject, const Sample& sample);

/// Waits until query() shows everything that was stored before the call; fails the test when it
/// takes longer than the backend may.
void settle(const Backend& backend, StatementStore& store, const std::string& target);

/// Waits until all that was stored before the call is consistent; gives that instant.
Time settled(StatementStore& store, const std::string& target);
/// Another bound on the bytes of a page, for as long as this lives.
class PageBytes {
 public:
  explicit PageBytes(std::size_t bytes_max) { set_page_bytes_max(bytes_max); }
  ~PageBytes() { set_page_bytes_max(before_); }
  PageBytes(const PageBytes&) = delete;
  PageBytes& operator=(const PageBytes&) = delete;

 private:
  const std::size_t before_ = page_bytes_max();
};

/// All ids up to the instant, each once.
std::set<Uuid> listed(StatementStore& store, const std::string& target, Time until);

/// The ids of the newest 10,000 that match, as a query sees them now.
std::vector<Uuid> page_of(StatementStore& store, const std::string& target,
                          const Filter& filter = {});
/// Completes what another program wrote to the target; with `dry_run` only counts it.
MigrationProgress migrate(Migration& migration, const std::string& target, bool dry_run = false);
/// Stops the migration of 1,100 rows of another program after its first step of 500, and runs it
/// again: it goes on where it was.
void check_stopped_migration(Migration& migration);

/// All ids that match, page by page, after settle(): newest first, or oldest first.
std::vector<Uuid> walk(const Backend& backend, Subject& subject, const Filter& filter,
                       std::size_t rows_max = 100, bool ascending = false);

/// The ids of rows, in their order.
std::vector<Uuid> ids_of(const std::vector<Row>& rows);
/// The same, from the last to the first.
std::vector<Uuid> reversed(std::vector<Uuid> ids);

/// The statement under an id, which must be there.
StoredStatement found(StatementStore& store, const std::string& target, const Uuid& id);

// The parts of check_statements(), each a few properties.
/// The contract of StatementStore by its parts, one function each.
void check_appending(const Backend& backend);
void check_conflicts(const Backend& backend);
void check_texts(const Backend& backend);
void check_listing(const Backend& backend);
void check_walking(const Backend& backend);
void check_long_texts(const Backend& backend);
void check_restarting(const Backend& backend);
void check_references(const Backend& backend);
void check_voiding(const Backend& backend);

}  // namespace lectern::store::contract
