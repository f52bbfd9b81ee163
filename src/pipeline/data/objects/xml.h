#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lectern::pipeline::objects {

/// Calls `take` at the end of each element of an XML text, with its path, `/ListBucketResult/Name`,
/// and, where it holds no other element, its text. Namespaces stay in the names as prefixes;
/// attributes and comments are passed over. Errors: invalid for what is not well formed, for a
/// document type, and for elements within 16 others or more.
Result<void> for_each_element(
    std::string_view xml,
    const std::function<void(std::string_view path, const std::string& text)>& take);

}  // namespace lectern::pipeline::objects
