// The grammar of a language tag (RFC 5646, 2.1):
//
//   tag       = language [ "-" script ] [ "-" region ] *( "-" variant ) *( "-" extension )
//               [ "-" private ] / private / grandfathered
//   language  = 2*3ALPHA [ 1*3( "-" 3ALPHA ) ] / 4*8ALPHA
//   script    = 4ALPHA
//   region    = 2ALPHA / 3DIGIT
//   variant   = 5*8alphanum / DIGIT 3alphanum
//   extension = singleton 1*( "-" 2*8alphanum )     ; singleton = alphanum but "x"
//   private   = "x" 1*( "-" 1*8alphanum )
#include <algorithm>
#include <array>

#include "base/limits.h"
#include "base/text.h"
#include "xapi/validate/validate.h"

namespace lectern::xapi {
namespace {

/// The grandfathered tags that the grammar above does not make (RFC 5646, 2.1, `irregular`).
/// The regular ones are well-formed by it.
constexpr std::array<std::string_view, 17> irregular = {
    "en-GB-oed", "i-ami", "i-bnn",     "i-default", "i-enochian", "i-hak",
    "i-klingon", "i-lux", "i-mingo",   "i-navajo",  "i-pwn",      "i-tao",
    "i-tay",     "i-tsu", "sgn-BE-FR", "sgn-BE-NL", "sgn-CH-DE"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool all_alpha(std::string_view text) { return std::all_of(text.begin(), text.end(), is_alpha); }
bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

/// Goes through the subtags, each checked to be 1 to 8 letters or digits.
class Subtags {
 public:
  explicit Subtags(std::string_view tag) : tag_(tag) { advance(); }

  bool done() const { return subtag_.empty(); }
  bool broken() const { return broken_; }
  std::string_view now() const { return subtag_; }
  /// Where the current one begins.
  std::size_t offset() const { return begin_; }

  void advance() {
    begin_ = next_;
    subtag_ = {};
    if (next_ > tag_.size() || broken_) return;
    const std::size_t end = std::min(tag_.find('-', next_), tag_.size());
    const std::string_view found = tag_.substr(next_, end - next_);
    const auto good = [](char c) { return is_alpha(c) || is_digit(c); };
    broken_ = found.empty() || found.size() > 8 || !std::all_of(found.begin(), found.end(), good);
    if (broken_) return;
    subtag_ = found;
    next_ = end + 1;
  }

 private:
  std::string_view tag_, subtag_;
  std::size_t begin_ = 0, next_ = 0;
  bool broken_ = false;
};

bool is_variant(std::string_view subtag) {
  return subtag.size() >= 5 || (subtag.size() == 4 && is_digit(subtag.front()));
}

/// Whether the subtag stands among those of `before`, which ends with a dash.
bool occurs_in(std::string_view before, std::string_view subtag) {
  while (!before.empty()) {
    const std::size_t dash = before.find('-');
    if (equal_without_case(before.substr(0, dash), subtag)) return true;
    before.remove_prefix(dash + 1);
  }
  return false;
}

bool read_language(Subtags& at) {
  const std::size_t size = at.now().size();
  if (size < 2 || !all_alpha(at.now())) return false;
  at.advance();
  if (size > 3) return true;
  for (int extended = 0; extended < 3; ++extended) {
    if (at.now().size() != 3 || !all_alpha(at.now())) break;
    at.advance();
  }
  return true;
}

/// Variants must not occur twice (RFC 5646, 2.2.5).
bool read_variants(std::string_view tag, Subtags& at) {
  const std::size_t first = at.offset();
  while (!at.done() && is_variant(at.now())) {
    if (occurs_in(tag.substr(first, at.offset() - first), at.now())) return false;
    at.advance();
  }
  return true;
}

/// Singletons must not occur twice either (2.2.6).
bool read_extensions(Subtags& at) {
  std::array<bool, 128> seen{};
  while (at.now().size() == 1 && at.now() != "x" && at.now() != "X") {
    const char singleton = at.now().front();
    auto& before = seen[static_cast<unsigned char>(singleton | 0x20)];
    if (before) return false;
    before = true;
    at.advance();
    if (at.now().size() < 2) return false;
    while (at.now().size() >= 2) at.advance();
  }
  return true;
}

bool read_private(Subtags& at) {
  if (at.now() != "x" && at.now() != "X") return at.done();
  at.advance();
  if (at.done()) return false;
  while (!at.done()) at.advance();
  return true;
}

bool is_grammatical(std::string_view tag) {
  Subtags at(tag);
  if (at.now().size() == 1) return read_private(at) && !at.broken();
  if (!read_language(at)) return false;
  if (at.now().size() == 4 && all_alpha(at.now())) at.advance();
  const std::string_view region = at.now();
  if ((region.size() == 2 && all_alpha(region)) || (region.size() == 3 && all_digits(region)))
    at.advance();
  return read_variants(tag, at) && read_extensions(at) && read_private(at) && !at.broken();
}

}  // namespace

bool is_language_tag(std::string_view text) {
  if (text.size() > limits::language_tag_bytes_max) return false;
  if (is_grammatical(text)) return true;
  return std::any_of(irregular.begin(), irregular.end(),
                     [&](std::string_view tag) { return equal_without_case(tag, text); });
}

}  // namespace lectern::xapi
