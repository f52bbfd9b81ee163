#include "lrs/health.h"

namespace lectern::lrs {

Health health(Lrs& lrs) { return stores_of(lrs).statements.health(); }

}  // namespace lectern::lrs
