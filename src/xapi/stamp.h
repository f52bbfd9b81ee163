#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/json.h"
#include "base/time/time.h"
#include "base/uuid.h"
#include "xapi/version.h"

namespace lectern::xapi {

/// What the LRS writes into a statement (Data 2.4.7 to 2.4.10).
struct Stamp {
  Uuid id;                      ///< written if the statement brings none
  std::string authority_json;   ///< replaces what the client sent
  bool keep_authority = false;  ///< keep the client's authority where it sent one (authority/write)
  Version version = Version::v1_0_3;
};

/// A statement's text as it will be given back for format=exact: the received bytes with our
/// members patched in, never a re-serialised tree.
struct StampedText {
  std::string json;
  /// Where the 32 characters of stored_text() go: once for `stored`, and for `timestamp` too where
  /// the client gave none. Until set_stored() they hold a placeholder.
  std::vector<std::size_t> stored_at;
  bool timestamp_is_ours = false;
};

/// Makes the text: the id when absent, stored, timestamp when absent (when the version is 2.0.0
/// converted to UTC as RFC 3339 writes it, the SubStatement's too), authority, version when absent
/// (`1.0.0` or `2.0.0`), and each lone Activity in contextActivities, the SubStatement's too, as an
/// array of one.
StampedText stamp(json::Value statement, const Stamp& stamp);

/// Writes the instant into its places.
void set_stored(std::string& json, const std::vector<std::size_t>& stored_at, Time stored);

}  // namespace lectern::xapi
