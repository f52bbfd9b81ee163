#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lectern::cli {

/// Bytes of one value of a `.env` file. A line that makes a longer one of those before it, as
/// `A=${A}${A}` many times over would, means nothing.
inline constexpr std::size_t dotenv_value_bytes_max = 64 * 1024;

/// A line of a `.env` file, counted from 1, that means nothing.
using LinesPassedOver = std::vector<std::size_t>;

/// Reads a `.env` file as python-dotenv does; lines that make no sense are passed over, and
/// told where `passed_over` is given.
///
///   line  = [ "export" ] name [ "=" value ] [ "#" comment ]
///   value = "'" characters, \\ and \' escaped "'"
///         / DQUOTE characters, \n \r \t \\ \" escaped, line ends too DQUOTE
///         / characters up to the line's end or " #", without blanks around
///
/// `${NAME}` and `${NAME:-default}` in a value are replaced, from this file first, else from
/// `environment`. The last of several lines for a name counts; a name without "=" is left out.
std::map<std::string, std::string> parse_dotenv(
    std::string_view text, const std::map<std::string, std::string>& environment,
    LinesPassedOver* passed_over = nullptr);

}  // namespace lectern::cli
