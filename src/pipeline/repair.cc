#include "pipeline/repair.h"

#include "base/time/iso8601.h"

namespace lectern::pipeline {
namespace {

using json::Type;
using json::Value;

/// The standard's own members of a statement that hold instants.
bool is_time(std::string_view key) { return key == "timestamp" || key == "stored"; }

bool is_bare_date(Value value) {
  constexpr std::size_t date_size = 10;
  return value.is(Type::string) && value.string().size() == date_size &&
         parse_rfc3339(std::string(value.string()) + "T00:00:00Z").has_value();
}

/// Writes a statement anew, value by value.
class Mender {
 public:
  explicit Mender(Mendings& mendings) : mendings_(mendings) {}

  std::optional<std::string> mended(Value statement) {
    append(statement);
    if (changes_ == 0) return std::nullopt;
    return std::move(out_);
  }

 private:
  void append(Value value) {
    if (value.is(Type::object)) {
      append_members(value);
    } else if (value.is(Type::array)) {
      append_elements(value);
    } else {
      out_ += value.source();
    }
  }

  void append_elements(Value array) {
    out_ += '[';
    bool first = true;
    for (const Value element : array.children()) {
      if (!first) out_ += ',';
      first = false;
      append(element);
    }
    out_ += ']';
  }

  void append_members(Value object) {
    out_ += '{';
    bool first = true;
    for (const Value member : object.children()) {
      if (member.is(Type::null)) {
        count(Mending::null_member);
        continue;
      }
      if (!first) out_ += ',';
      first = false;
      out_ += member.key_source();
      out_ += ':';
      append_member(member);
    }
    out_ += '}';
  }

  void append_member(Value member) {
    if (member.key() == "extensions") {
      out_ += member.source();
    } else if (is_time(member.key()) && is_bare_date(member)) {
      out_ += '"' + std::string(member.string()) + "T00:00:00Z\"";
      count(Mending::bare_date);
    } else {
      append(member);
    }
  }

  void count(Mending mending) {
    ++mendings_[static_cast<std::size_t>(mending)];
    ++changes_;
  }

  Mendings& mendings_;
  std::string out_;
  std::size_t changes_ = 0;
};

}  // namespace

std::string_view name_of(Mending mending) {
  return mending == Mending::null_member ? "members that are null, left out"
                                         : "dates without a time, taken as midnight in UTC";
}

std::optional<std::string> mended(Value statement, Mendings& mendings) {
  return Mender(mendings).mended(statement);
}

}  // namespace lectern::pipeline
