#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json/json.h"
#include "base/time/time.h"

namespace lectern::xapi {

/// Tells whether two statements are the same one (Data 2.3.1) without reading them again.
///
/// Grammar of the text:  fingerprint = 32*32HEXDIG [ "@" microseconds since 1970 ]
struct Fingerprint {
  /// The first half of the SHA-256 of the statement's canonical form: without id, stored,
  /// timestamp, authority, version, attachments, activity definitions and verb displays; group
  /// members in a fixed order; letter case of mail domains, UUIDs and hex digests folded; a lone
  /// Activity in contextActivities as an array of one; default objectTypes written out; numbers by
  /// value (canonical.h); durations cut to hundredths of a second; a SubStatement's timestamp as an
  /// instant, cut to milliseconds.
  std::array<std::uint8_t, 16> hash{};
  /// The instant of `timestamp`, if the client gave one; cut to milliseconds.
  std::optional<Time> timestamp;

  bool operator==(const Fingerprint&) const = default;

  /// 32 hex digits, and behind `@` the timestamp in microseconds since 1970 where it has one.
  std::string text() const;
  /// Nothing for a text that text() cannot have made.
  static std::optional<Fingerprint> parse(std::string_view text);
};

/// The fingerprint of a valid statement. `timestamp_is_ours` says that the LRS set its timestamp,
/// which then does not count.
Fingerprint fingerprint_of(json::Value statement, bool timestamp_is_ours = false);

/// Whether the two stand for the same statement. A timestamp counts only where both have one.
bool equivalent(const Fingerprint& a, const Fingerprint& b);

}  // namespace lectern::xapi
