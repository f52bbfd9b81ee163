#include "pipeline/standard.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json/json.h"
#include "base/time/iso8601.h"
#include "pipeline/learning_locker.h"
#include "xapi/validate/validate.h"

namespace lectern::pipeline {
namespace {

xapi::Version version_of(json::Value statement) {
  const auto version = statement.is(json::Type::object) ? statement.find("version") : std::nullopt;
  if (!version || !version->is(json::Type::string)) return xapi::Version::v1_0_3;
  return xapi::parse_version(version->string()).value_or(xapi::Version::v1_0_3);
}

/// Four digits, two and two.
bool is_like_date(std::string_view text) {
  constexpr std::string_view form = "dddd-dd-dd";
  return text.size() == form.size() &&
         std::equal(text.begin(), text.end(), form.begin(), [](char c, char of_form) {
           return of_form == 'd' ? c >= '0' && c <= '9' : c == of_form;
         });
}

/// Learning Locker takes a date alone, and a day that no calendar has.
std::string_view hint_of_time(json::Value root, const Error& error) {
  constexpr std::size_t date_size = 10;
  if (error.path != "/timestamp" && error.path != "/stored") return "";
  const auto time = root.find(error.path.substr(1));
  if (!time || !time->is(json::Type::string)) return "";
  const std::string day(time->string().substr(0, date_size));
  if (!parse_rfc3339(day + "T00:00:00Z"))
    return is_like_date(day) ? "; there is no such day: nothing can be put in its place" : "";
  return day.size() == time->string().size() ? "; --repair takes a date alone as midnight in UTC"
                                             : "";
}

/// What files are seen to have wrong for a reason that is not in the record; "" for other faults.
std::string_view hint_of(json::Value root, const Error& error) {
  if (root.is(json::Type::array))
    return "; a line holds one statement: `jq -c .[]` makes lines of a list";
  if (error.message.find("must not be null") != error.message.npos)
    return "; DuckDB and other readers of tables write null where a property was absent: --repair "
           "leaves it out";
  if (const auto of_time = hint_of_time(root, error); !of_time.empty()) return of_time;
  if (error.path.ends_with("/mbox_sha1sum"))
    return "; Learning Locker takes one that was cut, which tells nobody from others: nothing can "
           "be "
           "put in its place";
  if (error.path.ends_with("/mbox") &&
      root.source().find("\"mailto:undefined\"") != std::string_view::npos)
    return "; H5P writes mailto:undefined for whoever has no address";
  return "";
}

}  // namespace

std::optional<Refusal> check_standard(std::string_view statement,
                                      std::optional<xapi::Version> version, Receiver receiver) {
  const auto document = json::parse_view(statement);
  if (!document) return Refusal{false, "", "JSON", document.error().message};
  const auto root = (*document)->root();
  auto checked = xapi::validate_statement(root, version.value_or(version_of(root)));
  if (checked)
    return receiver == Receiver::learning_locker ? check_for_learning_locker(root) : std::nullopt;
  auto& error = checked.error();
  auto message = fmt::format("{}{} ({})", error.message, hint_of(root, error), error.rule);
  return Refusal{false, std::move(error.path), error.rule, std::move(message)};
}

std::optional<Refusal> mend_and_check(std::string_view statement,
                                      std::optional<xapi::Version> version, Receiver receiver,
                                      Mendings& mendings, std::string& out) {
  const auto document = json::parse_view(statement);
  if (!document) return Refusal{false, "", "JSON", document.error().message};
  Mendings made{};
  const auto whole = mended((*document)->root(), made);
  const std::string_view text = whole ? std::string_view(*whole) : statement;
  if (auto refusal = check_standard(text, version, receiver)) return refusal;
  for (std::size_t i = 0; i < made.size(); ++i) mendings[i] += made[i];
  out += text;
  return std::nullopt;
}

}  // namespace lectern::pipeline
