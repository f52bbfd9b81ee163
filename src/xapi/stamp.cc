#include "xapi/stamp.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/assert.h"
#include "xapi/member.h"
#include "xapi/splice.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

constexpr std::string_view placeholder = "1970-01-01T00:00:00.000000+00:00";
static_assert(placeholder.size() == stored_text_size);

/// Bytes that a parser wants behind a text: with room for them it need not copy it.
constexpr std::size_t parser_padding_bytes = 64;

/// Whether an instant's text stands in UTC as RFC 3339 writes it: with seconds, a point before
/// their fraction, and `Z` or `+00:00` behind.
bool is_rfc3339_utc(std::string_view text) {
  for (const std::string_view zone : {"Z", "z", "+00:00"})
    if (text.ends_with(zone)) {
      text.remove_suffix(zone.size());
      constexpr std::string_view shape = "0000-00-00T00:00:00";
      if (text.size() < shape.size() || (text[10] != 'T' && text[10] != 't')) return false;
      for (const std::size_t at : {4U, 7U, 13U, 16U})
        if (text[at] != shape[at]) return false;
      return text.size() == shape.size() || text[shape.size()] == '.';
    }
  return false;
}

/// A text that is in UTC already, in another form: its digits stay, however many.
std::optional<std::string> respelt_utc(std::string_view text) {
  const std::size_t zone = std::min(text.find_first_of("Zz+-", 11), text.size());
  if (text.size() < 19 || text[4] != '-' || text[13] != ':' || text[16] != ':' ||
      text.find_first_of("123456789", zone) != text.npos)
    return std::nullopt;
  std::string out(text.substr(0, zone));
  out[10] = 'T';
  if (out.size() > 19) out[19] = '.';
  return out + "Z";
}

class Stamper {
 public:
  Stamper(Value statement, const Stamp& stamp)
      : statement_(statement),
        stamp_(stamp),
        splice_(statement, stamp.authority_json.size() + 256 + parser_padding_bytes) {}

  StampedText take() {
    first_member_ = !splice_.members(
        statement_, [this](Value member) { return keep(member); },
        [this](Value member) { change(member); });
    append_members();
    out_.json = splice_.finish();
    return std::move(out_);
  }

 private:
  bool keep(Value member) const {
    // Ralph's clients may send null for an id that is to be made.
    if (member.key() == "id" && !member.is(Type::string)) return false;
    return member.key() != "stored" && (member.key() != "authority" || stamp_.keep_authority);
  }

  void change(Value member) {
    const std::string_view key = member.key();
    if (key == "id") has_id_ = true;
    if (key == "version") has_version_ = true;
    if (key == "authority") has_authority_ = true;
    if (key == "timestamp") has_timestamp_ = true;
    if (key == "object" && object_type_of(member) == "SubStatement")
      for (const Value inner : member.children()) change_any(inner);
    change_any(member);
  }

  /// What is changed in statements and SubStatements alike.
  void change_any(Value member) {
    if (member.key() == "context") wrap_activities(member);
    if (member.key() == "timestamp" && stamp_.version == Version::v2_0_0) convert(member);
  }

  void wrap_activities(Value context) {
    const auto kinds = context.find("contextActivities");
    if (!kinds) return;
    for (const Value kind : kinds->children()) {
      if (!kind.is(Type::object)) continue;
      splice_.copy_to(Splice::begin_of(kind));
      splice_.put("[");
      splice_.copy_to(Splice::end_of(kind));
      splice_.put("]");
    }
  }

  void convert(Value timestamp) {
    if (!timestamp.is(Type::string) || is_rfc3339_utc(timestamp.string())) return;
    const auto time = parse_time(timestamp.string());
    // In UTC, the first hours of the year 0 and the last of 9999 may have no four-digit year.
    if (!time || *time < year_start(0) || *time >= year_start(10000)) return;
    const auto respelt = respelt_utc(timestamp.string());
    splice_.replace(timestamp, "\"" + (respelt ? *respelt : utc_text(*time)) + "\"");
  }

  static Time year_start(int year) {
    return std::chrono::sys_days{std::chrono::year{year} / std::chrono::January / 1};
  }

  void key(std::string_view opening) {
    if (!first_member_) splice_.put(",");
    first_member_ = false;
    splice_.put(opening);
  }

  void instant(std::string_view opening) {
    key(opening);
    out_.stored_at.push_back(splice_.size());
    splice_.put(placeholder);
    splice_.put("\"");
  }

  void append_members() {
    if (!has_id_) {
      key("\"id\":\"");
      splice_.put(stamp_.id.text());
      splice_.put("\"");
    }
    if (!has_timestamp_) instant("\"timestamp\":\"");
    instant("\"stored\":\"");
    if (!has_authority_) {
      key("\"authority\":");
      splice_.put(stamp_.authority_json);
    }
    if (!has_version_)
      key(stamp_.version == Version::v2_0_0 ? R"("version":"2.0.0")" : R"("version":"1.0.0")");
    out_.timestamp_is_ours = !has_timestamp_;
  }

  Value statement_;
  const Stamp& stamp_;
  Splice splice_;
  StampedText out_;
  bool first_member_ = false;
  bool has_id_ = false, has_timestamp_ = false, has_authority_ = false, has_version_ = false;
};

}  // namespace

StampedText stamp(Value statement, const Stamp& stamp) { return Stamper(statement, stamp).take(); }

void set_stored(std::string& json, const std::vector<std::size_t>& stored_at, Time stored) {
  const std::string text = stored_text(stored);
  for (const std::size_t at : stored_at) {
    LECTERN_ASSERT(at + text.size() <= json.size());
    json.replace(at, text.size(), text);
  }
}

}  // namespace lectern::xapi
