#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "pipeline/data/backend.h"
#include "store/mongo/client/client.h"

namespace lectern::pipeline::mongo {

/// How long one call that writes, or lists, may take.
inline constexpr std::chrono::minutes write_max{5};

/// Where reading, writing and listing take place.
struct Location {
  std::unique_ptr<store::mongo::Pool> pool;
  std::string database, collection;

  /// What the settings say. Errors: invalid for a name that no database or collection can have.
  static Result<Location> open(const DataValues& values);

  /// Takes the target's collection in the place of the default one; "" is that one. Errors:
  /// invalid.
  Result<void> choose_collection(const std::string& target);
  /// The same for the database.
  Result<void> choose_database(const std::string& target);
};

/// An error of the client for people: what failed, and the driver's words, which the client keeps
/// for the log, in the message. Code::invalid where no second attempt helps.
Error error_with_reason(std::string_view failed, Error error);

}  // namespace lectern::pipeline::mongo
