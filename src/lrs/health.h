#pragma once

#include "lrs/lrs.h"
#include "store/statement_store.h"

namespace lectern::lrs {

using store::Health;

/// Whether the store of statements answers. For the heartbeat: a few round trips.
Health health(Lrs& lrs);

}  // namespace lectern::lrs
