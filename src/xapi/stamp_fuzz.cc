// Any JSON object, a statement or not, can be stamped, and means the same afterwards.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "xapi/equality/fingerprint.h"
#include "xapi/formats.h"
#include "xapi/ralph_statement.h"
#include "xapi/stamp.h"
#include "xapi/terms.h"

namespace {

using namespace lectern;

void check(json::Value received, xapi::Version version) {
  xapi::StampedText out =
      xapi::stamp(received, {Uuid{}, R"({"mbox":"mailto:l@r.s"})", false, version});
  xapi::set_stored(out.json, out.stored_at, now());
  const auto stored = json::parse(out.json);
  LECTERN_ASSERT(stored);
  const json::Value root = (*stored)->root();
  LECTERN_ASSERT(root.find("stored") && root.find("id") && root.find("version"));
  LECTERN_ASSERT(xapi::fingerprint_of(root, out.timestamp_is_ours) ==
                 xapi::fingerprint_of(received));
  const auto terms = xapi::terms_of(root);
  LECTERN_ASSERT(std::is_sorted(terms.begin(), terms.end()));
  LECTERN_ASSERT(xapi::match(terms, {xapi::authority_term("mbox:mailto:l@r.s")}));
  LECTERN_ASSERT(json::parse(xapi::format_ids(root)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = json::parse(std::string(reinterpret_cast<const char*>(data), size));
  if (!document || !(*document)->root().is(json::Type::object)) return 0;
  xapi::ralph_takes((*document)->root());
  check((*document)->root(), xapi::Version::v1_0_3);
  check((*document)->root(), xapi::Version::v2_0_0);
  return 0;
}
