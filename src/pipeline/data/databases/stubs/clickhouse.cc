#include "pipeline/data/databases/clickhouse.h"

namespace lectern::pipeline::clickhouse {
namespace {

tl::unexpected<Error> refuse() {
  return fail(Code::invalid,
              "This lectern was built without ClickHouse (LECTERN_WITH_CLICKHOUSE=OFF): take one "
              "that has it, or "
              "another backend");
}

}  // namespace

Result<std::unique_ptr<Source>> open_source(const OpenContext&) { return refuse(); }

Result<std::unique_ptr<Sink>> open_sink(const OpenContext&) { return refuse(); }

Result<std::unique_ptr<Listing>> open_listing(const OpenContext&) { return refuse(); }

}  // namespace lectern::pipeline::clickhouse
