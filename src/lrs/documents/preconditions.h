#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lectern::lrs {

/// The entity tags of an If-Match or If-None-Match header (RFC 9110, 13.1).
struct EntityTags {
  bool any = false;               ///< `*`
  std::vector<std::string> tags;  ///< without quotes and, for If-None-Match, without `W/`

  /// Whether a document with this ETag is among them.
  bool holds(std::string_view etag) const;
};

/// The conditions of a request.
struct Preconditions {
  std::optional<EntityTags> if_match;
  std::optional<EntityTags> if_none_match;

  bool given() const { return if_match || if_none_match; }
  /// Whether they hold for a document with this ETag, or for none.
  bool hold(const std::optional<std::string>& etag) const;
};

/// Reads a header. If-Match compares strongly, so its weak tags never hold; If-None-Match compares
/// weakly. A bare tag without quotes is taken as one, as clients of 1.0.3 send it.
EntityTags parse_entity_tags(std::string_view header, bool strong);

}  // namespace lectern::lrs
