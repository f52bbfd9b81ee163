#include "models/checker.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <vector>

#include "models/lax_values.h"
#include "xapi/validate/validate.h"

namespace lectern::models {
namespace {

using json::Value;

/// How far types may lie within each other; JSON within JSON is what could go deeper.
constexpr int depth_max = 200;

/// A text or number, as a text has it where both are taken.
std::optional<std::string_view> text_of(Value value, Kind kind) {
  if (value.is(json::Type::string)) return value.string();
  if (kind == Kind::text && value.is(json::Type::number)) return value.number();
  return std::nullopt;
}

bool is_in_range(const Type& type, double number) {
  if (std::isnan(number)) return !std::isfinite(type.low) && !std::isfinite(type.high);
  return (type.above_low ? number > type.low : number >= type.low) && number <= type.high;
}

bool fits_text(const Type& type, Value value) {
  const auto text = text_of(value, type.kind);
  if (!text) return false;
  if (type.size_min > 0 && text->size() < type.size_min) return false;
  if (type.size_min > 1 || type.size_max < text->size()) {
    const std::size_t size = characters_in(*text);
    if (size < type.size_min || size > type.size_max) return false;
  }
  return matches(type.pattern, *text);
}

bool fits_number(const Type& type, Value value) {
  const auto number = type.kind == Kind::integer   ? lax_integer(value)
                      : type.kind == Kind::decimal ? lax_decimal(value)
                                                   : lax_number(value);
  if (!number || !is_in_range(type, *number)) return false;
  return type.places_max < 0 || decimal_places(value) <= type.places_max;
}

bool fits_extensions(Value value) {
  if (!value.is(json::Type::object)) return false;
  for (const Value member : value.children())
    if (!xapi::is_iri(member.key())) return false;
  return true;
}

/// Ralph takes an underscore for a dash.
bool is_lax_language_tag(std::string_view text) {
  if (text.find('_') == std::string_view::npos) return xapi::is_language_tag(text);
  std::string tag(text);
  std::replace(tag.begin(), tag.end(), '_', '-');
  return xapi::is_language_tag(tag);
}

/// Texts that are judged by their characters.
bool fits_form(Kind kind, std::string_view text) {
  switch (kind) {
    case Kind::uuid:
      return is_lax_uuid(text);
    case Kind::url:
      return is_url(text);
    case Kind::web_url:
      return is_web_url(text);
    case Kind::iri:
      return xapi::is_iri(text);
    case Kind::language_tag:
      return is_lax_language_tag(text);
    default:
      return is_mailto(text);
  }
}

/// The types that hold no others.
bool fits_scalar(const Type& type, Value value) {
  switch (type.kind) {
    case Kind::any:
      return true;
    case Kind::text:
    case Kind::string:
      return fits_text(type, value);
    case Kind::integer:
    case Kind::number:
    case Kind::decimal:
      return fits_number(type, value);
    case Kind::boolean:
      return is_lax_boolean(value);
    case Kind::strict_boolean:
      return value.is(json::Type::boolean);
    case Kind::is_true:
      if (value.is(json::Type::number)) return value.as_double() == 1;
      return value.is(json::Type::boolean) && value.boolean();
    case Kind::null:
      return value.is(json::Type::null);
    case Kind::instant:
      return is_lax_instant(value);
    case Kind::duration:
      return is_lax_duration(value);
    case Kind::ipv4:
      return is_lax_ipv4(value);
    case Kind::extensions:
      return fits_extensions(value);
    case Kind::path:
      return value.is(json::Type::string);
    case Kind::object:
      return value.is(json::Type::object);
    case Kind::array:
      return value.is(json::Type::array);
    case Kind::literals:
      return value.is(json::Type::string) && std::find(type.literals.begin(), type.literals.end(),
                                                       value.string()) != type.literals.end();
    default:
      return value.is(json::Type::string) && fits_form(type.kind, value.string());
  }
}

/// Null, an empty string or an empty object.
bool is_empty(Value value, json::Type type) {
  constexpr std::size_t quotes = 2;
  if (type == json::Type::string) return value.source().size() == quotes;
  return type == json::Type::null || (type == json::Type::object && value.size() == 0);
}

std::optional<double> decimal_member(Value object, std::string_view key) {
  const auto member = object.find(key);
  if (!member) return std::nullopt;
  const auto number = lax_decimal(*member);
  if (!number || *number == 0) return std::nullopt;  // Ralph compares with no bound of 0
  return number;
}

class Walk {
 public:
  Walk(const Table& table, Fault* fault) : table_(table), fault_(fault) {}

  bool keeps_shape(std::uint32_t index, Value value) {
    const Shape& shape = table_.shapes[index];
    if (!value.is(json::Type::object)) return refuse(value, "must be an object");
    if (shape.must == Must::statement && !keeps_statement_rules(value)) return false;
    std::uint64_t seen = 0;
    for (const Value member : value.children()) {
      const int found = shape.find(member.key());
      if (found < 0) {
        if (shape.open) continue;
        return refuse(member, "must not be there: no such member is known");
      }
      seen |= std::uint64_t{1} << found;
      const Member& known = shape.members[static_cast<std::size_t>(found)];
      if (known.nullable && member.is(json::Type::null)) continue;
      if (!keeps_type(known.type, member)) return false;
    }
    if (const std::uint64_t missing = shape.required() & ~seen)
      return refuse(value, [&] {
        const auto first = static_cast<std::size_t>(__builtin_ctzll(missing));
        return "must have \"" + shape.members[first].name + "\"";
      });
    return keeps_must(shape.must, value);
  }

  bool keeps_type(std::uint32_t index, Value value) {
    const Type& type = table_.types[index];
    if (++depth_ > depth_max) return refuse(value, "must not lie so deep");
    const bool kept = keeps_type(type, index, value);
    --depth_;
    return kept;
  }

 private:
  bool refuse(Value at, std::string_view rule) {
    if (fault_ != nullptr) *fault_ = {at.pointer(), std::string(rule)};
    return false;
  }
  template <typename Words>
  bool refuse(Value at, const Words& words) requires std::is_invocable_r_v<std::string, Words> {
    if (fault_ != nullptr) *fault_ = {at.pointer(), words()};
    return false;
  }

  bool keeps_type(const Type& type, std::uint32_t index, Value value) {
    switch (type.kind) {
      case Kind::shape:
        return keeps_shape(type.shape, value);
      case Kind::list:
        return keeps_list(type, value);
      case Kind::map:
        return keeps_map(type, value);
      case Kind::json:
        return keeps_json(type, value);
      case Kind::any_of:
        return keeps_any_of(type, index, value);
      default:
        break;
    }
    if (fits_scalar(type, value)) return true;
    return refuse(value, [&] { return "must be " + described(table_, index); });
  }

  bool keeps_list(const Type& type, Value value) {
    if (!value.is(json::Type::array)) return refuse(value, "must be an array");
    if (value.size() < type.size_min || value.size() > type.size_max)
      return refuse(value, [&] {
        return "must have " + std::to_string(type.size_max) + " elements at most";
      });
    for (const Value element : value.children())
      if (!keeps_type(type.parts[0], element)) return false;
    if (type.parts.size() > 1 && !has_element(type.parts[1], value))
      return refuse(value, "must hold the profile's own activity");
    return type.unique.empty() || has_unique(type.unique, value);
  }

  bool has_element(std::uint32_t type, Value list) {
    const Quiet quiet(*this);
    for (const Value element : list.children())
      if (keeps_type(type, element)) return true;
    return false;
  }

  bool has_unique(const std::string& key, Value list) {
    std::set<std::string_view> seen;
    for (const Value element : list.children()) {
      const auto member = element.find(key);
      if (!member) continue;
      const auto text = text_of(*member, Kind::text);
      if (text && !seen.insert(*text).second)
        return refuse(*member, "must not stand in the list twice");
    }
    return true;
  }

  bool keeps_map(const Type& type, Value value) {
    if (!value.is(json::Type::object)) return refuse(value, "must be an object");
    for (const Value member : value.children()) {
      if (!keeps_key(type.parts[0], member.key()))
        return refuse(member,
                      [&] { return "must have as key " + described(table_, type.parts[0]); });
      if (!keeps_type(type.parts[1], member)) return false;
    }
    return true;
  }

  /// Keys are texts, so only the types of texts fit them.
  bool keeps_key(std::uint32_t index, std::string_view key) const {
    const Type& type = table_.types[index];
    switch (type.kind) {
      case Kind::literals:
        return std::find(type.literals.begin(), type.literals.end(), key) != type.literals.end();
      case Kind::text:
      case Kind::string:
        return matches(type.pattern, key);
      default:
        return fits_form(type.kind, key);
    }
  }

  bool keeps_json(const Type& type, Value value) {
    if (!value.is(json::Type::string)) return refuse(value, "must be JSON in a string");
    const auto inner = json::parse_view(value.string(), {.bounded = false, .lenient = true});
    if (!inner) return refuse(value, "must be JSON in a string");
    if (keeps_type(type.parts[0], (*inner)->root())) return true;
    if (fault_ != nullptr) {
      if (!fault_->pointer.empty())
        fault_->rule = "in its JSON text, " + fault_->pointer + " " + fault_->rule;
      fault_->pointer = value.pointer();
    }
    return false;
  }

  bool keeps_any_of(const Type& type, std::uint32_t index, Value value) {
    {
      const Quiet quiet(*this);
      for (const std::uint32_t part : type.parts)
        if (keeps_type(part, value)) return true;
    }
    if (fault_ == nullptr) return false;
    const auto meant = alternative_for(type, value);
    if (meant) return keeps_type(*meant, value);
    return refuse(value, [&] { return "must be " + described(table_, index); });
  }

  /// The alternative that a value seems to be meant for: whose fault is told.
  std::optional<std::uint32_t> alternative_for(const Type& type, Value value) const {
    std::optional<std::uint32_t> meant;
    for (const std::uint32_t part : type.parts) {
      const Type& one = table_.types[part];
      const bool fits =
          (value.is(json::Type::object) && (one.kind == Kind::shape || one.kind == Kind::map)) ||
          (value.is(json::Type::array) && one.kind == Kind::list) ||
          (value.is(json::Type::string) && one.kind == Kind::json);
      if (!fits) continue;
      if (one.kind == Kind::shape && has_required(table_.shapes[one.shape], value)) return part;
      if (!meant) meant = part;
    }
    return meant;
  }

  static bool has_required(const Shape& shape, Value object) {
    for (const Member& member : shape.members)
      if (member.required && !object.find(member.name)) return false;
    return true;
  }

  bool keeps_must(Must must, Value value) {
    switch (must) {
      case Must::none:
      case Must::statement:
        return true;
      case Must::min_raw_max:
        return keeps_min_raw_max(value);
      case Must::new_follows_old:
      case Must::old_follows_new:
        break;
    }
    const auto older = value.find("old"), newer = value.find("new");
    const double step = must == Must::new_follows_old ? 1 : -1;
    if (*lax_integer(*newer) == *lax_integer(*older) + step) return true;
    return refuse(*newer,
                  step > 0 ? "must be one more than \"old\"" : "must be one less than \"old\"");
  }

  bool keeps_min_raw_max(Value score) {
    const auto low = decimal_member(score, "min"), raw = decimal_member(score, "raw"),
               high = decimal_member(score, "max");
    if (low && high && *low > *high) return refuse(score, "must have no \"min\" above \"max\"");
    if (low && raw && *low > *raw) return refuse(score, "must have no \"raw\" below \"min\"");
    if (high && raw && *raw > *high) return refuse(score, "must have no \"raw\" above \"max\"");
    return true;
  }

  bool keeps_statement_rules(Value statement) {
    if (!has_no_empty_member(statement)) return false;
    const auto context = statement.find("context");
    if (!context || !context->is(json::Type::object)) return true;
    const auto object = statement.find("object");
    const auto type = object ? object->find("objectType") : std::nullopt;
    if (!type || (type->is(json::Type::string) && type->string() == "Activity")) return true;
    for (const std::string_view key : {"platform", "revision"})
      if (const auto member = context->find(key))
        return refuse(*member, "must not be there: the object is no Activity");
    return true;
  }

  /// Extensions may hold anything, and what stands in arrays is not looked at.
  bool has_no_empty_member(Value object) {
    for (const Value member : object.children()) {
      const json::Type type = member.type();
      if (is_empty(member, type)) return refuse(member, "must not be empty or null");
      if (type == json::Type::object && member.key() != "extensions" &&
          !has_no_empty_member(member))
        return false;
    }
    return true;
  }

  /// Tells nothing of faults while it lives.
  class Quiet {
   public:
    explicit Quiet(Walk& walk) : walk_(walk), fault_(walk.fault_) { walk_.fault_ = nullptr; }
    ~Quiet() { walk_.fault_ = fault_; }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

   private:
    Walk& walk_;
    Fault* fault_;
  };

  const Table& table_;
  Fault* fault_;
  int depth_ = 0;
};

}  // namespace

bool keeps(const Table& table, std::uint32_t shape, Value value, Fault* fault) {
  return Walk(table, fault).keeps_shape(shape, value);
}

bool keeps_type(const Table& table, std::uint32_t type, Value value) {
  return Walk(table, nullptr).keeps_type(type, value);
}

}  // namespace lectern::models
