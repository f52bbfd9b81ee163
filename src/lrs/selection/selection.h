#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time/time.h"
#include "xapi/facts.h"
#include "xapi/query.h"
#include "xapi/terms.h"

namespace lectern::lrs {

/// Which of a statement's two instants a question means.
enum class Clock { stored, timestamp };

/// Which statements are counted, exported or followed: the filters of GET /statements, and more.
/// Empty lists ask for nothing.
struct Selection {
  xapi::Terms all_of;                ///< agent, registration, and a verb or activity that is alone
  std::vector<xapi::Terms> any_of;   ///< verbs and activities of which there are several
  std::optional<Time> since, until;  ///< exclusive, inclusive; of `clock`
  Clock clock = Clock::stored;
  bool mine = false;
  std::vector<std::string> activity_types, parents, courses, platforms, languages;
  std::optional<bool> success, completion;

  /// Whether it asks for something that the store does not know, so that facts are compared.
  bool asks_for_facts() const;
  /// Whether a statement with these facts is what is asked for, as far as facts tell.
  bool matches(const xapi::Facts& facts, Time stored) const;
};

/// Reads a selection out of a request's parameters: `agent`, `related_agents`,
/// `related_activities`, `registration`, `since`, `until` and `mine` as GET /statements has them;
/// any number of times `verb`, `activity`, `activity_type`, `parent`, `course`, `platform` and
/// `language`, of which one must fit; `success`, `completion`; `clock`: `stored` or `timestamp`.
/// Others than these and `more` are refused, and those that are given twice. Errors: invalid.
Result<Selection> read_selection(const xapi::Parameters& parameters, xapi::Ids ids,
                                 std::initializer_list<std::string_view> more);

}  // namespace lectern::lrs
