#include "store/clickhouse/migration/verify.h"
#include "store/clickhouse/open.h"
#include "store/left_out/left_out.h"

namespace lectern::store::clickhouse {
namespace {

tl::unexpected<Error> refuse() { return left_out::refuse("ClickHouse", "LECTERN_WITH_CLICKHOUSE"); }

}  // namespace

Result<Stores> open_clickhouse(const StoreSettings&) { return refuse(); }

Result<void> check_target(const StoreSettings&, const std::string&) { return refuse(); }

Result<VerifyReport> verify(const StoreSettings&, const std::string&, const OnProgress&) {
  return refuse();
}

}  // namespace lectern::store::clickhouse
