#include "xapi/values/utc.h"

#include <algorithm>
#include <utility>

#include "base/json/json.h"
#include "base/time/iso8601.h"
#include "xapi/json_patch.h"
#include "xapi/member.h"
#include "xapi/ralph_statement.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

/// Whether an instant's text stands in UTC as RFC 3339 writes it: with seconds, a point before
/// their fraction, and `Z` or `+00:00` behind.
bool is_rfc3339_utc(std::string_view text) {
  for (const std::string_view zone : {"Z", "z", "+00:00"})
    if (text.ends_with(zone)) {
      text.remove_suffix(zone.size());
      constexpr std::string_view shape = "0000-00-00T00:00:00";
      if (text.size() < shape.size() || (text[10] != 'T' && text[10] != 't')) return false;
      for (const std::size_t at : {4U, 7U, 13U, 16U})
        if (text[at] != shape[at]) return false;
      if (text.substr(11, 2) == "24") return false;
      return text.size() == shape.size() || text[shape.size()] == '.';
    }
  return false;
}

/// A text of RFC 3339 that is in UTC already, in another form: its digits stay, however many.
std::optional<std::string> respelt(std::string_view text) {
  const std::size_t zone = std::min(text.find_first_of("Zz+-", 11), text.size());
  if (!parse_rfc3339(text) || text.find_first_of("123456789", zone) != text.npos)
    return std::nullopt;
  std::string out(text.substr(0, zone));
  out[10] = 'T';
  if (out.size() > 19) out[19] = '.';
  return out + "Z";
}

Time year_start(int year) {
  return std::chrono::sys_days{std::chrono::year{year} / std::chrono::January / 1};
}

/// Whether a look at the text shows that nothing in it is to be changed: each `"timestamp"` in it
/// has an instant in UTC behind it, and no key can hide in escapes.
bool is_plainly_in_utc(std::string_view text) {
  constexpr std::string_view key = "\"timestamp\"", blank = " \t\r\n";
  // The letters of the key, escaped.
  if (text.find("\\u006") != text.npos || text.find("\\u007") != text.npos) return false;
  for (auto at = text.find(key); at != text.npos; at = text.find(key, at)) {
    at = text.find_first_not_of(blank, at + key.size());
    if (at == text.npos || text[at] != ':') return false;
    at = text.find_first_not_of(blank, at + 1);
    if (at == text.npos || text[at] != '"') return false;
    const std::size_t end = text.find('"', at + 1);
    if (end == text.npos || !is_rfc3339_utc(text.substr(at + 1, end - at - 1))) return false;
  }
  return true;
}

void convert(JsonPatch& out, Value timestamp) {
  if (!timestamp.is(Type::string)) return;
  if (const auto utc = respelt_in_utc(timestamp.string()))
    out.replace(timestamp, "\"" + *utc + "\"");
}

}  // namespace

std::optional<std::string> respelt_in_utc(std::string_view timestamp) {
  if (is_rfc3339_utc(timestamp)) return std::nullopt;
  const auto time = ralph_time(timestamp);
  // In UTC, the first hours of the year 0 and the last of 9999 may have no four-digit year.
  if (!time || *time < year_start(0) || *time >= year_start(10000)) return std::nullopt;
  auto kept = respelt(timestamp);
  return kept ? std::move(kept) : utc_text(*time);
}

std::string with_instants_in_utc(std::string statement) {
  if (is_plainly_in_utc(statement)) return statement;
  const auto document = json::parse_view(statement);
  if (!document) return statement;
  JsonPatch out((*document)->root());
  for (const Value member : (*document)->root().children()) {
    if (member.key() == "timestamp") convert(out, member);
    if (member.key() == "object" && object_type_of(member) == "SubStatement")
      for (const Value inner : member.children())
        if (inner.key() == "timestamp") convert(out, inner);
  }
  return out.finish();
}

}  // namespace lectern::xapi
