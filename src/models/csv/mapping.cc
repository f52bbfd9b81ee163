// A mapping is JSON:
//
//   mapping   = {"namespace": UUID, ["separator": TEXT of one character], "statements": [*rule]}
//   rule      = {"id": template, ["when": {*(COLUMN: [*TEXT])}], "statement": made}
//   made      = an object or array whose values are made, or
//             / template                                     ; a string
//             / a number, boolean or null                    ; itself
//             / {"$number": COLUMN, ["divide_by": N], ["decimal": ","]}
//             / {"$boolean": COLUMN, "true": [*TEXT], "false": [*TEXT]}
//             / {"$choice": COLUMN, "of": {*(TEXT: TEXT)}}
//             / {"$instant": COLUMN, ["form": TEXT], ["zone": TEXT]}
//             / {"$duration": COLUMN, "unit": "hours" / "minutes" / "seconds" / "clock"}
//   template  = *( CHAR / "{" COLUMN "}" / "{" COLUMN ":encoded}" / "{{" / "}}" )
//
// What reads an empty cell is left out, and so are objects and arrays that become empty by it.
#include "models/csv/mapping.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "models/csv/cells.h"
#include "xapi/member.h"
#include "xapi/query.h"
#include "xapi/validate/validate.h"

namespace lectern::models::csv {
namespace {

using json::Type;
using json::Value;

constexpr std::array<std::string_view, 5> readers = {"$number", "$boolean", "$choice", "$instant",
                                                     "$duration"};
constexpr std::string_view encoded_suffix = ":encoded";

tl::unexpected<Error> wrong(Value at, std::string message) {
  Error error{Code::invalid, std::move(message), {}, {}, {}};
  error.path = at.pointer();
  return fail(std::move(error));
}

/// The member that makes an object read a column; nothing for a plain object.
std::optional<Value> reader_of(Value object) {
  for (const std::string_view name : readers)
    if (const auto member = object.find(name)) return member;
  return std::nullopt;
}

/// Calls `text(characters)` and `column(name, encoded)` for each part of a template; false where
/// its braces are wrong.
template <typename Text, typename Column>
bool walk_template(std::string_view source, const Text& text, const Column& column) {
  while (!source.empty()) {
    const std::size_t brace = source.find_first_of("{}");
    text(source.substr(0, brace));
    if (brace == std::string_view::npos) return true;
    const char kind = source[brace];
    source.remove_prefix(brace + 1);
    if (source.starts_with(kind)) {
      text(source.substr(0, 1));
      source.remove_prefix(1);
      continue;
    }
    const std::size_t close = source.find('}');
    if (kind == '}' || close == std::string_view::npos) return false;
    std::string_view name = source.substr(0, close);
    const bool encoded = name.ends_with(encoded_suffix);
    if (encoded) name.remove_suffix(encoded_suffix.size());
    column(name, encoded);
    source.remove_prefix(close + 1);
  }
  return true;
}

bool is_texts(std::optional<Value> list) {
  if (!list || !list->is(Type::array)) return false;
  for (const Value text : list->children())
    if (!text.is(Type::string)) return false;
  return true;
}

bool holds(Value list, std::string_view text) {
  for (const Value one : list.children())
    if (one.string() == text) return true;
  return false;
}

/// What a reader's other members must be.
Result<void> check_reader(Value object, Value reader) {
  if (!reader.is(Type::string)) return wrong(reader, "must be the name of a column");
  const std::string_view kind = reader.key();
  for (const std::string_view key : {"decimal", "form", "zone", "unit"})
    if (const auto member = object.find(key); member && !member->is(Type::string))
      return wrong(*member, "must be a text");
  if (kind == "$number") {
    const auto by = object.find("divide_by");
    if (by && (!by->is(Type::number) || by->as_double() == 0))
      return wrong(*by, "must be a number other than 0");
    if (xapi::string_member(object, "decimal").value_or(".").size() != 1)
      return wrong(object, "must have a \"decimal\" of one character");
  }
  if (kind == "$boolean" && (!is_texts(object.find("true")) || !is_texts(object.find("false"))))
    return wrong(object, "must have \"true\" and \"false\", arrays of texts");
  if (kind == "$choice") {
    const auto of = object.find("of");
    if (!of || !of->is(Type::object)) return wrong(object, "must have \"of\", an object");
    for (const Value choice : of->children())
      if (!choice.is(Type::string)) return wrong(choice, "must be a text");
  }
  if (kind == "$duration") {
    const std::string_view unit = xapi::string_member(object, "unit").value_or("");
    if (unit != "hours" && unit != "minutes" && unit != "seconds" && unit != "clock")
      return wrong(object, "must have as \"unit\" hours, minutes, seconds or clock");
  }
  return {};
}

/// Checks templates and readers, and calls `column(name, place)` for each column.
template <typename Column>
Result<void> walk(Value made, const Column& column) {
  Result<void> bound;
  const auto found = [&](std::string_view name, Value at) {
    if (bound) bound = column(name, at);
  };
  if (made.is(Type::string)) {
    const bool kept = walk_template(
        made.string(), [](std::string_view) {},
        [&](std::string_view name, bool) { found(name, made); });
    if (!kept) return wrong(made, "has a brace without its other one; a brace itself is doubled");
    return bound;
  }
  if (made.is(Type::object)) {
    if (const auto reader = reader_of(made)) {
      RETURN_IF_ERROR(check_reader(made, *reader));
      found(reader->string(), *reader);
      return bound;
    }
  }
  for (const Value child : made.children()) RETURN_IF_ERROR(walk(child, column));
  return bound;
}

template <typename Column>
Result<void> walk_rule(Value rule, const Column& column) {
  if (!rule.is(Type::object)) return wrong(rule, "must be an object");
  const auto id = rule.find("id"), statement = rule.find("statement"), when = rule.find("when");
  if (!id || !id->is(Type::string)) return wrong(rule, "must have \"id\", a text");
  if (!statement || !statement->is(Type::object))
    return wrong(rule, "must have \"statement\", an object");
  if (statement->find("id")) return wrong(*statement, "must not have \"id\": the rule has it");
  RETURN_IF_ERROR(walk(*id, column));
  if (when) {
    if (!when->is(Type::object)) return wrong(*when, "must be an object");
    for (const Value condition : when->children()) {
      if (!is_texts(condition)) return wrong(condition, "must be an array of texts");
      RETURN_IF_ERROR(column(condition.key(), condition));
    }
  }
  return walk(*statement, column);
}

/// Makes one statement of one row.
class Making {
 public:
  using Columns = std::map<std::string, std::size_t, std::less<>>;

  Making(const Columns& columns, const Row& row) : columns_(columns), row_(row) {}

  std::string_view cell(std::string_view column) const {
    return trimmed(row_[columns_.find(column)->second]);
  }

  /// The text of a template; nothing where it names columns and all their cells are empty.
  std::optional<std::string> text(std::string_view source) const {
    std::string out;
    bool has_columns = false, has_cells = false;
    walk_template(
        source, [&](std::string_view characters) { out += characters; },
        [&](std::string_view column, bool encoded) {
          const std::string_view found = cell(column);
          has_columns = true;
          has_cells = has_cells || !found.empty();
          out += encoded ? percent_encoded(found) : std::string(found);
        });
    return has_columns && !has_cells ? std::nullopt : std::optional(out);
  }

  /// Appends what becomes of a value; false when it is left out.
  bool append(Value made, std::string& out) {
    if (made.is(Type::string)) {
      const auto made_text = text(made.string());
      if (made_text) json::append_quoted(out, *made_text);
      return made_text.has_value();
    }
    if (made.is(Type::array)) return append_all(made, out, '[', ']');
    if (!made.is(Type::object)) {
      out += made.source();
      return true;
    }
    const auto reader = reader_of(made);
    if (!reader) return append_all(made, out, '{', '}');
    const std::string_view found = cell(reader->string());
    if (found.empty()) return false;
    return append_read(made, *reader, found, out);
  }

  const std::optional<Refusal>& refusal() const { return refusal_; }

 private:
  bool append_all(Value made, std::string& out, char open, char close) {
    const std::size_t before = out.size();
    bool any = made.size() == 0;
    out += open;
    for (const Value child : made.children()) {
      const std::size_t begin = out.size();
      if (out.back() != open || any) out += ',';
      if (made.is(Type::object)) {
        json::append_quoted(out, child.key());
        out += ':';
      }
      if (append(child, out)) {
        any = true;
      } else {
        out.resize(begin);
      }
    }
    out += close;
    if (!any) out.resize(before);
    return any;
  }

  bool append_read(Value made, Value reader, std::string_view found, std::string& out) {
    const std::string_view kind = reader.key();
    const auto option = [&](std::string_view key) {
      return xapi::string_member(made, key).value_or("");
    };
    std::optional<std::string> read;
    if (kind == "$number") {
      const std::string_view decimal = option("decimal");
      read = number_text(found, decimal.empty() ? '.' : decimal.front());
      const auto by = made.find("divide_by");
      if (read && by) read = divided(*read, by->as_double());
    } else if (kind == "$boolean") {
      if (holds(*made.find("true"), found)) read = "true";
      if (holds(*made.find("false"), found)) read = "false";
    } else {
      std::optional<std::string> plain;
      if (kind == "$choice") {
        if (const auto choice = made.find("of")->find(found)) plain = std::string(choice->string());
      } else if (kind == "$instant") {
        plain = instant_text(found, option("form"), option("zone"));
      } else {
        plain = duration_text(found, option("unit"));
      }
      if (plain) read = json::quoted(*plain);
    }
    if (read) {
      out += *read;
      return true;
    }
    if (!refusal_)
      refusal_ = Refusal{false, reader.pointer(),
                         "the cell in column \"" + std::string(reader.string()) + "\" is none of " +
                             std::string(kind.substr(1))};
    return false;
  }

  const Columns& columns_;
  const Row& row_;
  std::optional<Refusal> refusal_;
};

}  // namespace

Result<Mapping> Mapping::read(std::string text) {
  Mapping mapping;
  TRY(auto document, json::parse(std::move(text)));
  mapping.document_ = std::shared_ptr<const json::Document>(std::move(document));
  const Value root = mapping.document_->root();
  if (!root.is(Type::object)) return wrong(root, "must be an object");
  const auto space = Uuid::parse(xapi::string_member(root, "namespace").value_or(""));
  if (!space) return wrong(root, "must have \"namespace\", a UUID");
  mapping.namespace_ = *space;
  const std::string_view separator = xapi::string_member(root, "separator").value_or(",");
  if (separator.size() != 1 || separator == "\"" || separator == "\n" || separator == "\r")
    return wrong(root, "must have a \"separator\" of one character");
  mapping.separator_ = separator.front();
  const auto rules = root.find("statements");
  if (!rules || !rules->is(Type::array) || rules->size() == 0)
    return wrong(root, "must have \"statements\", an array of one or more");
  for (const Value rule : rules->children())
    RETURN_IF_ERROR(walk_rule(rule, [](std::string_view, Value) { return Result<void>(); }));
  return mapping;
}

Result<void> Mapping::bind(const Row& header) {
  columns_.clear();
  cells_ = header.size();
  std::map<std::string, std::size_t, std::less<>> twice;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string name(trimmed(header[i]));
    if (!columns_.emplace(name, i).second) twice.emplace(name, i);
  }
  const auto check = [&](std::string_view name, Value at) -> Result<void> {
    if (columns_.find(name) == columns_.end())
      return wrong(at, "the file has no column \"" + std::string(name) + "\"");
    if (twice.find(name) != twice.end())
      return wrong(at, "the file has the column \"" + std::string(name) + "\" twice");
    return {};
  };
  for (const Value rule : document_->root().find("statements")->children())
    RETURN_IF_ERROR(walk_rule(rule, check));
  return {};
}

tl::expected<std::vector<std::string>, Refusal> Mapping::statements(const Row& row) const {
  if (row.size() != cells_)
    return tl::unexpected(Refusal{false, "",
                                  "the row has " + std::to_string(row.size()) +
                                      " cells, the first one " + std::to_string(cells_)});
  std::vector<std::string> made;
  for (const Value rule : document_->root().find("statements")->children()) {
    Making making(columns_, row);
    const auto when = rule.find("when");
    bool wanted = true;
    if (when)
      for (const Value condition : when->children())
        wanted = wanted && holds(condition, making.cell(condition.key()));
    if (!wanted) continue;
    const auto name = making.text(rule.find("id")->string());
    if (!name) return tl::unexpected(Refusal{false, "/id", "all cells that make the id are empty"});
    std::string body;
    const bool any = making.append(*rule.find("statement"), body);
    if (making.refusal()) return tl::unexpected(*making.refusal());
    if (!any) return tl::unexpected(Refusal{false, "", "nothing of the statement is left"});
    std::string text = R"({"id":")" + Uuid::from_name(namespace_, *name).text() + R"(",)";
    text.append(body, 1);
    const auto statement = json::parse_view(text);
    if (!statement) return tl::unexpected(Refusal{false, "", statement.error().message});
    if (auto valid = xapi::validate_statement((*statement)->root(), xapi::Version::v1_0_3); !valid)
      return tl::unexpected(Refusal{false, valid.error().path, valid.error().message});
    made.push_back(std::move(text));
  }
  return made;
}

}  // namespace lectern::models::csv
