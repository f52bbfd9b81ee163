#pragma once

#include <array>
#include <string_view>

namespace lectern::xapi {

/// For tests: valid statements that between them hold every property of Data 2.4. The last one is
/// valid in 2.0.0 only.
extern const std::array<std::string_view, 8> complete_statements;

}  // namespace lectern::xapi
