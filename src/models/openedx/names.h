#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "models/convert.h"
#include "models/openedx/event.h"

/// What things of Open edX are called in statements.
namespace lectern::models::openedx {

/// What a name is made for.
struct Naming {
  const Event& event;
  const ConvertOptions& options;
  std::string_view child{};  ///< the part of a problem, or ""
};

/// The platform's URL without slashes behind.
std::string_view platform_of(const ConvertOptions& options);

/// A template of the table with its keys filled in. Nothing where the event lacks one, which
/// `missing` then names.
std::optional<std::string> filled(std::string_view from, const Naming& naming,
                                  std::string& missing);

/// The user's id or name, as the event has it; "" for nobody.
std::string user_of(const Event& event);
/// Under which name the statements have the user: the external id where it is known, else a UUID
/// made of the user's id in the options' namespace.
std::string account_of(const std::string& user, const ConvertOptions& options);
/// The display name of the event's course, "" where it is not known.
std::string course_name_of(const Event& event, const ConvertOptions& options);

}  // namespace lectern::models::openedx
