#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/settings/settings_table.h"

/// How texts become values. An Error's message says only what is allowed, such as "an integer from
/// 0 to 65535": who knows the setting's name puts it in front.
namespace lectern::cli {

/// `1/0 yes/no on/off t/f y/n true/false`, any case; the empty text is none.
Result<bool> read_boolean(std::string_view text);
/// Decimal, within the row's bounds; where the name says bytes or milliseconds, a unit may follow,
/// in any letter case: `10MiB`, `10MB`, `30s`, `5min`.
Result<std::int64_t> read_integer(const Row& row, std::string_view text);
/// A text; where the row has choices, one of them in any letter case (the answer is lower case).
Result<std::string> read_text(const Row& row, std::string_view text);
/// `a,b,c` or a JSON array of strings; items are not trimmed. Where the row has choices, each is
/// one of them and there is at least one.
Result<std::vector<std::string>> read_list(const Row& row, std::string_view text);
/// A JSON object or `key=value,key=value`: strings as they are, other values as their JSON text.
Result<std::map<std::string, std::string>> read_object(std::string_view text);

/// What is taken from Python's logging dictionary.
struct Logging {
  std::string level;  ///< in lower case; "" when it names none
  bool json = false;  ///< a formatter is made for JSON
};
/// "" is an empty dictionary.
Result<Logging> read_logging(std::string_view text);

}  // namespace lectern::cli
