#include "pipeline/data/databases/mongo.h"

namespace lectern::pipeline::mongo {
namespace {

tl::unexpected<Error> refuse() {
  return fail(
      Code::invalid,
      "This lectern was built without MongoDB (LECTERN_WITH_MONGO=OFF): take one that has it, or "
      "another backend");
}

}  // namespace

Result<std::unique_ptr<Source>> open_source(const OpenContext&) { return refuse(); }

Result<std::unique_ptr<Sink>> open_sink(const OpenContext&) { return refuse(); }

Result<std::unique_ptr<Listing>> open_listing(const OpenContext&) { return refuse(); }

}  // namespace lectern::pipeline::mongo
