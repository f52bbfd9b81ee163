#include "store/elasticsearch/open.h"
#include "store/elasticsearch/verify.h"
#include "store/stubs/stub.h"

namespace lectern::store::elasticsearch {
namespace {

tl::unexpected<Error> refuse() {
  return stub::refuse("Elasticsearch and OpenSearch", "LECTERN_WITH_ELASTICSEARCH");
}

}  // namespace

Result<Stores> open(const StoreSettings&) { return refuse(); }

Result<void> check_target(const StoreSettings&, const std::string&) { return refuse(); }

Result<VerifyReport> verify(const StoreSettings&, const std::string&, const OnProgress&) {
  return refuse();
}

}  // namespace lectern::store::elasticsearch
