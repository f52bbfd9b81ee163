#include "xapi/equality/canonical.h"

#include <cstdint>

#include "xapi/values/decimal.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

}  // namespace

void CanonicalWriter::sized(char tag, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  const char head[5] = {tag, static_cast<char>(size & 0xFF), static_cast<char>((size >> 8) & 0xFF),
                        static_cast<char>((size >> 16) & 0xFF),
                        static_cast<char>((size >> 24) & 0xFF)};
  out_.append(head, sizeof head).append(text);
}

void CanonicalWriter::number(std::string_view token) {
  const auto decimal = read_decimal(token);
  if (!decimal) return sized('?', token);
  if (decimal->digits.empty()) return sized('#', "0");  // minus zero too
  std::string text = decimal->negative ? "-" : "";
  text.append(decimal->digits).append("e").append(std::to_string(decimal->exponent));
  sized('#', text);
}

void CanonicalWriter::value(Value value) {
  switch (value.type()) {
    case Type::null:
      out_ += 'n';
      break;
    case Type::boolean:
      out_ += value.boolean() ? 't' : 'f';
      break;
    case Type::number:
      number(value.number());
      break;
    case Type::string:
      string(value.string());
      break;
    case Type::array:
      open('[');
      for (const Value element : value.children()) this->value(element);
      close(']');
      break;
    case Type::object:
      open('{');
      sorted_members(value, [this](Value member) {
        string(member.key());
        this->value(member);
      });
      close('}');
      break;
  }
}

std::string canonical_bytes(Value value) {
  std::string out;
  out.reserve(value.source().size());
  CanonicalWriter(out).value(value);
  return out;
}

}  // namespace lectern::xapi
