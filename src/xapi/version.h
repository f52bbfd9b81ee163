#pragma once

#include <optional>
#include <string_view>

namespace lectern::xapi {

/// The two versions of the standard that are served; each request chooses one by its header.
enum class Version { v1_0_3, v2_0_0 };

/// `1.0.3` or `2.0.0`: what the response header says.
std::string_view text_of(Version version);

/// Reads a request's X-Experience-API-Version: `1.0` and `1.0.n`, also with a suffix of Semantic
/// Versioning (`1.0.3-rc1`), are 1.0.3; `2.0` and `2.0.n` are 2.0.0 (Communication 3.3).
std::optional<Version> parse_version(std::string_view header);

}  // namespace lectern::xapi
