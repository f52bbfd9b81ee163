#include "store/mongo/open.h"
#include "store/mongo/verify.h"
#include "store/stubs/stub.h"

namespace lectern::store::mongo {
namespace {

tl::unexpected<Error> refuse() { return stub::refuse("MongoDB", "LECTERN_WITH_MONGO"); }

}  // namespace

Result<Stores> open_mongo(const StoreSettings&) { return refuse(); }

Result<void> check_target(const StoreSettings&, const std::string&) { return refuse(); }

Result<VerifyReport> verify(const StoreSettings&, const std::string&, const OnProgress&) {
  return refuse();
}

}  // namespace lectern::store::mongo
