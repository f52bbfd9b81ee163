// The table is read line by line; `#` begins a comment, and a text in quotes is one word.
//
//   table = *( verb / interaction / form / event )
//   verb  = "verb" WORD IRI
//   interaction = "interaction" WORD *WORD     ; xAPI's type, and Open edX's types of responses
//   form  = "form" NAME "{" *line "}"          ; what several events share
//   event = "event" 1*NAME "{" *line "}"
//   line  = "of" NAME                          ; all that this form has; comes first
//         / "does" WORD                        ; the verb
//         / activity TEMPLATE TYPE             ; `{KEY}` stands for what the event has there
//         / activity ".name" LANGUAGE KEY
//         / activity ".extension" IRI source
//         / "result" KIND *KEY                 ; see ResultRule
//         / ( "result" / "context" ) ".extension" IRI source
//         / "parent" "none"
//         / "question"
//   activity = "object" / "grouping"
//   source = KEY / "seconds" KEY [ "or" KEY ] / "speed" KEY / "literal" JSON
#include "models/openedx/rules.h"

#include <map>

#include "base/assert.h"
#include "models/embedded.h"

namespace lectern::models::openedx {
namespace {

using Words = std::vector<std::string>;

Words words_of(std::string_view line) {
  Words words;
  for (std::size_t at = line.find_first_not_of(' '); at < line.size();) {
    const bool quoted = line[at] == '"';
    const std::size_t end = quoted ? line.find('"', at + 1) + 1 : line.find(' ', at);
    words.emplace_back(line.substr(at, end - at));
    at = end < line.size() ? line.find_first_not_of(' ', end) : line.size();
  }
  return words;
}

Source source_of(const Words& words, std::size_t at) {
  static const std::map<std::string_view, Source::Kind> kinds = {
      {"seconds", Source::Kind::seconds},
      {"speed", Source::Kind::speed},
      {"literal", Source::Kind::literal}};
  Source source;
  const auto kind = kinds.find(words.at(at));
  if (kind != kinds.end()) {
    source.kind = kind->second;
    ++at;
  }
  LECTERN_ASSERT(at < words.size());
  if (source.kind == Source::Kind::literal) {
    source.literal = words[at];
    return source;
  }
  for (; at < words.size(); ++at)
    if (words[at] != "or") source.keys.push_back(words[at]);
  return source;
}

void read_result(Rule& rule, const Words& words) {
  static const std::map<std::string_view, ResultRule> results = {
      {"plain", ResultRule::plain},       {"watched", ResultRule::watched},
      {"progress", ResultRule::progress}, {"earned", ResultRule::earned},
      {"grade", ResultRule::grade},       {"answered", ResultRule::answered}};
  const auto found = results.find(words.at(1));
  LECTERN_ASSERT(found != results.end());
  rule.result = found->second;
  rule.result_keys.assign(words.begin() + 2, words.end());
}

void read_activity(ActivityRule& activity, std::string_view part, const Words& words) {
  constexpr std::size_t source_at = 2;
  LECTERN_ASSERT(words.size() > 2);
  if (part.empty()) {
    activity.id = words[1];
    activity.type = words[2];
  } else if (part == ".name") {
    activity.name_language = words[1];
    activity.name_key = words[2];
  } else {
    LECTERN_ASSERT(part == ".extension");
    activity.extensions.push_back({words[1], source_of(words, source_at)});
  }
}

class Reader {
 public:
  Rules read(std::string_view text) {
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      const Words words = words_of(line);
      if (words.empty() || words[0] == "#") continue;
      read_line(words);
    }
    for (const auto& [name, rule] : rules_.events)
      LECTERN_ASSERT(rules_.verbs.count(rule.verb) == 1);
    return std::move(rules_);
  }

 private:
  void read_line(const Words& words) {
    if (is_open_) {
      is_open_ = words[0] != "}";
      if (is_open_) {
        read_rule_line(words);
      } else {
        close();
      }
    } else if (words[0] == "verb") {
      rules_.verbs[words.at(1)] = words.at(2);
    } else if (words[0] == "interaction") {
      for (std::size_t i = 2; i < words.size(); ++i) rules_.interactions[words[i]] = words[1];
    } else {
      LECTERN_ASSERT(words.back() == "{" && (words[0] == "form" || words[0] == "event"));
      is_open_ = true;
      is_form_ = words[0] == "form";
      names_.assign(words.begin() + 1, words.end() - 1);
      rule_ = {};
    }
  }

  void close() {
    for (const std::string& name : names_) {
      if (is_form_) {
        forms_[name] = rule_;
      } else {
        LECTERN_ASSERT(rules_.events.emplace(name, rule_).second);
      }
    }
  }

  void read_rule_line(const Words& words) {
    constexpr std::size_t source_at = 2;
    const std::string_view word = words[0];
    const std::string_view part = word.substr(std::min(word.find('.'), word.size()));
    if (word == "of") {
      rule_ = forms_.at(words.at(1));
    } else if (word == "does") {
      rule_.verb = words.at(1);
    } else if (word.starts_with("object")) {
      read_activity(rule_.object, part, words);
    } else if (word.starts_with("grouping")) {
      read_activity(rule_.grouping, part, words);
    } else if (word == "result") {
      read_result(rule_, words);
    } else if (word == "result.extension") {
      rule_.result_extensions.push_back({words.at(1), source_of(words, source_at)});
    } else if (word == "context.extension") {
      rule_.context_extensions.push_back({words.at(1), source_of(words, source_at)});
    } else if (word == "parent") {
      rule_.has_parent = false;
    } else {
      LECTERN_ASSERT(word == "question");
      rule_.is_question = true;
    }
  }

  Rules rules_;
  std::map<std::string, Rule> forms_;
  std::vector<std::string> names_;
  Rule rule_;
  bool is_open_ = false, is_form_ = false;
};

Rules read_embedded() {
  for (const EmbeddedFile& file : embedded_files())
    if (file.name == "tables/openedx") return Reader().read(file.text);
  LECTERN_ASSERT(false);
  return {};
}

}  // namespace

const Rules& rules() {
  static const Rules table = read_embedded();
  return table;
}

}  // namespace lectern::models::openedx
