#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json/json.h"

/// What cells of a spreadsheet stand for.
namespace lectern::models::csv {

/// A JSON number of a cell's text; with `decimal`, what stands before the fraction. Nothing for
/// what is no number, a thousands separator too.
std::optional<std::string> number_text(std::string_view cell, char decimal);
/// A JSON number divided by another, in its shortest form.
std::string divided(std::string_view number, double by);
/// An instant as xAPI wants it. `form` has YYYY, MM, DD, hh, mm and ss where a cell has them, and
/// is empty for ISO 8601. `zone`, such as `+01:00`, is for cells that have none.
std::optional<std::string> instant_text(std::string_view cell, std::string_view form,
                                        std::string_view zone);
/// An ISO 8601 duration of a number of `hours`, `minutes` or `seconds`, or of a `clock`: h:mm:ss or
/// h:mm.
std::optional<std::string> duration_text(std::string_view cell, std::string_view unit);

}  // namespace lectern::models::csv
