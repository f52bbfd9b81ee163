#include "store/clickhouse/open.h"
#include "store/clickhouse/verify.h"
#include "store/stubs/stub.h"

namespace lectern::store::clickhouse {
namespace {

tl::unexpected<Error> refuse() { return stub::refuse("ClickHouse", "LECTERN_WITH_CLICKHOUSE"); }

}  // namespace

Result<Stores> open_clickhouse(const StoreSettings&) { return refuse(); }

Result<void> check_target(const StoreSettings&, const std::string&) { return refuse(); }

Result<VerifyReport> verify(const StoreSettings&, const std::string&, const MissingContents&,
                            const OnProgress&) {
  return refuse();
}

}  // namespace lectern::store::clickhouse
