#include "store/clickhouse/migration/verify.h"
#include "store/clickhouse/open.h"
#include "store/left_out/left_out.h"

namespace lectern::store::clickhouse {
namespace {

Error error() { return left_out::error("ClickHouse", "LECTERN_WITH_CLICKHOUSE"); }

}  // namespace

Result<Stores> open_clickhouse(const StoreSettings&) { return fail(error()); }

Result<void> check_target(const StoreSettings&, const std::string&) { return fail(error()); }

Result<VerifyReport> verify(const StoreSettings&, const std::string&, const OnProgress&) {
  return fail(error());
}

}  // namespace lectern::store::clickhouse
