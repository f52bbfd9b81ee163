#include "xapi/equality/fingerprint.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

#include "base/digest.h"
#include "base/text.h"
#include "base/uuid.h"
#include "xapi/equality/canonical.h"
#include "xapi/equality/folding.h"
#include "xapi/member.h"
#include "xapi/ralph_statement.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

/// A duration whose seconds are cut to hundredths, without zeros at the end: digits beyond do not
/// count (Data 4.6), and `PT1.00S` is what is left of `PT1.001S`.
std::string cut_duration(std::string_view text) {
  std::string out(text);
  const std::size_t point = out.find_first_of(".,");
  if (point == std::string::npos || !out.ends_with('S')) return out;
  std::size_t end = std::min(point + 3, out.size() - 1);
  while (end > point + 1 && out[end - 1] == '0') --end;
  if (end == point + 1) end = point;
  out.erase(end, out.size() - 1 - end);
  if (end > point) out[point] = '.';
  return out;
}

std::string instant(Time time) {
  return std::to_string(
      std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

/// Writes a statement in the form that is hashed. Parts of a type that the standard does not
/// allow there, as old rows may hold, are written as they are.
class StatementForm {
 public:
  explicit StatementForm(std::string& out) : out_(out), writer_(out) {}

  void statement(Value statement) {
    typed_object(statement, {}, [this](Value member) {
      const std::string_view key = member.key();
      if (key == "id" || key == "stored" || key == "timestamp" || key == "authority" ||
          key == "version" || key == "attachments")
        return;
      statement_member(member);
    });
  }

 private:
  /// The object with its members in order, or the value as it is when it is no object. Where
  /// objectType has a default, it goes first, written out.
  template <typename Write>
  void typed_object(Value object, std::string_view default_type, Write&& write) {
    if (!object.is(Type::object)) return writer_.value(object);
    writer_.open('{');
    if (!default_type.empty()) {
      writer_.string("objectType");
      const auto type = object.find("objectType");
      type ? writer_.value(*type) : writer_.string(default_type);
    }
    writer_.sorted_members(object, [&](Value member) {
      if (!default_type.empty() && member.key() == "objectType") return;
      write(member);
    });
    writer_.close('}');
  }

  /// The elements of an array by `write`, or the value as it is.
  template <typename Write>
  void elements(Value array, Write&& write) {
    if (!array.is(Type::array)) return writer_.value(array);
    writer_.open('[');
    for (const Value element : array.children()) write(element);
    writer_.close(']');
  }

  void key_of(Value member) { writer_.string(member.key()); }
  void plain_member(Value member) {
    key_of(member);
    writer_.value(member);
  }
  void string_or_value(Value value, std::string (*fold)(std::string_view)) {
    value.is(Type::string) ? writer_.string(fold(value.string())) : writer_.value(value);
  }

  /// A member of a statement or a SubStatement.
  void statement_member(Value member) {
    const std::string_view key = member.key();
    key_of(member);
    if (key == "actor")
      agent(member);
    else if (key == "verb")
      verb(member);
    else if (key == "object")
      object(member);
    else if (key == "context")
      context(member);
    else if (key == "result")
      result(member);
    else
      writer_.value(member);
  }

  void agent(Value agent) {
    typed_object(agent, "Agent", [this](Value member) {
      const std::string_view key = member.key();
      key_of(member);
      if (key == "mbox")
        string_or_value(member, normalised_mbox);
      else if (key == "mbox_sha1sum")
        string_or_value(member, lower_case);
      else if (key == "member")
        group_members(member);
      else
        writer_.value(member);
    });
  }

  /// The order of a Group's members has no meaning: they are written in the order of their bytes.
  void group_members(Value members) {
    if (!members.is(Type::array)) return writer_.value(members);
    writer_.open('[');
    const std::size_t begin = out_.size();
    std::vector<std::string> parts;
    parts.reserve(members.size());
    for (const Value member : members.children()) {
      agent(member);
      parts.emplace_back(out_, begin);
      out_.resize(begin);
    }
    std::sort(parts.begin(), parts.end());
    for (const std::string& part : parts) out_ += part;
    writer_.close(']');
  }

  void verb(Value verb) {
    typed_object(verb, {}, [this](Value member) {
      if (member.key() != "display") plain_member(member);
    });
  }

  void object(Value object) {
    const std::string_view type = object_type_of(object);
    if (type == "Agent" || type == "Group")
      agent(object);
    else if (type == "StatementRef")
      reference(object);
    else if (type == "SubStatement")
      sub_statement(object);
    else
      activity(object);
  }

  void activity(Value activity) {
    typed_object(activity, "Activity", [this](Value member) {
      if (member.key() != "definition") plain_member(member);
    });
  }

  void reference(Value reference) {
    typed_object(reference, {}, [this](Value member) {
      key_of(member);
      member.key() == "id" ? string_or_value(member, lower_case) : writer_.value(member);
    });
  }

  void sub_statement(Value statement) {
    typed_object(statement, {}, [this](Value member) {
      if (member.key() == "attachments") return;
      if (member.key() != "timestamp") return statement_member(member);
      const auto time = member.is(Type::string) ? ralph_time(member.string()) : std::nullopt;
      key_of(member);
      time ? writer_.string(instant(*time)) : writer_.value(member);
    });
  }

  void context(Value context) {
    typed_object(context, {}, [this](Value member) {
      const std::string_view key = member.key();
      key_of(member);
      if (key == "registration")
        string_or_value(member, lower_case);
      else if (key == "instructor" || key == "team")
        agent(member);
      else if (key == "contextActivities")
        context_activities(member);
      else if (key == "statement")
        reference(member);
      else if (key == "contextAgents" || key == "contextGroups")
        elements(member, [this](Value entry) { context_entry(entry); });
      else
        writer_.value(member);
    });
  }

  void context_activities(Value kinds) {
    typed_object(kinds, {}, [this](Value kind) {
      key_of(kind);
      if (kind.is(Type::array)) return elements(kind, [this](Value one) { activity(one); });
      writer_.open('[');
      activity(kind);
      writer_.close(']');
    });
  }

  void context_entry(Value entry) {
    typed_object(entry, {}, [this](Value member) {
      const std::string_view key = member.key();
      key_of(member);
      key == "agent" || key == "group" ? agent(member) : writer_.value(member);
    });
  }

  void result(Value result) {
    typed_object(result, {}, [this](Value member) {
      key_of(member);
      member.key() == "duration" ? string_or_value(member, cut_duration) : writer_.value(member);
    });
  }

  std::string& out_;
  CanonicalWriter writer_;
};

}  // namespace

std::string Fingerprint::text() const {
  std::string out =
      to_hex(std::string_view(reinterpret_cast<const char*>(hash.data()), hash.size()));
  if (timestamp) out.append("@").append(std::to_string(timestamp->time_since_epoch().count()));
  return out;
}

std::optional<Fingerprint> Fingerprint::parse(std::string_view text) {
  Fingerprint out;
  const auto bytes = from_hex(text.substr(0, 32));
  if (!bytes || bytes->size() != out.hash.size()) return std::nullopt;
  std::memcpy(out.hash.data(), bytes->data(), out.hash.size());
  text.remove_prefix(32);
  if (text.empty()) return out;
  if (text.front() != '@') return std::nullopt;
  text.remove_prefix(1);
  std::int64_t micros = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), micros);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  out.timestamp = Time{std::chrono::microseconds{micros}};
  return out;
}

Fingerprint fingerprint_of(Value statement, bool timestamp_is_ours) {
  std::string form;
  form.reserve(statement.source().size());
  StatementForm(form).statement(statement);
  Fingerprint out;
  std::memcpy(out.hash.data(), sha256(form).data(), out.hash.size());
  if (timestamp_is_ours) return out;
  if (const auto text = string_member(statement, "timestamp"))
    if (const auto time = ralph_time(*text))
      out.timestamp = std::chrono::floor<std::chrono::milliseconds>(*time);
  return out;
}

bool equivalent(const Fingerprint& a, const Fingerprint& b) {
  return a.hash == b.hash && (!a.timestamp || !b.timestamp || a.timestamp == b.timestamp);
}

}  // namespace lectern::xapi
