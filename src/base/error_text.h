#pragma once

#include <string>

#include "base/result.h"

namespace lectern {

/// `message: detail`, or the message alone; for who runs the program.
inline std::string whole_text(const Error& error) {
  return error.detail.empty() ? error.message : error.message + ": " + error.detail;
}

}  // namespace lectern
