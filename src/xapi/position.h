#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/time/time.h"
#include "base/uuid.h"

namespace lectern::xapi {

/// The place of a statement in its store. Statements never change, so the position of the last
/// row of a page is all that the next page needs: it is the whole cursor.
struct Position {
  Time stored;
  Uuid id;

  auto operator<=>(const Position&) const = default;

  /// Behind everything that was stored up to that instant.
  static Position end_of(Time stored) {
    Position position{stored, {}};
    position.id.bytes.fill(0xFF);
    return position;
  }
};

/// Where a walk over pages goes on: after `after`, within what was there when it began.
///
/// Grammar of the text:  cursor = base64url( version stored id until )
///   version = %x01 ; id = 16 bytes
///   stored, until = 8 bytes, microseconds since 1970, big-endian, before the year 10000
struct Cursor {
  Position after;
  Time until;

  bool operator==(const Cursor&) const = default;

  /// As it stands in a `more` link: 44 characters that are safe in a URL.
  std::string text() const;
  /// Nothing for a text that text() cannot have made.
  static std::optional<Cursor> parse(std::string_view text);
};

}  // namespace lectern::xapi
