#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "xapi/member.h"
#include "xapi/validate/members.h"
#include "xapi/validate/parts.h"
#include "xapi/validate/validate.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

constexpr std::string_view rule = "Data 2.4.11";
constexpr std::string_view signature_usage = "http://adlnet.gov/expapi/attachments/signature";
constexpr std::string_view signature_type = "application/octet-stream";

/// A number without a fraction, however it is written (`27`, `27.0`, `2.7e1`).
bool check_length(Check& check, Value length) {
  if (!check.is(length, Type::number, rule)) return false;
  const double number = length.as_double();
  if (std::isfinite(number) && number >= 0 && number == std::floor(number)) return true;
  return check.refuse(length, rule, "\"length\" must be an integer of 0 or more");
}

bool check_sha2(Check& check, Value sha2) {
  if (!check.is(sha2, Type::string, rule)) return false;
  const std::string_view text = sha2.string();
  const auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  const std::size_t size = text.size();
  if ((size == 56 || size == 64 || size == 96 || size == 128) &&
      std::all_of(text.begin(), text.end(), is_hex))
    return true;
  return check.refuse(sha2, rule,
                      "\"sha2\" must be the hexadecimal digits of a SHA-224, SHA-256, SHA-384 or "
                      "SHA-512");
}

bool check_content_type(Check& check, Value type, bool is_signature) {
  if (!check.is(type, Type::string, rule)) return false;
  if (!is_media_type(type.string()))
    return check.refuse(type, rule, "\"contentType\" must be a media type such as text/plain");
  const std::string_view text = type.string();
  if (!is_signature ||
      equal_without_case(text.substr(0, text.find_first_of("; \t")), signature_type))
    return true;
  return check.refuse(type, "Data 2.6",
                      "the \"contentType\" of a signature must be application/octet-stream");
}

bool check_attachment(Check& check, Value attachment) {
  Members<"usageType", "display", "description", "contentType", "length", "sha2", "fileUrl">
      members;
  if (!members.read(check, attachment, "an attachment", rule)) return false;
  const auto& usage = members.get<"usageType">();
  const auto& display = members.get<"display">();
  const auto& description = members.get<"description">();
  const auto& type = members.get<"contentType">();
  const auto& length = members.get<"length">();
  const auto& sha2 = members.get<"sha2">();
  const auto& file_url = members.get<"fileUrl">();
  if (!usage) return check.missing(attachment, rule, "usageType");
  if (!display) return check.missing(attachment, rule, "display");
  if (!type) return check.missing(attachment, rule, "contentType");
  if (!length) return check.missing(attachment, rule, "length");
  if (!sha2) return check.missing(attachment, rule, "sha2");
  return check.is_iri(*usage, rule) && check.is_language_map(*display, rule) &&
         (!description || check.is_language_map(*description, rule)) &&
         check_content_type(check, *type, usage->string() == signature_usage) &&
         check_length(check, *length) && check_sha2(check, *sha2) &&
         (!file_url || check.is_iri(*file_url, rule));
}

void collect(Value statement, bool is_sub_statement, std::vector<AttachmentRef>& out) {
  const auto attachments = statement.find("attachments");
  if (!attachments || !attachments->is(Type::array)) return;
  for (const Value attachment : attachments->children()) {
    const auto text = [&](std::string_view key) {
      return string_member(attachment, key).value_or("");
    };
    AttachmentRef& made = out.emplace_back();
    made.sha2 = lower_case(text("sha2"));
    made.has_file_url = attachment.find("fileUrl").has_value();
    made.is_signature = !is_sub_statement && text("usageType") == signature_usage;
    made.content_type = text("contentType");
  }
}

}  // namespace

bool check_attachments(Check& check, Value attachments) {
  if (!check.is(attachments, Type::array, rule)) return false;
  for (const Value attachment : attachments.children())
    if (!check_attachment(check, attachment)) return false;
  return true;
}

std::vector<AttachmentRef> attachments_of(Value statement) {
  std::vector<AttachmentRef> out;
  collect(statement, false, out);
  const auto object = statement.find("object");
  if (object && object_type_of(*object) == "SubStatement") collect(*object, true, out);
  return out;
}

}  // namespace lectern::xapi
