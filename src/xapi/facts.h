#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/json.h"
#include "base/time/time.h"

namespace lectern::xapi {

/// What is counted of a statement: one small row, taken from it once. Texts that are not there are
/// empty. The views live no longer than the statement's Document.
struct Facts {
  std::string_view verb;           ///< its id
  std::string_view activity;       ///< the object's id, where the object is an Activity
  std::string_view activity_type;  ///< of the definition that the object came with
  std::string actor;               ///< its `ifi` (terms.h)
  std::string authority;           ///< the `ifi`; of a Group the first that one of its members has
  std::string_view platform;       ///< of its context
  std::string_view language;       ///< of its context
  std::string_view version;        ///< of the statement
  std::string_view registration;   ///< of its context, as it was sent
  std::vector<std::string_view> parents;  ///< contextActivities.parent, each once
  std::vector<std::string_view> courses;  ///< contextActivities.parent and .grouping, each once
  std::optional<Time> timestamp;
  std::optional<double> scaled;
  std::optional<double> raw;
  std::optional<double> min;
  std::optional<double> max;
  std::string_view duration;         ///< as it was sent
  std::optional<double> duration_s;  ///< in seconds (duration.h)
  std::optional<bool> success;
  std::optional<bool> completion;
  /// Its score has min = max, so it says nothing: Open edX sends 0 of 0 for what is not graded.
  bool score_says_nothing = false;
  /// Its duration is not time that was spent: it has no fixed length; or it is a video's, which
  /// Open edX sends as the duration of its completion, without the segments that were played.
  bool duration_says_nothing = false;
};

/// The facts of one valid statement.
Facts facts_of(json::Value statement);

}  // namespace lectern::xapi
