#include "xapi/validate/members.h"
#include "xapi/validate/parts.h"
#include "xapi/validate/validate.h"
#include "xapi/values/decimal.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

constexpr std::string_view rule = "Data 2.4.5";
constexpr std::string_view score_rule = "Data 2.4.5.1";

/// Whether the number is less, by all its digits; with exponents that nobody can reckon with, as
/// doubles.
bool less(Value a, Value b) {
  const auto left = read_decimal(a.number()), right = read_decimal(b.number());
  return left && right ? compare(*left, *right) < 0 : a.as_double() < b.as_double();
}

/// Whether the number lies between -1 and 1.
bool is_scaled(Value number) {
  const auto decimal = read_decimal(number.number());
  if (!decimal) return number.as_double() >= -1 && number.as_double() <= 1;
  Decimal magnitude = *decimal;
  magnitude.negative = false;
  return compare(magnitude, Decimal{false, "1", 0}) <= 0;
}

bool check_score(Check& check, Value score) {
  Members<"scaled", "raw", "min", "max"> members;
  if (!members.read(check, score, "a score", score_rule)) return false;
  const auto& scaled = members.get<"scaled">();
  const auto& raw = members.get<"raw">();
  const auto& min = members.get<"min">();
  const auto& max = members.get<"max">();
  for (const Value number : score.children())
    if (!check.is(number, Type::number, score_rule)) return false;
  if (scaled && !is_scaled(*scaled))
    return check.refuse(*scaled, score_rule, "\"scaled\" must be between -1 and 1");
  if (min && max && !less(*min, *max))
    return check.refuse(score, score_rule, "\"min\" must be less than \"max\"");
  if (raw && min && less(*raw, *min))
    return check.refuse(*raw, score_rule, "\"raw\" must not be less than \"min\"");
  if (raw && max && less(*max, *raw))
    return check.refuse(*raw, score_rule, "\"raw\" must not be more than \"max\"");
  return true;
}

bool check_duration(Check& check, Value duration) {
  if (!check.is(duration, Type::string, "Data 4.6")) return false;
  const std::string_view text = duration.string();
  if (is_duration(text)) return true;
  // `P1DT` comes from @xapi/xapi, whose calculateISO8601Duration() writes whole days so.
  const bool has_bare_t = text.ends_with('T') && is_duration(text.substr(0, text.size() - 1));
  return check.refuse(duration, "Data 4.6",
                      has_bare_t ? "\"duration\" must not end in a T with nothing behind it, as "
                                   "calculateISO8601Duration() of @xapi/xapi writes whole days: "
                                   "leave the T out"
                                 : "\"duration\" must be an ISO 8601 duration such as "
                                   "PT4H35M59.14S or P4W");
}

}  // namespace

bool check_result(Check& check, Value result) {
  Members<"score", "success", "completion", "response", "duration", "extensions"> members;
  if (!members.read(check, result, "a result", rule)) return false;
  const auto& score = members.get<"score">();
  const auto& success = members.get<"success">();
  const auto& completion = members.get<"completion">();
  const auto& response = members.get<"response">();
  const auto& duration = members.get<"duration">();
  const auto& extensions = members.get<"extensions">();
  return (!score || check_score(check, *score)) &&
         (!success || check.is(*success, Type::boolean, rule)) &&
         (!completion || check.is(*completion, Type::boolean, rule)) &&
         (!response || check.is(*response, Type::string, rule)) &&
         (!duration || check_duration(check, *duration)) &&
         (!extensions || check.is_extensions(*extensions));
}

}  // namespace lectern::xapi
