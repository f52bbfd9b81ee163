#pragma once

#include <string>
#include <string_view>

namespace lectern::pipeline {

/// `https://host:1` of `https://host:1/path?query`.
std::string origin_of(std::string_view url);
/// `/path?query` of it; "/" where there is none. Of a text without a scheme: itself, with a `/`.
std::string path_of(std::string_view url);

}  // namespace lectern::pipeline
