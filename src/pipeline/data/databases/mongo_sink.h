#pragma once

#include <memory>

#include "pipeline/data/backend.h"
#include "pipeline/data/databases/mongo_location.h"

namespace lectern::pipeline::mongo {

/// What inserts, replaces or deletes documents there, each in commands of many.
std::unique_ptr<Sink> make_sink(const OpenContext& context, Location location);

}  // namespace lectern::pipeline::mongo
