// Any text as a record: both families judge it without an assertion, a refusal tells its rule, what
// is valid is printed, and what becomes of an event is a statement that its model takes.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "base/json/json.h"
#include "models/check.h"
#include "models/convert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lectern;
  using namespace lectern::models;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const Family family : {Family::edx, Family::xapi}) {
    const auto verdict = check(family, text);
    LECTERN_ASSERT(verdict || !verdict.error().rule.empty());
    LECTERN_ASSERT(printed(family, text).has_value() == verdict.has_value());
  }
  const auto statement =
      convert(text, {"ee241f8b-174f-5bdb-bae9-c09de5fe017f", "https://campus.example"});
  if (statement) LECTERN_ASSERT(check(Family::xapi, statement->statements));
  for (const bool exact : {false, true}) {
    const auto made = convert(text, {"ee241f8b-174f-5bdb-bae9-c09de5fe017f",
                                     "https://campus.example", Like::openedx, exact});
    LECTERN_ASSERT(!made || !made->statements.empty());
  }
  return 0;
}
