#pragma once

#include <string>

#include "base/json/json.h"
#include "base/result.h"
#include "store/mongo/client/bson.h"

namespace lectern::store::mongo {

/// Levels of nesting that `_source` keeps: MongoDB takes 100, and `_source` is one itself.
inline constexpr int source_depth_max = 90;

/// A JSON object as the BSON that Ralph's driver would make of it, so that Ralph reads it. What
/// BSON or MongoDB cannot hold becomes the nearest thing they can:
///   an integer beyond 64 bits       -> a double
///   a number beyond a double        -> the greatest double of its sign
///   U+0000 in a key                 -> U+2400
///   a value deeper than 90 levels   -> a string with its JSON text
/// The exact text is kept beside it (store/mongo/schema/layout.h), so nothing is lost.
Bson to_bson(json::Value object);

/// The JSON text of a document that another program wrote. Numbers come out as Python's json would
/// write them, dates as ISO 8601, ObjectIds and binaries as text. Errors: invalid, for what JSON
/// cannot say (NaN, infinity, code, MinKey ...) or what nests too deeply.
Result<std::string> to_json(View document);

}  // namespace lectern::store::mongo
