// Any query string is read or refused, and what it holds goes into a link and back unchanged.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "base/text.h"
#include "xapi/query.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lectern::xapi;
  const auto parameters =
      parse_parameters(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!parameters) return 0;
  std::string again;
  for (const auto& [name, value] : *parameters)
    again += "&" + lectern::percent_encoded(name) + "=" + lectern::percent_encoded(value);
  const auto read_again = parse_parameters(again);
  LECTERN_ASSERT(read_again && *read_again == *parameters);
  const auto query = parse_statement_query(*parameters);
  if (!query) {
    LECTERN_ASSERT(query.error().code == lectern::Code::invalid);
    LECTERN_ASSERT(!query.error().message.empty());
    return 0;
  }
  for (const auto& term : query->filter) LECTERN_ASSERT(term.text().size() < 600);
  return 0;
}
