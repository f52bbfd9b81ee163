#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lectern::models {

/// The forms of texts that the tables name, most of them keys of Open edX.
enum class Pattern : std::uint8_t {
  none,
  course_key_or_empty,  // course-v1:ORG+COURSE+RUN; nothing
  usage_key,            // block-v1:ORG+COURSE+RUN...type@TYPE@HEX32
  problem_usage_key,    // block-v1:ORG+COURSE+RUN...type@problem+block@HEX32
  block_key,            // block-v1:ORG+COURSE+RUN+type@TYPE+block@HEX32, TYPE in a to z
  problem_key,          // the same of type problem
  sequence_key,         // the same of type sequential
  // As usage_key, but with `openassessment` and then `block`, no `+` between: what Ralph asks for,
  // so that no key as Open edX writes it is one.
  assessment_key,
  asset_path,   // /asset-v1:ORG+COURSE+RUN+type@asset+block and more
  answer_key,   // HEX32_DIGIT_DIGIT
  session_key,  // HEX32
  sha1,         // HEX40
  short_sha1,   // HEX1 to HEX40
  version_1_0,  // 1.0. and digits
  no_space,     // one character or more, none of them white space
};

/// The pattern that a table calls so, or nothing.
std::optional<Pattern> pattern_named(std::string_view name);

/// Whether all of a text has this form. Linear in its length.
bool matches(Pattern pattern, std::string_view text);

}  // namespace lectern::models
