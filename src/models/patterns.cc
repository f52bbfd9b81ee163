#include "models/patterns.h"

#include <array>
#include <string>
#include <utility>

#include "models/byte_set.h"

namespace lectern::models {
namespace {

constexpr std::size_t hex_of_md5 = 32;

constexpr ByteSet hex_digits("0123456789abcdef"), lower_letters("abcdefghijklmnopqrstuvwxyz");

bool is_hex(std::string_view text) { return hex_digits.has_all(text); }
bool is_lower(std::string_view text) { return lower_letters.has_all(text); }

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

bool take_hex_behind(std::string_view& text) {
  if (text.size() < hex_of_md5 || !is_hex(text.substr(text.size() - hex_of_md5))) return false;
  text.remove_suffix(hex_of_md5);
  return true;
}

/// Takes something and a plus sign off the front.
bool take_up_to_plus(std::string_view& text) {
  const std::size_t plus = text.find('+', 1);
  if (plus == std::string_view::npos) return false;
  text.remove_prefix(plus + 1);
  return true;
}

/// Takes an organisation or a course, with the `+` or `/` behind it, off the front.
bool take_name(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && text[end] != '/' && text[end] != '+') ++end;
  if (end == text.size() || end == 0) return false;
  text.remove_prefix(end + 1);
  return true;
}

bool has_line_break(std::string_view text) { return text.find('\n') != std::string_view::npos; }

bool is_course_key(std::string_view text) {
  return !has_line_break(text) && take_prefix(text, "course-v1:") && take_up_to_plus(text) &&
         take_up_to_plus(text) && !text.empty();
}

/// ORG+COURSE+RUN and more in front, any type behind.
bool is_usage_key(std::string_view text) {
  if (has_line_break(text) || !take_prefix(text, "block-v1:") || !take_hex_behind(text) ||
      !take_suffix(text, "@") || !take_up_to_plus(text) || !take_up_to_plus(text))
    return false;
  constexpr std::string_view type = "type@";
  const std::size_t at = text.find(type, 1);
  return at != std::string_view::npos && at + type.size() < text.size();
}

/// The same, with `type` behind `type@`, as it stands before the hexadecimal digits.
bool is_usage_key_of(std::string_view text, std::string_view type) {
  return !has_line_break(text) && take_prefix(text, "block-v1:") && take_hex_behind(text) &&
         take_suffix(text, type) && take_suffix(text, "type@") && take_up_to_plus(text) &&
         take_up_to_plus(text) && !text.empty();
}

bool is_assessment_key(std::string_view text) {
  std::string_view front = text;
  if (!take_hex_behind(front) || !take_suffix(front, "block@")) return false;
  std::string_view without_t = front;
  while (take_suffix(without_t, "t")) {
  }
  if (without_t.size() == front.size()) return false;
  const std::string key =
      std::string(without_t) + std::string(text.substr(text.size() - hex_of_md5));
  return is_usage_key_of(key, "openassessmen");
}

/// A block's key; of `type`, or of any type where that is empty.
bool is_block_key(std::string_view text, std::string_view type) {
  if (!take_prefix(text, "block-v1:") || !take_hex_behind(text) || !take_suffix(text, "+block@") ||
      !take_name(text) || !take_name(text))
    return false;
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return false;
  const std::string_view found = text.substr(at + 1);
  if (type.empty() ? found.empty() || !is_lower(found) : found != type) return false;
  std::string_view run = text.substr(0, at);
  constexpr ByteSet ends("/?");
  return take_suffix(run, "type") && !run.empty() && !ends.has_any(run);
}

bool is_asset_path(std::string_view text) {
  if (!take_prefix(text, "/asset-v1:") || !take_name(text) || !take_name(text)) return false;
  constexpr std::string_view middle = "type@asset+block";
  const std::size_t run_max = text.find_first_of("/?");
  for (std::size_t at = text.find(middle, 1); at != std::string_view::npos && at <= run_max;
       at = text.find(middle, at + 1)) {
    const std::string_view name = text.substr(at + middle.size());
    if (!name.empty() && !has_line_break(name)) return true;
  }
  return false;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_answer_key(std::string_view text) {
  constexpr std::size_t size = hex_of_md5 + 4;
  return text.size() == size && is_hex(text.substr(0, hex_of_md5)) && text[hex_of_md5] == '_' &&
         is_digit(text[hex_of_md5 + 1]) && text[hex_of_md5 + 2] == '_' &&
         is_digit(text[hex_of_md5 + 3]);
}

bool is_version_1_0(std::string_view text) {
  return take_prefix(text, "1.0.") && !text.empty() &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// White space as Unicode has it.
bool has_space(std::string_view text) {
  constexpr ByteSet narrow(" \t\n\v\f\r");
  if (narrow.has_any(text)) return true;
  constexpr std::array<std::string_view, 19> wide = {
      "\u0085", "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
      "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A",
      "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"};
  for (const std::string_view space : wide)
    if (text.find(space) != std::string_view::npos) return true;
  return false;
}

constexpr std::array<std::pair<std::string_view, Pattern>, 14> names = {{
    {"course_key_or_empty", Pattern::course_key_or_empty},
    {"usage_key", Pattern::usage_key},
    {"problem_usage_key", Pattern::problem_usage_key},
    {"block_key", Pattern::block_key},
    {"problem_key", Pattern::problem_key},
    {"sequence_key", Pattern::sequence_key},
    {"assessment_key", Pattern::assessment_key},
    {"asset_path", Pattern::asset_path},
    {"answer_key", Pattern::answer_key},
    {"session_key", Pattern::session_key},
    {"sha1", Pattern::sha1},
    {"short_sha1", Pattern::short_sha1},
    {"version_1_0", Pattern::version_1_0},
    {"no_space", Pattern::no_space},
}};

}  // namespace

std::optional<Pattern> pattern_named(std::string_view name) {
  for (const auto& [known, pattern] : names)
    if (known == name) return pattern;
  return std::nullopt;
}

bool matches(Pattern pattern, std::string_view text) {
  constexpr std::size_t hex_of_sha1 = 40;
  switch (pattern) {
    case Pattern::none:
      return true;
    case Pattern::course_key_or_empty:
      return text.empty() || is_course_key(text);
    case Pattern::usage_key:
      return is_usage_key(text);
    case Pattern::problem_usage_key:
      return is_usage_key_of(text, "problem+block@");
    case Pattern::block_key:
      return is_block_key(text, "");
    case Pattern::problem_key:
      return is_block_key(text, "problem");
    case Pattern::sequence_key:
      return is_block_key(text, "sequential");
    case Pattern::assessment_key:
      return is_assessment_key(text);
    case Pattern::asset_path:
      return is_asset_path(text);
    case Pattern::answer_key:
      return is_answer_key(text);
    case Pattern::session_key:
      return text.size() == hex_of_md5 && is_hex(text);
    case Pattern::sha1:
      return text.size() == hex_of_sha1 && is_hex(text);
    case Pattern::short_sha1:
      return !text.empty() && text.size() <= hex_of_sha1 && is_hex(text);
    case Pattern::version_1_0:
      return is_version_1_0(text);
    case Pattern::no_space:
      return !text.empty() && !has_space(text);
  }
  return false;
}

}  // namespace lectern::models
