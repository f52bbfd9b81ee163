#include "store/clickhouse/open.h"

#include "net/http_client.h"
#include "net/silence_watch.h"
#include "store/clickhouse/migration/migration.h"
#include "store/clickhouse/statements.h"

namespace lectern::store::clickhouse {
namespace {

/// Notices when ClickHouse answers again after a cut of the line.
struct Watch {
  explicit Watch(const ServerOptions& server)
      : silence("ClickHouse", net::calls_to(server.url),
                [this, url = server.url + "/ping"](std::chrono::milliseconds within) {
                  const auto answer = probes.send({"GET", url, {}, {}, within});
                  return answer && answer->status == 200;
                }) {}

  net::HttpClient probes;
  net::SilenceWatch silence;
};

/// The store with its watch.
class Watched final : public StatementStore {
 public:
  explicit Watched(const ClickHouseSettings& options) : watch_(options.server), all_(options) {}

  ClickHouseStatements& all() { return all_; }

  Result<std::vector<AppendOutcome>> append(const Context& context, std::span<Row> rows,
                                            OnConflict on_conflict) override {
    return all_.append(context, rows, on_conflict);
  }
  Result<std::vector<StoredStatement>> find(const Context& context,
                                            std::span<const Uuid> ids) override {
    return all_.find(context, ids);
  }
  Result<Page> query(const Context& context, const Filter& filter,
                     const PageRequest& page) override {
    return all_.query(context, filter, page);
  }
  Result<Time> consistent_through(const Context& context) override {
    return all_.consistent_through(context);
  }
  Health health() override { return all_.health(); }

 private:
  Watch watch_;
  ClickHouseStatements all_;
};

}  // namespace

Result<void> check_target(const StoreSettings& settings, const std::string& target) {
  TRY(const auto options, read_settings(settings));
  RETURN_IF_ERROR(table_names_of(options.database, target));
  return {};
}

Result<Stores> open_clickhouse(const StoreSettings& settings) {
  TRY(auto options, read_settings(settings));
  Stores stores;
  stores.location = "clickhouse, " + net::without_credentials(options.server.url) + ", table " +
                    options.database + "." + options.table;
  auto statements = std::make_unique<Watched>(options);
  RETURN_IF_ERROR(statements->all().check_clock());
  RETURN_IF_ERROR(statements->all().check_replication());
  stores.migration = std::make_unique<ClickHouseMigration>(statements->all());
  stores.statements = std::move(statements);
  return stores;
}

}  // namespace lectern::store::clickhouse
