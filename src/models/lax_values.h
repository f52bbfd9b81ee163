#pragma once

#include <optional>
#include <string_view>

#include "base/json/json.h"

/// What Ralph's models take for a number, an instant and so on: more than JSON's own types, since
/// texts and numbers stand in for each other there. "Text" means a JSON string.
namespace lectern::models {

/// An integer, a float without a fraction, a boolean, or a text of an integer (`1_000` and `1.0`
/// too); as a double, exact up to 2^53.
std::optional<double> lax_integer(json::Value value);
/// A number, a boolean, or a text of a number (`nan` and `inf` too).
std::optional<double> lax_number(json::Value value);
/// A number or a text of one, but nothing infinite.
std::optional<double> lax_decimal(json::Value value);
/// The number behind a decimal's `e`, whose plus may stand there; 10^9 at most either way, so that
/// what it is reckoned with overflows nowhere. 0 where there is none.
int exponent_of(std::string_view digits);
/// How many digits a decimal has behind its point, as its shortest form.
int decimal_places(json::Value value);
/// A boolean, 0, 1, or one of the words for them in any letter case.
bool is_lax_boolean(json::Value value);
/// Whether a value that is_lax_boolean() takes is true.
bool is_lax_true(json::Value value);
/// A date and time, a date, or seconds or milliseconds since 1970, as a number or a text.
bool is_lax_instant(json::Value value);
/// A duration of ISO 8601, its members in any order; `[N days,] HH:MM[:SS]`; or seconds as a
/// number.
bool is_lax_duration(json::Value value);
/// A UUID with its dashes, without, in braces or as a URN.
bool is_lax_uuid(std::string_view text);
/// Four decimal numbers without zeros in front, or an integer of 32 bits.
bool is_lax_ipv4(json::Value value);
/// A URL with a scheme and, where the scheme is one of the web's, a host.
bool is_url(std::string_view text);
/// A URL of http or https.
bool is_web_url(std::string_view text);
/// `mailto:` and one address whose host has a dot.
bool is_mailto(std::string_view text);

/// How many characters a text of UTF-8 has.
std::size_t characters_in(std::string_view text);

}  // namespace lectern::models
