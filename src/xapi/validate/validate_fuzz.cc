// Any JSON text can be validated, and a statement that passes can be taken in: what is stored and
// given back is valid again and means the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "xapi/equality/fingerprint.h"
#include "xapi/formats.h"
#include "xapi/stamp.h"
#include "xapi/terms.h"
#include "xapi/validate/validate.h"

namespace {

using namespace lectern;

constexpr const char* authority = R"({"mbox":"mailto:lrs@example.com"})";

void take_in(json::Value received, xapi::Version version) {
  xapi::StampedText out = xapi::stamp(received, {Uuid::random(), authority, true, version});
  xapi::set_stored(out.json, out.stored_at, now());
  const auto stored = json::parse(out.json);
  LECTERN_ASSERT(stored);
  const json::Value statement = (*stored)->root();
  LECTERN_ASSERT(xapi::validate_statement(statement, version));
  LECTERN_ASSERT(xapi::fingerprint_of(statement, out.timestamp_is_ours) ==
                 xapi::fingerprint_of(received));
  LECTERN_ASSERT(xapi::terms_of(statement).size() >= xapi::terms_of(received).size());
  LECTERN_ASSERT(xapi::attachments_of(statement).size() == xapi::attachments_of(received).size());
  for (const auto& text : {xapi::format_ids(statement),
                           xapi::format_canonical(statement, {{"en", 1000}}, [](std::string_view) {
                             return std::optional<std::string>();
                           })}) {
    const auto given = json::parse(text);
    LECTERN_ASSERT(given && xapi::validate_statement((*given)->root(), version));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = json::parse(std::string(reinterpret_cast<const char*>(data), size));
  if (!document) return 0;
  const json::Value statement = (*document)->root();
  bool valid_in_1 = false;
  for (const auto version : {xapi::Version::v1_0_3, xapi::Version::v2_0_0}) {
    const auto result = xapi::validate_statement(statement, version);
    if (result) {
      take_in(statement, version);
    } else {
      LECTERN_ASSERT(result.error().code == Code::invalid && !result.error().rule.empty());
      LECTERN_ASSERT(!result.error().message.empty());
    }
    // 2.0.0 takes all that 1.0.3 took.
    LECTERN_ASSERT(result || !valid_in_1);
    valid_in_1 = result.has_value();
  }
  (void)xapi::attachments_of(statement);
  if (xapi::validate_agent(statement, false)) LECTERN_ASSERT(xapi::ifi_of(statement));
  if (xapi::validate_agent(statement, true)) LECTERN_ASSERT(xapi::ifi_of(statement));
  return 0;
}
