// A signature attachment can hold anything. The input is taken as one, and as the header and the
// payload of one with a blank line between, since base64 hides them from mutation.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "base/digest.h"
#include "xapi/signature.h"

namespace {

using namespace lectern;

void verify(json::Value statement, std::string_view jws) {
  const auto result = xapi::verify_signature(jws);
  LECTERN_ASSERT(result || result.error().code == Code::invalid);
  if (result) static_cast<void>(xapi::check_signed(statement, *result).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = json::parse(R"({"actor":{"mbox":"mailto:a@b.c"}})");
  verify((*document)->root(), text);
  const std::size_t blank = text.find("\n\n");
  if (blank == std::string_view::npos) return 0;
  const std::string_view payload = text.substr(blank + 2);
  const std::string signed_part = "." + to_base64url(payload) + "." + to_base64url("signature");
  verify((*document)->root(), to_base64url(text.substr(0, blank)) + signed_part);
  const auto statement = json::parse(std::string(payload));
  if (!statement || !(*statement)->root().is(json::Type::object)) return 0;
  // Whatever is signed equals itself.
  const auto signed_one = xapi::verify_signature(to_base64url(R"({"alg":"RS256"})") + signed_part);
  LECTERN_ASSERT(signed_one && xapi::check_signed((*statement)->root(), *signed_one));
  return 0;
}
