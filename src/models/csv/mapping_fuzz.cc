// A mapping and a file, parted by a zero byte: whatever they hold, statements are valid JSON of one
// line, the file reads the same in one piece and in bytes, and nothing asserts.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "models/csv/mapping.h"

namespace {

using namespace lectern;
using namespace lectern::models::csv;

std::vector<Row> rows_of(std::string_view text, char separator, std::size_t size) {
  Reader reader(separator);
  std::vector<Row> rows;
  bool more = true;
  while (true) {
    auto row = reader.next();
    if (!row) return rows;
    if (*row) {
      rows.push_back(std::move(**row));
    } else if (more) {
      reader.feed(text.substr(0, size));
      text.remove_prefix(std::min(size, text.size()));
      more = !text.empty();
      if (!more) reader.end();
    } else {
      return rows;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t zero = input.find('\0');
  const std::string_view text = zero == input.npos ? input : input.substr(zero + 1);
  auto mapping = Mapping::read(std::string(input.substr(0, zero)));
  const char separator = mapping ? mapping->separator() : ',';
  const auto rows = rows_of(text, separator, text.size() + 1);
  LECTERN_ASSERT(rows == rows_of(text, separator, 1));
  if (!mapping || rows.empty() || !mapping->bind(rows.front())) return 0;
  for (const Row& row : rows) {
    const auto statements = mapping->statements(row);
    if (!statements) continue;
    for (const std::string& statement : *statements) {
      LECTERN_ASSERT(json::parse(statement));
      LECTERN_ASSERT(statement.find('\n') == statement.npos);
    }
  }
  return 0;
}
