// Ralph's models print what they have read: members in the models' order, null for those that are
// absent or their default, extensions under names of Ralph's own.
#include "models/ralph/output.h"

#include <cmath>
#include <optional>

#include "models/checker.h"
#include "models/lax_values.h"
#include "models/ralph/printed_texts.h"
#include "models/ralph/texts.h"

namespace lectern::models {
namespace {

using json::Value;

class Output {
 public:
  explicit Output(const Table& table) : table_(table) {}

  std::string take() { return std::move(out_); }

  void write_shape(std::uint32_t index, std::optional<Value> object) {
    const Shape& shape = table_.shapes[index];
    out_ += '{';
    bool first = true;
    for (const Member& member : shape.members) {
      begin(member.printed_as, first);
      const auto value = object ? object->find(member.name) : std::nullopt;
      if (value) {
        write_member(member, *value);
      } else {
        write_default(member);
      }
    }
    if (shape.open && object)
      for (const Value other : object->children())
        if (shape.find(other.key()) < 0) {
          begin(other.key(), first);
          write_any(other);
        }
    out_ += '}';
  }

 private:
  void begin(std::string_view key, bool& first) {
    if (!first) out_ += ',';
    first = false;
    append_ralph_string(out_, key);
    out_ += ':';
  }

  void write_member(const Member& member, Value value) {
    if (member.nullable && value.is(json::Type::null)) {
      out_ += "null";
    } else {
      write(member.type, value);
    }
  }

  /// What a member has that may be absent but not null is its type's only value.
  void write_default(const Member& member) {
    const Type& type = table_.types[member.type];
    if (member.nullable) {
      out_ += "null";
    } else if (type.pattern == Pattern::version_1_0) {
      out_ += R"("1.0.0")";
    } else if (type.kind == Kind::shape) {
      write_shape(type.shape, std::nullopt);
    } else if (type.kind == Kind::list) {
      out_ += "[]";
    } else {
      append_ralph_string(out_, type.kind == Kind::literals ? type.literals.front() : "");
    }
  }

  void write(std::uint32_t index, Value value) {
    const Type& type = table_.types[index];
    switch (type.kind) {
      case Kind::shape:
        return write_shape(type.shape, value);
      case Kind::list:
        return write_list(type, value);
      case Kind::map:
        return write_map(type, value);
      case Kind::json:
        return write_json(type, value);
      case Kind::any_of:
        return write(alternative_for(type, value), value);
      default:
        return write_scalar(type, value);
    }
  }

  /// The first one that takes the value as it is, before those that take a text for a number.
  std::uint32_t alternative_for(const Type& type, Value value) const {
    std::optional<std::uint32_t> converting;
    for (const std::uint32_t part : type.parts) {
      if (!keeps_type(table_, part, value)) continue;
      const Kind kind = table_.types[part].kind;
      const bool converts =
          value.is(json::Type::string) && (kind == Kind::integer || kind == Kind::number ||
                                           kind == Kind::decimal || kind == Kind::boolean);
      if (!converts) return part;
      if (!converting) converting = part;
    }
    return converting.value_or(type.parts.front());
  }

  void write_list(const Type& type, Value list) {
    out_ += '[';
    bool first = true;
    for (const Value element : list.children()) {
      if (!first) out_ += ',';
      first = false;
      write(type.parts[0], element);
    }
    out_ += ']';
  }

  void write_map(const Type& type, Value map) {
    out_ += '{';
    bool first = true;
    for (const Value member : map.children()) {
      begin(member.key(), first);
      write(type.parts[1], member);
    }
    out_ += '}';
  }

  void write_json(const Type& type, Value text) {
    const auto inner = json::parse(std::string(text.string()), {.bounded = false, .lenient = true});
    if (inner) write(type.parts[0], (*inner)->root());
  }

  void write_scalar(const Type& type, Value value) {
    switch (type.kind) {
      case Kind::uuid:
        return append_ralph_string(out_, printed_uuid(value.string()));
      case Kind::url:
      case Kind::web_url:
        return append_ralph_string(out_, printed_url(value.string()));
      case Kind::path:
        return append_ralph_string(out_, printed_path(value.string()));
      case Kind::ipv4:
        return append_ralph_string(out_, printed_ipv4(value));
      case Kind::decimal:
        return append_ralph_string(out_, printed_decimal(value));
      case Kind::duration:
        return append_ralph_string(out_, printed_duration(value));
      case Kind::text:
        return append_ralph_string(out_, python_text(value).value_or(""));
      case Kind::integer:
        return write_integer(value);
      case Kind::number:
        return write_number(lax_number(value).value_or(0));
      case Kind::boolean:
      case Kind::is_true:
        out_ += is_lax_true(value) ? "true" : "false";
        return;
      case Kind::instant:
        return append_ralph_string(out_, ralph_instant(value).value_or(""));
      default:
        return write_any(value);
    }
  }

  void write_integer(Value value) {
    if (value.is(json::Type::number) &&
        value.number().find_first_of(".eE") == std::string_view::npos) {
      out_ += value.number();
      return;
    }
    const std::string text = ralph_number(lax_integer(value).value_or(0));
    out_ += text.substr(0, text.find(".0"));
  }

  void write_number(double number) {
    if (std::isfinite(number)) {
      out_ += ralph_number(number);
    } else {
      out_ += "null";
    }
  }

  void write_any(Value value) {
    switch (value.type()) {
      case json::Type::string:
        return append_ralph_string(out_, value.string());
      case json::Type::number:
        if (value.number().find_first_of(".eE") == std::string_view::npos) {
          out_ += value.number();
        } else {
          write_number(value.as_double());
        }
        return;
      case json::Type::array:
      case json::Type::object:
        return write_container(value);
      default:
        out_ += value.source();
    }
  }

  void write_container(Value value) {
    const bool is_object = value.is(json::Type::object);
    out_ += is_object ? '{' : '[';
    bool first = true;
    for (const Value child : value.children()) {
      if (is_object) {
        begin(child.key(), first);
      } else if (!first) {
        out_ += ',';
      }
      first = false;
      write_any(child);
    }
    out_ += is_object ? '}' : ']';
  }

  const Table& table_;
  std::string out_;
};

}  // namespace

std::string ralph_output(const Table& table, std::uint32_t shape, Value record) {
  Output output(table);
  output.write_shape(shape, record);
  return output.take();
}

}  // namespace lectern::models
