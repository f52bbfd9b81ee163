#include "pipeline/learning_locker.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include <fmt/format.h>

namespace lectern::pipeline {
namespace {

using json::Type;
using json::Value;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_word(char c) { return is_digit(c) || is_letter(c) || c == '_'; }

/// Takes so many digits of a value in the bounds off the text.
bool take_number(std::string_view& text, std::size_t digits, int least, int most) {
  if (text.size() < digits) return false;
  int number = 0;
  for (const char c : text.substr(0, digits)) {
    if (!is_digit(c)) return false;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return number >= least && number <= most;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// Letters, digits and underscores, then a colon: no `course-v1:`.
bool is_iri(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_word);
  return end != text.begin() && end != text.end() && *end == ':';
}

/// Whole numbers but for the seconds, whose fraction has a dot.
bool is_duration(std::string_view text) {
  const bool seconds = text.ends_with('S');
  const std::size_t dot = text.find('.');
  if (text.find(',') != text.npos || text.starts_with('+')) return false;
  return dot == text.npos ||
         (seconds && text.find_first_not_of("0123456789", dot + 1) == text.size() - 1);
}

bool take_zone(std::string_view& text, bool extended) {
  if (take(text, 'Z')) return true;
  const bool negative = text.starts_with('-');
  if (!negative && !text.starts_with('+')) return false;
  text.remove_prefix(1);
  if (!take_number(text, 2, negative ? 1 : 0, 23)) return false;  // -00 is refused
  if (text.empty()) return true;
  return (!extended || take(text, ':')) && take_number(text, 2, 0, 59);
}

/// A date and a time with a zone, or a bare date; seconds up to 59, their fraction with a dot.
bool is_timestamp(std::string_view text) {
  if (!take_number(text, 4, 0, 9999)) return false;
  const bool extended = take(text, '-');
  if (!take_number(text, 2, 1, 12) || (extended && !take(text, '-'))) return false;
  if (!take_number(text, 2, 1, 31)) return false;
  if (text.empty()) return true;
  if (!take(text, 'T') || !take_number(text, 2, 0, 23)) return false;
  const auto goes_on = [&] {
    return extended ? take(text, ':') : !text.empty() && is_digit(text[0]);
  };
  if (goes_on()) {
    if (!take_number(text, 2, 0, 59)) return false;
    if (goes_on() && !take_number(text, 2, 0, 59)) return false;
    if (extended && take(text, '.')) {
      const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
      if (end == 0) return false;
      text.remove_prefix(end);
    }
  }
  return take_zone(text, extended) && text.empty();
}

/// An address whose domain has a dot, in plain letters.
bool is_mailbox(std::string_view text) {
  constexpr std::string_view mailto = "mailto:";
  if (!text.starts_with(mailto)) return false;
  text.remove_prefix(mailto.size());
  const std::size_t at = text.find('@');
  if (at == text.npos || at == 0) return false;
  const std::string_view name = text.substr(0, at), domain = text.substr(at + 1);
  const std::size_t dot = domain.rfind('.');
  if (dot == domain.npos || dot == 0 || dot + 1 == domain.size()) return false;
  const auto fits = [](std::string_view part, std::string_view besides) {
    return std::all_of(part.begin(), part.end(), [&](char c) {
      return is_digit(c) || is_letter(c) || besides.find(c) != besides.npos;
    });
  };
  const std::string_view top = domain.substr(dot + 1);
  return fits(name, ".`'_%+-") && fits(domain, ".-") && top.size() <= 63 &&
         std::all_of(top.begin(), top.end(), is_letter);
}

bool is_media_type(std::string_view text) {
  constexpr std::array<std::string_view, 9> kinds = {
      "application", "audio", "example", "image", "message", "model", "multipart", "text", "video"};
  const std::string_view kind = text.substr(0, text.find('/'));
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end() && text.find('"') == text.npos;
}

bool is_version(std::string_view text) {
  if (!text.starts_with("1.0")) return false;
  text.remove_prefix(3);
  return text.empty() ||
         (take(text, '.') && !text.empty() && std::all_of(text.begin(), text.end(), is_digit));
}

/// Components that it takes with an interactionType, beside none.
std::string_view component_of(std::string_view type) {
  if (type == "choice" || type == "sequencing") return "choices";
  if (type == "likert") return "scale";
  if (type == "matching") return "source target";
  if (type == "performance") return "steps";
  return "";
}

struct Rule {
  std::string_view key;  // of a text, wherever it stands
  bool (*keeps)(std::string_view);
  std::string_view name;
};

constexpr std::array rules = {
    Rule{"type", is_iri, "an IRI"},
    Rule{"moreInfo", is_iri, "an IRI"},
    Rule{"homePage", is_iri, "an IRI"},
    Rule{"openid", is_iri, "an IRI"},
    Rule{"usageType", is_iri, "an IRI"},
    Rule{"fileUrl", is_iri, "an IRI"},
    Rule{"duration", is_duration, "a duration"},
    Rule{"timestamp", is_timestamp, "a timestamp"},
    Rule{"stored", is_timestamp, "a timestamp"},
    Rule{"mbox", is_mailbox, "a mailto IRI"},
    Rule{"contentType", is_media_type, "a media type"},
    Rule{"version", is_version, "a version"},
};

Refusal refused(Value at, std::string_view name) {
  return {false, at.pointer(), fmt::format("Learning Locker: {}", name),
          fmt::format("Learning Locker does not take this as {}", name)};
}

/// Whether an `id` is an IRI: of verbs, and of activities; others are UUIDs or of components.
bool has_iri(std::string_view key_of_holder, Value holder) {
  if (key_of_holder == "verb") return true;
  const auto type = holder.find("objectType");
  if (type) return type->is(Type::string) && type->string() == "Activity";
  return key_of_holder == "object" || key_of_holder == "parent" || key_of_holder == "grouping" ||
         key_of_holder == "category" || key_of_holder == "other";
}

std::optional<Refusal> check_components(Value definition) {
  const auto type = definition.find("interactionType");
  const std::string_view allowed =
      type && type->is(Type::string) ? component_of(type->string()) : "";
  for (const std::string_view name : {"choices", "scale", "source", "target", "steps"})
    if (const auto component = definition.find(name);
        component && allowed.find(name) == allowed.npos)
      return refused(*component, "a component of this interactionType");
  return std::nullopt;
}

std::optional<Refusal> check(Value value, std::string_view holder);

std::optional<Refusal> check_member(Value object, Value member, std::string_view holder) {
  const std::string_view key = member.key();
  if (key == "extensions") {
    for (const auto extension : member.children())
      if (!is_iri(extension.key())) return refused(extension, "an IRI");
    return std::nullopt;
  }
  if (key == "display" || key == "name" || key == "description") return std::nullopt;
  if (!member.is(Type::string)) return check(member, key);
  if (key == "id")
    return has_iri(holder, object) && !is_iri(member.string())
               ? std::optional<Refusal>(refused(member, "an IRI"))
               : std::nullopt;
  for (const auto& rule : rules)
    if (rule.key == key && !rule.keeps(member.string())) return refused(member, rule.name);
  return std::nullopt;
}

/// `holder` is the key under which the value stands, or the array it is in.
std::optional<Refusal> check(Value value, std::string_view holder) {
  if (value.is(Type::array)) {
    for (const auto element : value.children())
      if (auto refusal = check(element, holder)) return refusal;
    return std::nullopt;
  }
  if (!value.is(Type::object)) return std::nullopt;
  if (holder == "definition")
    if (auto refusal = check_components(value)) return refusal;
  for (const auto member : value.children())
    if (auto refusal = check_member(value, member, holder)) return refusal;
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> check_for_learning_locker(Value statement) { return check(statement, ""); }

}  // namespace lectern::pipeline
