#include "store/elasticsearch/schema/index_names.h"

#include <algorithm>

namespace lectern::store::elasticsearch {
namespace {

constexpr std::string_view own_part = "-lectern-";
constexpr std::size_t name_bytes_max = 200;  // Elasticsearch's 255, less the longest ending of ours

bool allowed(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80) return false;  // so that a name is its own URL
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
         c == '+' || c == '@' || c == '=' || c == '~' || c == '!';
}

}  // namespace

Result<void> check_index_name(std::string_view name) {
  const bool good = !name.empty() && name.size() <= name_bytes_max &&
                    std::all_of(name.begin(), name.end(), allowed) &&
                    std::string_view("-_+.").find(name.front()) == std::string_view::npos &&
                    name.find(own_part) == std::string_view::npos &&
                    name.find("..") == std::string_view::npos;
  if (good) return {};
  return fail(Code::invalid,
              "an index name of lower-case letters, digits and - _ . + @ = ~ !, up to 200 of them, "
              "not beginning with - _ + or a dot and without '-lectern-'");
}

std::string writers_index(std::string_view default_index) {
  return std::string(default_index) + std::string(own_part) + "writers";
}

Result<IndexNames> index_names(std::string_view default_index, std::string_view target) {
  const std::string name(target.empty() ? default_index : target);
  if (auto checked = check_index_name(name); !checked)
    return fail(Code::invalid, "The target '" + name + "' is not " + checked.error().message);
  const std::string own = name + std::string(own_part);
  return IndexNames{name, own + "references", own + "documents", own + "blobs"};
}

}  // namespace lectern::store::elasticsearch
