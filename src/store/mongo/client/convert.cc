#include "store/mongo/client/convert.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/limits.h"
#include "base/time/time.h"

namespace lectern::store::mongo {
namespace {

constexpr std::int64_t year_1_ms = -62'135'596'800'000, year_10000_ms = 253'402'300'800'000;

std::string without_nul(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '\0')
      out += "\u2400";
    else
      out += c;
  }
  return out;
}

double finite(double value) {
  if (!std::isinf(value)) return value;
  return std::copysign(std::numeric_limits<double>::max(), value);
}

void add_number(Bson& out, std::string_view key, json::Value value) {
  const auto token = value.number();
  if (token.find_first_of(".eE") == std::string_view::npos) {
    std::int64_t whole = 0;
    const auto read = std::from_chars(token.data(), token.data() + token.size(), whole);
    if (read.ec == std::errc() && read.ptr == token.data() + token.size()) {
      if (whole >= std::numeric_limits<std::int32_t>::min() &&
          whole <= std::numeric_limits<std::int32_t>::max())
        out.small(key, static_cast<std::int32_t>(whole));
      else
        out.integer(key, whole);
      return;
    }
  }
  out.number(key, finite(value.as_double()));
}

Bson children_of(json::Value parent, int depth);

void add(Bson& out, std::string_view key, json::Value value, int depth) {
  switch (value.type()) {
    case json::Type::null:
      out.null(key);
      return;
    case json::Type::boolean:
      out.flag(key, value.boolean());
      return;
    case json::Type::number:
      add_number(out, key, value);
      return;
    case json::Type::string:
      out.text(key, value.string());
      return;
    case json::Type::array:
    case json::Type::object:
      break;
  }
  if (depth >= source_depth_max)
    out.text(key, value.source());
  else if (value.is(json::Type::array))
    out.array(key, children_of(value, depth + 1));
  else
    out.object(key, children_of(value, depth + 1));
}

Bson children_of(json::Value parent, int depth) {
  Bson out;
  std::uint32_t index = 0;
  for (const auto child : parent.children()) {
    if (parent.is(json::Type::array)) {
      add(out, std::to_string(index++), child, depth);
    } else if (child.key().find('\0') != std::string_view::npos) {
      add(out, without_nul(child.key()), child, depth);
    } else {
      add(out, child.key(), child, depth);
    }
  }
  return out;
}

/// The shortest digits that read back as the same double, as Python's repr writes them: 1.0 is no
/// integer, and an exponent stands below 1e-4 and from 1e16.
Result<void> append_double(std::string& out, double value) {
  if (!std::isfinite(value)) return fail(Code::invalid, "a number is infinite or not a number");
  std::array<char, 64> text;
  const auto print = [&](std::chars_format format) {
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, format).ptr;
    return std::string_view(text.data(), static_cast<std::size_t>(end - text.data()));
  };
  const double size = std::abs(value);
  if (size != 0 && (size < 1e-4 || size >= 1e16)) {
    out += print(std::chars_format::scientific);
    return {};
  }
  const auto digits = print(std::chars_format::fixed);
  out += digits;
  if (digits.find('.') == std::string_view::npos) out += ".0";
  return {};
}

/// bson_validate() looks at the texts of the outermost document only, and both it and this take the
/// two bytes C0 80 for U+0000.
Result<void> append_text(std::string& out, std::string_view text) {
  if (!bson_utf8_validate(text.data(), text.size(), true) ||
      text.find("\xC0\x80") != std::string_view::npos)
    return fail(Code::invalid, "a text is not valid UTF-8");
  json::append_quoted(out, text);
  return {};
}

Result<void> append_json(std::string& out, bson_iter_t& at, bool in_array, std::size_t depth);

Result<void> append_value(std::string& out, const bson_iter_t& at, std::size_t depth) {
  const Field value(at);
  switch (bson_iter_type(&at)) {
    case BSON_TYPE_UTF8:
      return append_text(out, *value.text());
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
      out += std::to_string(*value.integer());
      return {};
    case BSON_TYPE_DOUBLE:
      return append_double(out, bson_iter_double(&at));
    case BSON_TYPE_BOOL:
      out += bson_iter_bool(&at) ? "true" : "false";
      return {};
    case BSON_TYPE_NULL:
    case BSON_TYPE_UNDEFINED:
      out += "null";
      return {};
    case BSON_TYPE_DATE_TIME: {
      const auto since_1970_ms = bson_iter_date_time(&at);
      if (since_1970_ms < year_1_ms || since_1970_ms >= year_10000_ms)
        return fail(Code::invalid, "a date lies outside the years 1 to 9999");
      out += '"' + utc_text(Time(std::chrono::milliseconds(since_1970_ms))) + '"';
      return {};
    }
    case BSON_TYPE_OID: {
      std::array<char, 25> text;
      bson_oid_to_string(bson_iter_oid(&at), text.data());
      out += '"' + std::string(text.data()) + '"';
      return {};
    }
    case BSON_TYPE_BINARY:
      if (const auto id = value.uuid())
        out += '"' + id->text() + '"';
      else
        out += '"' + to_base64(*value.bytes()) + '"';
      return {};
    case BSON_TYPE_DECIMAL128: {
      bson_decimal128_t decimal;
      bson_iter_decimal128(&at, &decimal);
      std::array<char, BSON_DECIMAL128_STRING> text;
      bson_decimal128_to_string(&decimal, text.data());
      json::append_quoted(out, text.data());
      return {};
    }
    case BSON_TYPE_DOCUMENT:
    case BSON_TYPE_ARRAY: {
      bson_iter_t inside;
      if (depth >= limits::json_depth_max || !bson_iter_recurse(&at, &inside))
        return fail(Code::invalid, "the document nests too deeply");
      return append_json(out, inside, bson_iter_type(&at) == BSON_TYPE_ARRAY, depth + 1);
    }
    default:
      return fail(Code::invalid, fmt::format("a value has the BSON type {}, which JSON lacks",
                                             static_cast<int>(bson_iter_type(&at))));
  }
}

Result<void> append_json(std::string& out, bson_iter_t& at, bool in_array, std::size_t depth) {
  out += in_array ? '[' : '{';
  bool first = true;
  while (bson_iter_next(&at)) {
    if (!first) out += ',';
    first = false;
    if (!in_array) {
      RETURN_IF_ERROR(append_text(out, {bson_iter_key(&at), bson_iter_key_len(&at)}));
      out += ':';
    }
    RETURN_IF_ERROR(append_value(out, at, depth));
  }
  out += in_array ? ']' : '}';
  return {};
}

}  // namespace

Bson to_bson(json::Value object) { return children_of(object, 1); }

Result<std::string> to_json(View document) {
  std::size_t bad_at = 0;
  constexpr auto checks =
      static_cast<bson_validate_flags_t>(BSON_VALIDATE_UTF8 | BSON_VALIDATE_UTF8_ALLOW_NULL);
  bson_t bson;
  if (!bson_init_static(&bson, document.data, document.size) ||
      !bson_validate(&bson, checks, &bad_at))
    return fail(Code::invalid, fmt::format("the BSON is broken at byte {}", bad_at));
  bson_iter_t at;
  if (!bson_iter_init(&at, &bson)) return fail(Code::invalid, "the BSON is broken");
  std::string out;
  RETURN_IF_ERROR(append_json(out, at, false, 1));
  return out;
}

}  // namespace lectern::store::mongo
