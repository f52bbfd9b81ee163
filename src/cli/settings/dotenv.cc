#include "cli/settings/dotenv.h"

#include <algorithm>
#include <optional>

namespace lectern::cli {
namespace {

constexpr std::string_view blanks = " \t\r\f\v";

/// The text that is left to read.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }
  bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }

  void skip(std::string_view characters) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(characters), rest_.size()));
  }
  void skip_line() {
    const std::size_t end = rest_.find('\n');
    rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
  }
  /// What stands before the first of these characters, which stays.
  std::string_view up_to(std::string_view characters) {
    const std::string_view taken = rest_.substr(0, rest_.find_first_of(characters));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  bool take(char c) {
    if (!next_is(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take_word(std::string_view word) {
    if (rest_.substr(0, word.size()) != word) return false;
    const std::string_view behind = rest_.substr(word.size());
    if (behind.empty() || blanks.find(behind.front()) == blanks.npos) return false;
    rest_ = behind;
    return true;
  }

  /// A quoted value behind its opening quote; nothing if it never ends.
  std::optional<std::string> quoted(char quote) {
    std::string value;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == quote) {
        rest_.remove_prefix(i + 1);
        return value;
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size())
        value += unescaped(rest_[++i], quote);
      else
        value += rest_[i];
    }
    return std::nullopt;
  }

 private:
  static std::string unescaped(char c, char quote) {
    if (c == '\\' || c == quote) return std::string(1, c);
    if (quote == '"') {
      if (c == 'n') return "\n";
      if (c == 'r') return "\r";
      if (c == 't') return "\t";
    }
    return {'\\', c};
  }

  std::string_view rest_;
};

std::string bare(Reader& in) {
  std::string_view line = in.up_to("\n");
  for (const std::string_view mark : {" #", "\t#"}) line = line.substr(0, line.find(mark));
  const std::size_t last = line.find_last_not_of(blanks);
  return std::string(line.substr(0, last == line.npos ? 0 : last + 1));
}

using Variables = std::map<std::string, std::string>;

/// Nothing when it grows beyond dotenv_value_bytes_max.
std::optional<std::string> expanded(std::string_view value, const Variables& own,
                                    const Variables& environment) {
  std::string out;
  for (;;) {
    if (out.size() + value.size() > dotenv_value_bytes_max) return std::nullopt;
    const std::size_t begin = value.find("${");
    const std::size_t end = begin == value.npos ? value.npos : value.find('}', begin);
    if (end == value.npos) return out.append(value);
    std::string_view name = value.substr(begin + 2, end - begin - 2);
    std::string_view fallback;
    if (const std::size_t dash = name.find(":-"); dash != name.npos) {
      fallback = name.substr(dash + 2);
      name = name.substr(0, dash);
    }
    out.append(value.substr(0, begin));
    if (const auto it = own.find(std::string(name)); it != own.end())
      out.append(it->second);
    else if (const auto outer = environment.find(std::string(name)); outer != environment.end())
      out.append(outer->second);
    else
      out.append(fallback);
    value.remove_prefix(end + 1);
  }
}

}  // namespace

std::map<std::string, std::string> parse_dotenv(std::string_view text, const Variables& environment,
                                                LinesPassedOver* passed_over) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  Variables variables;
  const std::string_view whole = text;
  Reader in(text);
  while (!in.at_end()) {
    in.skip(" \t\r\f\v\n");
    const bool is_blank = in.at_end() || in.next_is('#');
    const auto before = whole.substr(0, whole.size() - in.left());
    bool understood = is_blank;
    if (in.take_word("export")) in.skip(blanks);
    const std::string name(in.up_to(" \t\r\f\v\n=#"));
    in.skip(blanks);
    if (!name.empty() && in.take('=')) {
      in.skip(blanks);
      std::optional<std::string> value;
      if (in.take('\''))
        value = in.quoted('\'');
      else if (in.take('"'))
        value = in.quoted('"');
      else if (in.next_is('#'))
        value = "";
      else
        value = bare(in);
      if (value) value = expanded(*value, variables, environment);
      understood = value.has_value();
      if (value) variables[name] = std::move(*value);
    }
    if (!understood && passed_over != nullptr)
      passed_over->push_back(
          static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1);
    in.skip_line();
  }
  return variables;
}

}  // namespace lectern::cli
