#include "lrs/documents/preconditions.h"

#include <algorithm>

#include "base/text.h"

namespace lectern::lrs {
namespace {

/// Takes one tag off the front: up to the comma that is not inside quotes.
std::string_view take_tag(std::string_view& header) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < header.size(); ++end) {
    if (header[end] == '"') quoted = !quoted;
    if (header[end] == ',' && !quoted) break;
  }
  const auto tag = header.substr(0, end);
  header.remove_prefix(std::min(header.size(), end + 1));
  return trimmed(tag);
}

}  // namespace

EntityTags parse_entity_tags(std::string_view header, bool strong) {
  EntityTags out;
  while (!header.empty()) {
    std::string_view tag = take_tag(header);
    if (tag == "*") out.any = true;
    const bool weak = tag.starts_with("W/");
    if (weak) tag.remove_prefix(2);
    if (tag.empty() || tag == "*" || (weak && strong)) continue;
    if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"')
      tag = tag.substr(1, tag.size() - 2);
    out.tags.emplace_back(tag);
  }
  return out;
}

bool EntityTags::holds(std::string_view etag) const {
  return any || std::find(tags.begin(), tags.end(), etag) != tags.end();
}

bool Preconditions::hold(const std::optional<std::string>& etag) const {
  if (if_match && !(etag && if_match->holds(*etag))) return false;
  if (if_none_match && etag && if_none_match->holds(*etag)) return false;
  return true;
}

}  // namespace lectern::lrs
