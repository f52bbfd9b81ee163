#include <algorithm>
#include <cstdint>

#include "base/json/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/utf8.h"
#include "xapi/query.h"
#include "xapi/validate/validate.h"

namespace lectern::xapi {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Decodes %XX; a `+` becomes `plus`.
Result<std::string> decoded(std::string_view text, char plus = ' ') {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? plus : text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0)
      return fail(Code::invalid, "A % in a parameter must be followed by two hexadecimal digits");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (!is_utf8(out)) return fail(Code::invalid, "A parameter is not valid UTF-8");
  return out;
}

/// Puts back the `+` that were sent as they are in the IRIs of an agent, its members' too: in an
/// IRI a blank means nothing. `with_blanks` and `with_pluses` are two decodings of one text, so a
/// character has the same place in both.
void restore_pluses(json::Value agent, std::string_view with_pluses, std::string& with_blanks) {
  for (const json::Value member : agent.children()) {
    const std::string_view key = member.key();
    if (key == "account" && member.is(json::Type::object))
      restore_pluses(member, with_pluses, with_blanks);
    if (key == "member" && member.is(json::Type::array))
      for (const json::Value one : member.children())
        if (one.is(json::Type::object) && !one.find("member"))
          restore_pluses(one, with_pluses, with_blanks);
    if (key != "mbox" && key != "openid" && key != "homePage") continue;
    const std::size_t bytes = member.source().size();
    with_blanks.replace(member.offset(), bytes, with_pluses.substr(member.offset(), bytes));
  }
}

/// The value of a parameter. Where a blank can mean nothing, a `+` that was sent as it is stands
/// for itself: in IRIs, and in those of an agent's JSON.
Result<std::string> value_decoded(std::string_view name, std::string_view text) {
  const bool is_iri = name == "activity" || name == "activityId" || name == "verb";
  if (is_iri) return decoded(text, '+');
  TRY(std::string value, decoded(text));
  if (name != "agent" || text.find('+') == text.npos) return value;
  const auto document = json::parse(value, {.bounded = true});
  if (!document || !(*document)->root().is(json::Type::object)) return value;
  TRY(const std::string with_pluses, decoded(text, '+'));
  restore_pluses((*document)->root(), with_pluses, value);
  return value;
}

std::string named(std::string_view name) { return std::string("`").append(name).append("`"); }

tl::unexpected<Error> must_be(std::string_view name, std::string_view what) {
  return fail(Code::invalid, "The parameter " + named(name) + " must be " + std::string(what));
}

}  // namespace

Result<Parameters> parse_parameters(std::string_view text) {
  Parameters out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.empty()) continue;
    if (out.size() == limits::parameters_max)
      return fail(Code::invalid,
                  "There are more than " + std::to_string(limits::parameters_max) + " parameters");
    const std::size_t equals = std::min(one.find('='), one.size());
    TRY(std::string name, decoded(one.substr(0, equals)));
    TRY(std::string value, value_decoded(name, one.substr(std::min(equals + 1, one.size()))));
    out.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

std::optional<std::string_view> value_of(const Parameters& parameters, std::string_view name) {
  for (const auto& [key, value] : parameters)
    if (key == name) return value;
  return std::nullopt;
}

Result<void> only_allowed(const Parameters& parameters,
                          std::initializer_list<std::string_view> allowed) {
  for (auto one = parameters.begin(); one != parameters.end(); ++one) {
    const std::string& name = one->first;
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
      return fail(Code::invalid, "The following parameter is not allowed: " + named(name));
    const bool is_repeated = std::any_of(parameters.begin(), one,
                                         [&](const auto& other) { return other.first == name; });
    if (is_repeated)
      return fail(Code::invalid, "The parameter " + named(name) + " is given more than once");
  }
  return {};
}

Result<Uuid> uuid_parameter(std::string_view name, std::string_view value) {
  if (const auto id = Uuid::parse(value)) return *id;
  return must_be(name, "a UUID");
}

Result<Time> time_parameter(std::string_view name, std::string_view value) {
  std::string text(value);
  const std::size_t joint = text.find_first_of("Tt ");
  const std::size_t blank = joint == text.npos ? joint : text.find(' ', joint + 1);
  if (blank != text.npos && blank + 1 < text.size()) text[blank] = '+';
  if (const auto time = parse_time(text)) return *time;
  return must_be(name, "an ISO 8601 date and time");
}

Result<bool> boolean_parameter(std::string_view name, std::string_view value) {
  if (equal_without_case(value, "true")) return true;
  if (equal_without_case(value, "false")) return false;
  return must_be(name, "`true` or `false`");
}

Result<std::string> iri_parameter(std::string_view name, std::string_view value) {
  if (is_iri(value)) return std::string(value);
  return must_be(name, "an absolute IRI");
}

Result<std::string> agent_parameter(std::string_view name, std::string_view value,
                                    bool group_allowed) {
  const std::string_view what =
      group_allowed ? "the JSON of an Agent or an identified Group" : "the JSON of an Agent";
  const auto explain = [&](Error error) {
    error.message =
        "The parameter " + named(name) + " must be " + std::string(what) + ": " + error.message;
    return fail(std::move(error));
  };
  auto document = json::parse(std::string(value));
  if (!document) return explain(std::move(document).error());
  if (auto valid = validate_agent((*document)->root(), group_allowed); !valid)
    return explain(std::move(valid).error());
  if (auto ifi = ifi_of((*document)->root())) return std::move(*ifi);
  return must_be(name, what);
}

}  // namespace lectern::xapi
