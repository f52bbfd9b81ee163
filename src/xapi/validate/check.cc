#include "xapi/validate/check.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time/iso8601.h"
#include "base/uuid.h"
#include "xapi/validate/members.h"
#include "xapi/validate/validate.h"

namespace lectern::xapi {

using json::Type;
using json::Value;

namespace {

/// How much of a client's text a message repeats.
constexpr std::size_t shown_bytes_max = 60;

std::string shown(Value value) { return xapi::shown(value.string()); }

}  // namespace

std::string shown(std::string_view text) {
  if (text.size() <= shown_bytes_max) return json::quoted(text);
  std::size_t end = shown_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return json::quoted(std::string(text.substr(0, end)) + "...");
}

std::string name_of(Value value) {
  if (!value.key_source().empty()) return shown(value.key());
  const std::string place = value.pointer();
  return place.empty() ? "the value" : "element " + place.substr(place.rfind('/') + 1);
}

Result<void> Check::result() && {
  if (fault_) return fail(std::move(*fault_));
  return {};
}

bool Check::refuse(Value at, std::string_view rule, std::string message) {
  if (!fault_)
    fault_ = Error{Code::invalid, std::move(message), at.pointer(), std::string(rule), {}};
  return false;
}

bool Check::missing(Value object, std::string_view rule, std::string_view key) {
  return refuse(object, rule, fmt::format("\"{}\" is missing", key));
}

bool Check::is(Value value, Type type, std::string_view rule) {
  if (value.is(type)) return true;
  if (value.is(Type::null))
    return refuse(value, "Data 2.2",
                  fmt::format("{} must not be null: leave it out instead", name_of(value)));
  return refuse(value, rule,
                fmt::format("{} must be {}, not {}", name_of(value), json::name_of(type),
                            json::name_of(value.type())));
}

bool Check::is_iri(Value value, std::string_view rule) {
  if (!is(value, Type::string, rule)) return false;
  if (xapi::is_iri(value.string())) return true;
  return refuse(value, rule,
                fmt::format("{} must be an IRI with a scheme such as http://example.com/x, not {}",
                            name_of(value), shown(value)));
}

bool Check::is_uuid(Value value, std::string_view rule) {
  if (!is(value, Type::string, rule)) return false;
  if (Uuid::parse(value.string())) return true;
  return refuse(value, rule,
                fmt::format("{} must be a UUID, not {}", name_of(value), shown(value)));
}

bool Check::is_timestamp(Value value, std::string_view rule) {
  if (!is(value, Type::string, rule)) return false;
  // IEEE 9274.1.1 wants RFC 3339, 1.0.x any ISO 8601.
  const bool any_form = version_ == Version::v1_0_3;
  if (any_form ? parse_time(value.string()) : parse_rfc3339(value.string())) return true;
  return refuse(value, rule,
                fmt::format("{} must be an {} date and time such as 2026-11-24T09:13:00.123Z, not "
                            "{}",
                            name_of(value), any_form ? "ISO 8601" : "RFC 3339", shown(value)));
}

bool Check::is_exactly(Value value, std::string_view text, std::string_view rule) {
  if (!is(value, Type::string, rule)) return false;
  if (value.string() == text) return true;
  return refuse(value, rule,
                fmt::format("{} must be \"{}\", not {}", name_of(value), text, shown(value)));
}

bool Check::is_language_map(Value value, std::string_view rule) {
  if (!is(value, Type::object, rule)) return false;
  for (const Value entry : value.children()) {
    if (!is_language_tag(entry.key()))
      return refuse(entry, "Data 4.2",
                    fmt::format("{} is not a language tag (RFC 5646)", name_of(entry)));
    if (!is(entry, Type::string, "Data 4.2")) return false;
  }
  return true;
}

bool Check::is_extensions(Value value) {
  constexpr std::string_view rule = "Data 4.1";
  if (!is(value, Type::object, rule)) return false;
  for (const Value entry : value.children())
    if (!xapi::is_iri(entry.key()))
      return refuse(
          entry, rule,
          fmt::format("the key {} of the extensions is not an IRI with a scheme", name_of(entry)));
  return true;
}

bool refuse_unknown(Check& check, Value member, std::string_view what, std::string_view rule,
                    std::span<const std::string_view> known) {
  const auto meant = std::find_if(known.begin(), known.end(), [&](std::string_view key) {
    return equal_without_case(key, member.key());
  });
  if (meant != known.end())
    return check.refuse(member, "Data 2.2",
                        fmt::format("{} must be written \"{}\"", name_of(member), *meant));
  return check.refuse(member, rule,
                      fmt::format("{} is not a property of {}", name_of(member), what));
}

}  // namespace lectern::xapi
