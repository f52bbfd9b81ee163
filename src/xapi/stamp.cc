#include "xapi/stamp.h"

#include <string>

#include "base/assert.h"
#include "xapi/json_patch.h"
#include "xapi/member.h"
#include "xapi/values/utc.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

constexpr std::string_view placeholder = "1970-01-01T00:00:00.000000+00:00";
static_assert(placeholder.size() == stored_text_size);

/// Bytes that a parser wants behind a text: with room for them it need not copy it.
constexpr std::size_t parser_padding_bytes = 64;

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
      splice_.copy_to(JsonPatch::begin_of(kind));
      splice_.put("[");
      splice_.copy_to(JsonPatch::end_of(kind));
      splice_.put("]");
    }
  }

  void convert(Value timestamp) {
    if (!timestamp.is(Type::string)) return;
    if (const auto utc = respelt_in_utc(timestamp.string()))
      splice_.replace(timestamp, "\"" + *utc + "\"");
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
  JsonPatch splice_;
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
