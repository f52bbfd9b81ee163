// An answer of ClickHouse, cut or garbled on its way: reading rows of any columns ends, a value is
// there whole or not at all, and what was read is read again from what RowWriter makes of it.
#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "store/clickhouse/client/row_binary.h"

namespace {

using namespace lectern;
using namespace lectern::store::clickhouse;

using Value =
    std::variant<std::uint8_t, std::int64_t, std::array<std::uint8_t, 16>, Uuid, std::string_view>;

Value read(RowReader& reader, int column) {
  switch (column) {
    case 0:
      return reader.u8();
    case 1:
      return reader.i64();
    case 2:
      return reader.fixed();
    case 3:
      return reader.uuid();
    default:
      return reader.string();
  }
}

struct Write {
  RowWriter& rows;
  void operator()(std::uint8_t value) const { rows.u8(value); }
  void operator()(std::int64_t value) const { rows.i64(value); }
  void operator()(const std::array<std::uint8_t, 16>& value) const { rows.fixed(value); }
  void operator()(const Uuid& value) const { rows.uuid(value); }
  void operator()(std::string_view value) const { rows.string(value); }
};

}  // namespace

/// The first byte says how many columns a row has, the next ones of which type they are.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  if (rest.empty()) return 0;
  const auto count = static_cast<std::size_t>(static_cast<unsigned char>(rest.front()) % 8 + 1);
  rest.remove_prefix(1);
  if (rest.size() < count) return 0;
  std::vector<int> columns;
  for (const char c : rest.substr(0, count)) columns.push_back(static_cast<unsigned char>(c) % 5);
  rest.remove_prefix(count);

  std::vector<Value> values;
  RowWriter written;
  RowReader reader(rest);
  while (reader.more())
    for (const int column : columns) {
      const auto value = read(reader, column);
      if (!reader.ok()) {
        LECTERN_ASSERT(std::visit([](auto v) { return v == decltype(v){}; }, value));
        break;
      }
      values.push_back(value);
      std::visit(Write{written}, value);
      LECTERN_ASSERT(written.bytes().size() <= rest.size());
    }
  RowReader again(written.bytes());
  for (std::size_t i = 0; i < values.size(); ++i)
    LECTERN_ASSERT(read(again, columns[i % columns.size()]) == values[i]);
  LECTERN_ASSERT(again.ok() && !again.more());
  return 0;
}
