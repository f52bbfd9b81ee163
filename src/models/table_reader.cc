// A table is read as words, parted by white space; `#` begins a comment line.
//
//   table  = *( prefix / alias / shape / model )
//   prefix = "prefix" NAME ":" IRI                 ; in what follows `NAME:x` stands for IRI and x
//   alias  = "type" NAME type                      ; up to the end of its line
//   shape  = "shape" NAME block
//   model  = "model" literal ( literal / "same" "context.path" ) block
//   block  = "{" *( "of" NAME                      ; takes over that shape's members
//                 / "must" RULE                    ; see Must
//                 / "open"                         ; other members may stand beside these
//                 / member ) "}"
//   member = NAME [ "?" / "??" ] [ "as" NAME ] type
//            ; "??" may be absent or null; "?" may be absent, Ralph has a default then; "as": what
//            ; Ralph prints it as, unless that is what stands behind the last slash
//   type   = alternative *( "|" alternative )
//   alternative = literal / NAME / block / "(" type ")"
//          / ( "text" / "string" ) [ range ] [ "~" PATTERN ]
//          / ( "integer" / "number" / "decimal" ) [ ">" N ] [ range ] [ "places" N ]
//          / "list" alternative [ range ] [ "with" alternative ] [ "unique" NAME ]
//          / "map" alternative alternative
//          / "json" alternative                    ; a string that holds JSON of it
//          / "or_json" alternative                 ; itself, or a string that holds JSON of it
//   range  = [ N ] ".." [ N ]
//   literal = DQUOTE *CHAR DQUOTE
//
// Shapes and aliases may be used before they are defined.
#include <charconv>
#include <map>
#include <optional>

#include "base/assert.h"
#include "models/table.h"

namespace lectern::models {
namespace {

const std::map<std::string_view, Kind> kinds = {
    {"any", Kind::any},
    {"text", Kind::text},
    {"string", Kind::string},
    {"path", Kind::path},
    {"integer", Kind::integer},
    {"number", Kind::number},
    {"decimal", Kind::decimal},
    {"boolean", Kind::boolean},
    {"strict_boolean", Kind::strict_boolean},
    {"true", Kind::is_true},
    {"null", Kind::null},
    {"instant", Kind::instant},
    {"duration", Kind::duration},
    {"uuid", Kind::uuid},
    {"url", Kind::url},
    {"web_url", Kind::web_url},
    {"ipv4", Kind::ipv4},
    {"iri", Kind::iri},
    {"language_tag", Kind::language_tag},
    {"mailto", Kind::mailto},
    {"extensions", Kind::extensions},
    {"object", Kind::object},
    {"array", Kind::array},
};

const std::map<std::string_view, Must> musts = {
    {"new_follows_old", Must::new_follows_old},
    {"old_follows_new", Must::old_follows_new},
    {"min_raw_max", Must::min_raw_max},
    {"statement", Must::statement},
};

struct Word {
  std::string_view text;
  bool begins_line = false;
};

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with('#')) continue;
    bool begins = true;
    for (std::size_t at = line.find_first_not_of(' '); at < line.size();) {
      const bool quoted = line[at] == '"';
      const std::size_t end = quoted ? line.find('"', at + 1) + 1 : line.find(' ', at);
      words.push_back({line.substr(at, end - at), begins});
      begins = false;
      at = end < line.size() ? line.find_first_not_of(' ', end) : line.size();
    }
  }
  return words;
}

/// What blocks and types are written as, before names are known.
class Reader {
 public:
  explicit Reader(std::string_view text) : words_(words_of(text)) {}

  Table read() {
    find_definitions();
    for (at_ = 0; at_ < words_.size();) {
      const std::string_view word = take();
      if (word == "prefix" || word == "type" || word == "shape") {
        skip_definition(word);
      } else {
        LECTERN_ASSERT(word == "model");
        read_model();
      }
    }
    for (Shape& shape : table_.shapes) shape.index_members();
    return std::move(table_);
  }

 private:
  std::string_view take() {
    LECTERN_ASSERT(at_ < words_.size());
    return words_[at_++].text;
  }
  std::string_view next() const { return at_ < words_.size() ? words_[at_].text : ""; }
  /// The next word of the same line.
  std::string_view next_here() const {
    return at_ < words_.size() && !words_[at_].begins_line ? words_[at_].text : "";
  }

  /// Remembers where each definition begins, and the prefixes.
  void find_definitions() {
    while (at_ < words_.size()) {
      const std::string_view word = take();
      if (word == "prefix") {
        const std::string_view name = take();
        prefixes_[name] = take();
      } else if (word == "type" || word == "shape") {
        const std::string_view name = take();
        definitions_[name] = at_;
        at_ -= 1;
        skip_definition(word);
      } else {
        take();
        if (take() == "same") take();
        skip_block();
      }
    }
  }

  void skip_definition(std::string_view word) {
    take();
    if (word == "shape") {
      skip_block();
      return;
    }
    while (!next_here().empty()) take();
  }

  void skip_block() {
    LECTERN_ASSERT(take() == "{");
    for (int depth = 1; depth > 0;) {
      const std::string_view word = take();
      if (word == "{") ++depth;
      if (word == "}") --depth;
    }
  }

  std::string expanded(std::string_view text) const {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::string(text);
    const auto prefix = prefixes_.find(text.substr(0, colon + 1));
    if (prefix == prefixes_.end()) return std::string(text);
    return std::string(prefix->second) + std::string(text.substr(colon + 1));
  }

  std::string literal() { return literal(take()); }
  std::string literal(std::string_view word) const {
    LECTERN_ASSERT(word.size() >= 2 && word.front() == '"');
    return expanded(word.substr(1, word.size() - 2));
  }

  void read_model() {
    Model model;
    model.first = literal();
    if (next() == "same") {
      take();
      take();
      model.is_own_path = true;
    } else {
      model.second = literal();
    }
    model.shape = read_block();
    table_.models.push_back(std::move(model));
    table_.index_last_model();
  }

  std::uint32_t add(Type type) {
    table_.types.push_back(std::move(type));
    return static_cast<std::uint32_t>(table_.types.size() - 1);
  }

  /// The shape of a name, read where it is defined when it is first asked for.
  std::uint32_t shape_of(std::string_view name) {
    if (const auto known = shapes_.find(name); known != shapes_.end()) return known->second;
    const auto definition = definitions_.find(name);
    LECTERN_ASSERT(definition != definitions_.end());
    const std::size_t back = at_;
    at_ = definition->second;
    const std::uint32_t shape = read_block();
    at_ = back;
    shapes_[name] = shape;
    return shape;
  }

  std::uint32_t read_block() {
    LECTERN_ASSERT(take() == "{");
    Shape shape;
    while (next() != "}") {
      const std::string_view word = take();
      if (word == "of") {
        shape = table_.shapes[shape_of(take())];
      } else if (word == "must") {
        shape.must = musts.at(take());
      } else if (word == "open") {
        shape.open = true;
      } else {
        read_member(shape, word);
      }
    }
    take();
    LECTERN_ASSERT(shape.members.size() <= 64);
    table_.shapes.push_back(std::move(shape));
    return static_cast<std::uint32_t>(table_.shapes.size() - 1);
  }

  void read_member(Shape& shape, std::string_view word) {
    Member member;
    if (word.ends_with("??")) member.nullable = true;
    while (word.ends_with('?')) {
      member.required = false;
      word.remove_suffix(1);
    }
    member.name = expanded(word);
    // All of it where there is no slash: npos + 1 is 0.
    member.printed_as = word.substr(word.rfind('/') + 1);
    if (next_here() == "as") {
      take();
      member.printed_as = take();
    }
    member.type = read_type();
    for (Member& inherited : shape.members) {
      if (inherited.name != member.name) continue;
      inherited = std::move(member);
      return;
    }
    shape.members.push_back(std::move(member));
  }

  std::uint32_t read_type() {
    std::vector<std::uint32_t> parts{read_alternative()};
    while (next_here() == "|") {
      take();
      parts.push_back(read_alternative());
    }
    if (parts.size() == 1) return parts.front();
    return any_of(parts);
  }

  /// Literals among the alternatives become one; alternatives of alternatives are laid flat.
  std::uint32_t any_of(const std::vector<std::uint32_t>& parts) {
    Type all{.kind = Kind::any_of};
    Type literals{.kind = Kind::literals};
    for (const std::uint32_t part : parts) {
      const Type& type = table_.types[part];
      if (type.kind == Kind::literals) {
        literals.literals.insert(literals.literals.end(), type.literals.begin(),
                                 type.literals.end());
      } else if (type.kind == Kind::any_of) {
        all.parts.insert(all.parts.end(), type.parts.begin(), type.parts.end());
      } else {
        all.parts.push_back(part);
      }
    }
    if (all.parts.empty()) return add(std::move(literals));
    if (!literals.literals.empty()) all.parts.push_back(add(std::move(literals)));
    return add(std::move(all));
  }

  std::uint32_t read_alternative() {
    const std::string_view word = next();
    if (word == "{") return add({.kind = Kind::shape, .shape = read_block()});
    take();
    if (word == "(") {
      const std::uint32_t type = read_type();
      LECTERN_ASSERT(take() == ")");
      return type;
    }
    if (word.starts_with('"')) return add({.kind = Kind::literals, .literals = {literal(word)}});
    if (word == "list") return read_list();
    if (word == "map") {
      const std::uint32_t key = read_alternative();
      return add({.kind = Kind::map, .parts = {key, read_alternative()}});
    }
    if (word == "json") return add({.kind = Kind::json, .parts = {read_alternative()}});
    if (word == "or_json") {
      const std::uint32_t inner = read_alternative();
      return add(
          {.kind = Kind::any_of, .parts = {inner, add({.kind = Kind::json, .parts = {inner}})}});
    }
    const auto kind = kinds.find(word);
    return kind == kinds.end() ? read_name(word) : read_scalar(kind->second);
  }

  std::uint32_t read_name(std::string_view name) {
    const auto definition = definitions_.find(name);
    LECTERN_ASSERT(definition != definitions_.end());
    if (words_[definition->second].text == "{")
      return add({.kind = Kind::shape, .shape = shape_of(name)});
    if (const auto known = aliases_.find(name); known != aliases_.end()) return known->second;
    const std::size_t back = at_;
    at_ = definition->second;
    const std::uint32_t type = read_type();
    at_ = back;
    aliases_[name] = type;
    return type;
  }

  std::uint32_t read_list() {
    Type list{.kind = Kind::list, .parts = {read_alternative()}};
    read_range(list);
    if (next_here() == "with") {
      take();
      list.parts.push_back(read_alternative());
    }
    if (next_here() == "unique") {
      take();
      list.unique = take();
    }
    return add(std::move(list));
  }

  std::uint32_t read_scalar(Kind kind) {
    Type type{.kind = kind};
    if (next_here().starts_with('>')) {
      type.low = number_of(take().substr(1));
      type.above_low = true;
    }
    read_range(type);
    if (next_here().starts_with('~')) {
      const auto pattern = pattern_named(take().substr(1));
      LECTERN_ASSERT(pattern.has_value());
      type.pattern = *pattern;
    }
    if (next_here() == "places") {
      take();
      type.places_max = static_cast<int>(number_of(take()));
    }
    return add(std::move(type));
  }

  void read_range(Type& type) {
    const std::string_view word = next_here();
    const std::size_t dots = word.find("..");
    if (dots == std::string_view::npos || word.starts_with('"')) return;
    take();
    const std::string_view low = word.substr(0, dots);
    const std::string_view high = word.substr(dots + 2);
    const bool of_number = type.kind == Kind::number || type.kind == Kind::decimal;
    if (of_number) {
      if (!low.empty()) type.low = number_of(low);
      if (!high.empty()) type.high = number_of(high);
    } else {
      if (!low.empty()) type.size_min = static_cast<std::size_t>(number_of(low));
      if (!high.empty()) type.size_max = static_cast<std::size_t>(number_of(high));
    }
  }

  static double number_of(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    LECTERN_ASSERT(error == std::errc{} && end == text.data() + text.size());
    return value;
  }

  std::vector<Word> words_;
  std::size_t at_ = 0;
  Table table_;
  std::map<std::string_view, std::string_view> prefixes_;
  std::map<std::string_view, std::size_t> definitions_;  // where the block or type begins
  std::map<std::string_view, std::uint32_t> shapes_, aliases_;
};

}  // namespace

Table read_table(std::string_view text) { return Reader(text).read(); }

}  // namespace lectern::models
