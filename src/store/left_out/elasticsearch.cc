#include "store/elasticsearch/open.h"
#include "store/elasticsearch/verify.h"
#include "store/left_out/left_out.h"

namespace lectern::store::elasticsearch {
namespace {

tl::unexpected<Error> refuse() {
  return left_out::refuse("Elasticsearch and OpenSearch", "LECTERN_WITH_ELASTICSEARCH");
}

}  // namespace

Result<Stores> open(const StoreSettings&) { return refuse(); }

Result<void> check_target(const StoreSettings&, const std::string&) { return refuse(); }

Result<VerifyReport> verify(const StoreSettings&, const std::string&, const OnProgress&) {
  return refuse();
}

}  // namespace lectern::store::elasticsearch
