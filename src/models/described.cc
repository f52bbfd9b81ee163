#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "models/checker.h"

namespace lectern::models {
namespace {

std::string_view words_for(Kind kind) {
  switch (kind) {
    case Kind::any:
      return "anything";
    case Kind::text:
    case Kind::string:
    case Kind::path:
      return "a text";
    case Kind::integer:
      return "an integer";
    case Kind::number:
    case Kind::decimal:
      return "a number";
    case Kind::boolean:
    case Kind::strict_boolean:
      return "a boolean";
    case Kind::is_true:
      return "true";
    case Kind::null:
      return "null";
    case Kind::instant:
      return "a date and time";
    case Kind::duration:
      return "a duration";
    case Kind::uuid:
      return "a UUID";
    case Kind::url:
      return "a URL";
    case Kind::web_url:
      return "a URL of http or https";
    case Kind::ipv4:
      return "an IPv4 address";
    case Kind::iri:
      return "an IRI";
    case Kind::language_tag:
      return "a language tag";
    case Kind::mailto:
      return "a mailto IRI";
    case Kind::extensions:
      return "an object whose keys are IRIs";
    case Kind::json:
      return "JSON in a string";
    case Kind::list:
    case Kind::array:
      return "an array";
    default:
      return "an object";
  }
}

std::string_view words_for(Pattern pattern) {
  switch (pattern) {
    case Pattern::none:
    case Pattern::no_space:
      return "a text without white space";
    case Pattern::course_key_or_empty:
      return "a course key (course-v1:ORG+COURSE+RUN) or empty";
    case Pattern::usage_key:
    case Pattern::block_key:
      return "a block key (block-v1:ORG+COURSE+RUN+type@TYPE+block@ID)";
    case Pattern::problem_usage_key:
    case Pattern::problem_key:
      return "a block key of type problem";
    case Pattern::sequence_key:
      return "a block key of type sequential";
    case Pattern::assessment_key:
      return "a block key of type openassessment, without \"+\" before \"block\"";
    case Pattern::asset_path:
      return "a path of an asset (/asset-v1:ORG+COURSE+RUN+type@asset+block...)";
    case Pattern::answer_key:
      return "32 hexadecimal digits, \"_\", a digit, \"_\" and a digit";
    case Pattern::session_key:
      return "32 hexadecimal digits";
    case Pattern::sha1:
      return "40 hexadecimal digits";
    case Pattern::short_sha1:
      return "up to 40 hexadecimal digits";
    case Pattern::version_1_0:
      return "a version 1.0.x";
  }
  return "";
}

std::string with_bounds(const Type& type) {
  std::string out(type.pattern == Pattern::none ? words_for(type.kind) : words_for(type.pattern));
  const bool is_text = type.kind == Kind::text || type.kind == Kind::string;
  if (is_text && type.size_max != std::numeric_limits<std::size_t>::max())
    return out + fmt::format(" of {} to {} characters", type.size_min, type.size_max);
  if (is_text && type.size_min > 0 && type.pattern == Pattern::none)
    return out + " that is not empty";
  if (std::isfinite(type.low) && std::isfinite(type.high))
    return out + fmt::format(" from {} to {}", type.low, type.high);
  if (std::isfinite(type.low))
    out += fmt::format("{} {}", type.above_low ? " above" : " not below", type.low);
  if (type.places_max >= 0) out += fmt::format(" with {} decimal places at most", type.places_max);
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

}  // namespace

std::string described(const Table& table, std::uint32_t index) {
  const Type& type = table.types[index];
  std::vector<std::string> words;
  if (type.kind == Kind::literals) {
    for (const std::string& literal : type.literals) words.push_back('"' + literal + '"');
    return joined(words);
  }
  if (type.kind != Kind::any_of) return with_bounds(type);
  for (const std::uint32_t part : type.parts) {
    std::string word = described(table, part);
    if (std::find(words.begin(), words.end(), word) == words.end())
      words.push_back(std::move(word));
  }
  return joined(words);
}

}  // namespace lectern::models
