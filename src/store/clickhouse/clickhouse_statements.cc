#include "store/clickhouse/clickhouse_statements.h"

#include "base/log.h"
#include "net/http_client.h"
#include "store/clickhouse/completion.h"
#include "store/clock_check.h"

namespace lectern::store::clickhouse {
namespace {

/// For a heartbeat, and at the start: a server that takes longer is not there yet.
constexpr std::chrono::milliseconds tables_max{5'000};

}  // namespace

ClickHouseStatements::ClickHouseStatements(Options options)
    : options_(std::move(options)), server_(options_.server), texts_(options_.texts_bytes_max) {}

Result<Table*> ClickHouseStatements::table_of(const std::string& target) {
  const std::lock_guard lock(mutex_);
  if (const auto at = tables_.find(target); at != tables_.end()) return at->second.get();
  TRY(auto names, names_of(options_.database, target.empty() ? options_.table : target));
  auto& table = tables_[target];
  table = std::make_unique<Table>(server_, std::move(names), texts_, options_);
  return table.get();
}

Result<std::vector<Verdict>> ClickHouseStatements::append(const Context& context,
                                                          std::span<Row> rows,
                                                          OnConflict on_conflict) {
  TRY(Table* const table, table_of(context.target));
  return table->append(rows, on_conflict, context.deadline);
}

Result<std::vector<Found>> ClickHouseStatements::find(const Context& context,
                                                      std::span<const Uuid> ids) {
  TRY(Table* const table, table_of(context.target));
  return table->find(ids, context.deadline);
}

Result<Page> ClickHouseStatements::query(const Context& context, const Filter& filter,
                                         const PageRequest& page) {
  TRY(Table* const table, table_of(context.target));
  return table->query(filter, page, context.deadline);
}

Result<Time> ClickHouseStatements::consistent_through(const Context& context) {
  TRY(Table* const table, table_of(context.target));
  return table->consistent_through(context.deadline);
}

/// `stored` follows the server's clock whatever the difference, but tokens and certificates do not,
/// and no process should serve beside others in another time.
Result<void> ClickHouseStatements::check_clock() {
  return check_clock_at_start([this](Deadline deadline) { return server_.now(deadline); });
}

Result<void> ClickHouseStatements::check_replication() {
  TRY(const auto names, names_of(options_.database, options_.table));
  return refuse_replicated(server_, names, options_.events,
                           std::chrono::steady_clock::now() + tables_max);
}

Health ClickHouseStatements::health() {
  const auto health = server_.health();
  if (health != Health::ok) return health;
  const auto table = table_of("");
  if (!table) return Health::error;
  const auto ready = (*table)->check(std::chrono::steady_clock::now() + tables_max);
  if (!ready) log::warning("{}: {}", ready.error().message, ready.error().detail);
  return ready ? Health::ok : Health::error;
}

Result<Stores> open_clickhouse(const StoreSettings& settings) {
  TRY(auto options, options_of(settings));
  Stores stores;
  stores.location = "clickhouse, " + net::without_credentials(options.server.url) + ", table " +
                    options.database + "." + options.table;
  auto statements = std::make_unique<ClickHouseStatements>(std::move(options));
  RETURN_IF_ERROR(statements->check_clock());
  RETURN_IF_ERROR(statements->check_replication());
  stores.migration = std::make_unique<Completion>(*statements);
  stores.statements = std::move(statements);
  return stores;
}

}  // namespace lectern::store::clickhouse
