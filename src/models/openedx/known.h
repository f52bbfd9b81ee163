#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"

namespace lectern::models::openedx {

/// What only the platform's own database has: the external ids of its users, which its statements
/// name them by, and the display names of its courses.
struct Known {
  std::unordered_map<std::string, std::string> users;    ///< by user id or user name
  std::unordered_map<std::string, std::string> courses;  ///< by course key

  /// Reads `{"users": {"3": "32e0..."}, "courses": {"course-v1:...": "Demonstration Course"}}`;
  /// each may be absent. Errors: invalid.
  static Result<Known> read(std::string_view text);
};

}  // namespace lectern::models::openedx
