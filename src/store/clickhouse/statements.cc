#include "store/clickhouse/statements.h"

#include "base/log.h"
#include "store/common/watermark/clock_check.h"

namespace lectern::store::clickhouse {
namespace {

/// For a heartbeat, and at the start: a server that takes longer is not there yet.
constexpr std::chrono::milliseconds tables_max{5'000};

}  // namespace

ClickHouseStatements::ClickHouseStatements(ClickHouseSettings options)
    : options_(std::move(options)), server_(options_.server), texts_(options_.texts_bytes_max) {}

Result<TargetTables*> ClickHouseStatements::target_of(const std::string& target) {
  const MutexLock lock(mutex_);
  if (const auto at = targets_.find(target); at != targets_.end()) return at->second.get();
  TRY(auto names, table_names_of(options_.database, target.empty() ? options_.table : target));
  auto& table = targets_[target];
  table = std::make_unique<TargetTables>(server_, std::move(names), texts_, options_);
  return table.get();
}

Result<std::vector<AppendOutcome>> ClickHouseStatements::append(const Context& context,
                                                                std::span<Row> rows,
                                                                OnConflict on_conflict) {
  TRY(TargetTables* const table, target_of(context.target));
  return table->append(rows, on_conflict, context.deadline);
}

Result<std::vector<StoredStatement>> ClickHouseStatements::find(const Context& context,
                                                                std::span<const Uuid> ids) {
  TRY(TargetTables* const table, target_of(context.target));
  return table->find(ids, context.deadline);
}

Result<Page> ClickHouseStatements::query(const Context& context, const Filter& filter,
                                         const PageRequest& page) {
  TRY(TargetTables* const table, target_of(context.target));
  return table->query(filter, page, context.deadline);
}

Result<Time> ClickHouseStatements::consistent_through(const Context& context) {
  TRY(TargetTables* const table, target_of(context.target));
  return table->consistent_through(context.deadline);
}

/// `stored` follows the server's clock whatever the difference, but tokens and certificates do not,
/// and no process should serve beside others in another time.
Result<void> ClickHouseStatements::check_clock() {
  return check_clock_at_start([this](Deadline deadline) { return server_.now(deadline); });
}

Result<void> ClickHouseStatements::check_replication() {
  TRY(const auto names, table_names_of(options_.database, options_.table));
  return refuse_replicated(server_, names, options_.events,
                           std::chrono::steady_clock::now() + tables_max);
}

Health ClickHouseStatements::health() {
  const auto health = server_.health();
  if (health != Health::ok) return health;
  const auto table = target_of("");
  if (!table) return Health::error;
  const auto ready = (*table)->check(std::chrono::steady_clock::now() + tables_max);
  if (!ready) log::warning("{}: {}", ready.error().message, ready.error().detail);
  return ready ? Health::ok : Health::error;
}

}  // namespace lectern::store::clickhouse
