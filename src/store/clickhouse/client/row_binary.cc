#include "store/clickhouse/client/row_binary.h"

#include <algorithm>

namespace lectern::store::clickhouse {

void RowWriter::i64(std::int64_t value) {
  auto rest = static_cast<std::uint64_t>(value);
  std::array<char, 8> bytes;
  for (auto& byte : bytes) {
    byte = static_cast<char>(rest);
    rest >>= 8;
  }
  bytes_.append(bytes.data(), bytes.size());
}

void RowWriter::fixed(const std::array<std::uint8_t, 16>& value) {
  bytes_.append(reinterpret_cast<const char*>(value.data()), value.size());
}

void RowWriter::uuid(const Uuid& id) {
  for (std::size_t i = 8; i-- > 0;) u8(id.bytes[i]);
  for (std::size_t i = 16; i-- > 8;) u8(id.bytes[i]);
}

void RowWriter::size(std::size_t value) {
  for (; value >= 0x80; value >>= 7) u8(static_cast<std::uint8_t>(value | 0x80));
  u8(static_cast<std::uint8_t>(value));
}

void RowWriter::string(std::string_view value) {
  size(value.size());
  bytes_ += value;
}

bool RowReader::more() {
  if (!ok_ || bytes_.empty()) return false;
  if (answer_ == nullptr) return true;
  // The answer, what has been copied of it, and the rows.
  const std::size_t answer_bytes = std::string_view(*answer_).size();
  const std::size_t needed = 2 * answer_bytes - bytes_.size() + ++rows_ * row_bytes_max;
  if (needed <= counted_bytes_) return true;
  // In steps, since all threads take from it.
  constexpr std::size_t step_bytes = 64 * 1024;
  counted_bytes_ = needed + std::min(step_bytes, bytes_.size());
  ok_ = answer_->grow_to(counted_bytes_);
  return ok_;
}

std::string_view RowReader::take(std::size_t size) {
  if (size > bytes_.size()) {
    ok_ = false;
    bytes_ = {};
    return {};
  }
  const auto taken = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return taken;
}

std::uint8_t RowReader::u8() {
  const auto taken = take(1);
  return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken.front());
}

std::int64_t RowReader::i64() {
  std::uint64_t value = 0;
  const auto taken = take(8);
  for (std::size_t i = taken.size(); i-- > 0;)
    value = value << 8 | static_cast<std::uint8_t>(taken[i]);
  return static_cast<std::int64_t>(value);
}

std::array<std::uint8_t, 16> RowReader::fixed() {
  std::array<std::uint8_t, 16> value{};
  const auto taken = take(16);
  std::transform(taken.begin(), taken.end(), value.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return value;
}

Uuid RowReader::uuid() {
  Uuid id{fixed()};
  std::reverse(id.bytes.begin(), id.bytes.begin() + 8);
  std::reverse(id.bytes.begin() + 8, id.bytes.end());
  return id;
}

std::uint64_t RowReader::size() {
  std::uint64_t size = 0;
  for (unsigned shift = 0; shift < 63; shift += 7) {
    const auto byte = u8();
    size |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return size;
  }
  ok_ = false;
  return 0;
}

std::string_view RowReader::string() { return take(size()); }

void append_literal(std::string& sql, const std::array<std::uint8_t, 16>& bytes) {
  static constexpr char digits[] = "0123456789ABCDEF";
  sql += '\'';
  for (const auto byte : bytes) {
    sql += "\\x";
    sql += digits[byte >> 4];
    sql += digits[byte & 0xF];
  }
  sql += '\'';
}

}  // namespace lectern::store::clickhouse
