#pragma once

#include <optional>
#include <string>

#include "base/json/json.h"
#include "base/json/writer.h"
#include "models/convert.h"
#include "models/openedx/event.h"
#include "models/openedx/rules.h"

namespace lectern::models::openedx {

/// One question of a problem, as the server's problem_check has it.
struct Question {
  std::optional<json::Value> submission{};  ///< nothing: the event has none
  std::string_view key{};                   ///< "" for the whole problem
};

/// Writes members of a result without extensions, as the rule has it, into an object that is open.
/// Counts in `made` what it mends. Nothing, or the refusal of a value that the statement needs.
std::optional<Refusal> write_result(json::Writer& out, const Rule& rule, const Event& event,
                                    const Question& question, bool exact, Converted& made);

/// A number, or a text of one, with three decimal places; nothing where it is neither.
std::optional<double> seconds_of(const std::optional<json::Value>& value);

}  // namespace lectern::models::openedx
