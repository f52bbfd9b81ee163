#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/json.h"
#include "base/limits.h"

namespace lectern::xapi {

/// A statement as format=ids wants it (Communication 2.1.3): agents, groups, verbs and activities
/// reduced to what identifies them, an Activity to its `id` alone.
std::string format_ids(json::Value statement);

/// One range of an Accept-Language header.
struct LanguageRange {
  std::string range;  ///< a language tag, or `*`
  int weight = 1000;  ///< in thousandths; 0: not wanted

  bool operator==(const LanguageRange&) const = default;
};

/// The ranges of an Accept-Language header, most wanted first (RFC 9110, 12.5.4); rubbish in it is
/// passed over, and so are ranges beyond the 32 most wanted.
std::vector<LanguageRange> parse_accept_language(std::string_view header);

/// The JSON text of the canonical definition of an activity, or nothing when none is known.
using DefinitionLookup = std::function<std::optional<std::string>(std::string_view activity_id)>;

/// A statement as format=canonical wants it: each activity with its canonical definition where
/// `lookup` knows one, else the received one; each language map, verb displays too, cut to the
/// best entry for `languages` (language.h). Values inside extensions, and attachment displays, are
/// left alone.
std::string format_canonical(json::Value statement, const std::vector<LanguageRange>& languages,
                             const DefinitionLookup& lookup);

/// Merges what a statement says of an activity into the canonical definition held so far ("" for
/// none): language maps are joined entry by entry, extensions key by key, everything else is taken
/// from `added` where it has it. Both and the result are JSON texts of definition objects.
/// Returns `known` unchanged, byte for byte, when nothing is new. The result has `bytes_max` bytes
/// at most: what would go beyond is left out, entry by entry of a map, and what is known changes
/// only where that makes it no longer. A longer `known` is cut to the entries that fit.
std::string merge_definition(std::string_view known, std::string_view added,
                             std::size_t bytes_max = limits::learned_bytes_max);

}  // namespace lectern::xapi
