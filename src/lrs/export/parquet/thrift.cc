#include "lrs/export/parquet/thrift.h"

#include <utility>

namespace lectern::lrs::parquet {
namespace {

constexpr std::uint8_t type_true = 1, type_false = 2, type_i32 = 5, type_i64 = 6, type_text = 8,
                       type_list = 9, type_struct = 12;

}  // namespace

void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

void ThriftWriter::signed_varint(std::int64_t value) {
  append_varint(out_,
                static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
}

void ThriftWriter::header(int id, std::uint8_t type) {
  // Ids in Parquet lie less than 16 apart.
  const int step = id - std::exchange(last_ids_.back(), id);
  out_ += static_cast<char>(step << 4 | type);
}

void ThriftWriter::field_i32(int id, std::int32_t value) {
  header(id, type_i32);
  signed_varint(value);
}

void ThriftWriter::field_i64(int id, std::int64_t value) {
  header(id, type_i64);
  signed_varint(value);
}

void ThriftWriter::field_bool(int id, bool value) { header(id, value ? type_true : type_false); }

void ThriftWriter::field_text(int id, std::string_view value) {
  header(id, type_text);
  element_text(value);
}

void ThriftWriter::begin_struct(int id) {
  header(id, type_struct);
  begin_element();
}

void ThriftWriter::list_header(int id, std::size_t size, std::uint8_t type) {
  constexpr std::size_t short_max = 14;
  header(id, type_list);
  if (size <= short_max) {
    out_ += static_cast<char>(size << 4 | type);
  } else {
    out_ += static_cast<char>(0xF0 | type);
    append_varint(out_, size);
  }
}

void ThriftWriter::begin_list_of_structs(int id, std::size_t size) {
  list_header(id, size, type_struct);
}

void ThriftWriter::begin_list_of_texts(int id, std::size_t size) {
  list_header(id, size, type_text);
}

void ThriftWriter::begin_list_of_i32(int id, std::size_t size) { list_header(id, size, type_i32); }

void ThriftWriter::element_text(std::string_view value) {
  append_varint(out_, value.size());
  out_ += value;
}

void ThriftWriter::element_i32(std::int32_t value) { signed_varint(value); }

void ThriftWriter::begin_element() { last_ids_.push_back(0); }

void ThriftWriter::end_struct() {
  out_ += '\0';
  last_ids_.pop_back();
}

std::string ThriftWriter::take() {
  end_struct();
  last_ids_.assign(1, 0);
  return std::exchange(out_, {});
}

}  // namespace lectern::lrs::parquet
