#include "store/open_verify.h"

#include "store/clickhouse/verify.h"
#include "store/elasticsearch/verify.h"
#include "store/mongo/verify.h"

namespace lectern::store {

Result<VerifyReport> verify_beside(const StoreSettings& settings, const std::string& target,
                                   const MissingContents& missing, const OnProgress& on_progress) {
  if (settings.backend.ends_with("mongo")) return mongo::verify(settings, target, on_progress);
  if (settings.backend.ends_with("es")) return elasticsearch::verify(settings, target, on_progress);
  if (settings.backend == "clickhouse")
    return clickhouse::verify(settings, target, missing, on_progress);
  return VerifyReport{};
}

}  // namespace lectern::store
