#include "cli/settings/mask.h"

#include <algorithm>
#include <array>

#include "base/json/json.h"

namespace lectern::cli {
namespace {

bool speaks_of_secret(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  constexpr std::array words = {"password", "passwd", "pwd", "secret", "token", "key"};
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return lower.find(word) != lower.npos; });
}

/// `//user:password@host` for each URL in the text. The last `@` before the path ends the
/// credentials, since passwords are not always escaped.
std::string without_url_passwords(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t scheme = text.find("://");
    if (scheme == text.npos) return out.append(text);
    const std::size_t host = scheme + 3;
    const std::string_view authority = text.substr(host, text.find_first_of("/,\" ", host) - host);
    const std::size_t at = authority.rfind('@');
    const std::size_t colon = authority.find(':');
    out.append(text.substr(0, host));
    if (at == authority.npos || colon == authority.npos || colon > at)
      out.append(authority);
    else
      out.append(authority.substr(0, colon + 1)).append(mask).append(authority.substr(at));
    text.remove_prefix(host + authority.size());
  }
}

/// `name=value` parts, as in query strings and key=value lists.
std::string without_named_secrets(std::string_view text) {
  constexpr std::string_view ends = "?&,; ";
  std::string out;
  for (;;) {
    const std::size_t equals = text.find('=');
    if (equals == text.npos) return out.append(text);
    const std::size_t before = text.find_last_of(ends, equals);
    const std::size_t name = before == text.npos ? 0 : before + 1;
    const std::size_t end = std::min(text.find_first_of(ends, equals), text.size());
    out.append(text.substr(0, equals + 1));
    if (speaks_of_secret(text.substr(name, equals - name)))
      out.append(mask);
    else
      out.append(text.substr(equals + 1, end - equals - 1));
    text.remove_prefix(end);
  }
}

std::string masked_text(std::string_view text) {
  return without_named_secrets(without_url_passwords(text));
}

void append_masked(std::string& out, json::Value value) {
  if (value.is(json::Type::string)) {
    if (speaks_of_secret(value.key()))
      json::append_quoted(out, mask);
    else
      json::append_quoted(out, masked_text(value.string()));
    return;
  }
  const bool object = value.is(json::Type::object);
  if (!object && !value.is(json::Type::array)) {
    out.append(value.source());
    return;
  }
  out += object ? '{' : '[';
  bool first = true;
  for (const json::Value child : value.children()) {
    if (!first) out += ',';
    first = false;
    if (object) out.append(child.key_source()).append(":");
    append_masked(out, child);
  }
  out += object ? '}' : ']';
}

}  // namespace

std::string masked(std::string_view value) {
  if (value.find_first_of("{[") == 0) {
    if (const auto document = json::parse_view(value)) {
      std::string out;
      append_masked(out, (*document)->root());
      return out;
    }
  }
  return masked_text(value);
}

}  // namespace lectern::cli
