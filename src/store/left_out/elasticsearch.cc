#include "store/elasticsearch/open.h"
#include "store/elasticsearch/verify.h"
#include "store/left_out/left_out.h"

namespace lectern::store::elasticsearch {
namespace {

Error error() {
  return left_out::error("Elasticsearch and OpenSearch", "LECTERN_WITH_ELASTICSEARCH");
}

}  // namespace

Result<Stores> open(const StoreSettings&) { return fail(error()); }

Result<void> check_target(const StoreSettings&, const std::string&) { return fail(error()); }

Result<VerifyReport> verify(const StoreSettings&, const std::string&, const OnProgress&) {
  return fail(error());
}

}  // namespace lectern::store::elasticsearch
