#include "store/left_out/left_out.h"
#include "store/mongo/open.h"
#include "store/mongo/verify.h"

namespace lectern::store::mongo {
namespace {

Error error() { return left_out::error("MongoDB", "LECTERN_WITH_MONGO"); }

}  // namespace

Result<Stores> open_mongo(const StoreSettings&) { return fail(error()); }

Result<void> check_target(const StoreSettings&, const std::string&) { return fail(error()); }

Result<VerifyReport> verify(const StoreSettings&, const std::string&, const OnProgress&) {
  return fail(error());
}

}  // namespace lectern::store::mongo
