#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

/// Stubs: what stands in the place of a backend that a build leaves out (CMake's LECTERN_WITH_...):
/// the functions that store/open.h reaches it by, each of which says so.
namespace lectern::store::stub {

/// Error `invalid`, for who asks for that backend.
inline tl::unexpected<Error> refuse(std::string_view backend, std::string_view option) {
  return fail(Code::invalid, "This lectern was built without " + std::string(backend) + " (" +
                                 std::string(option) +
                                 "=OFF): take one that has it, or set another backend");
}

}  // namespace lectern::store::stub
