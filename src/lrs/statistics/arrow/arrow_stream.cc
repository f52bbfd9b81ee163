#include "lrs/statistics/arrow/arrow_stream.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "lrs/statistics/arrow/flat_buffer.h"

namespace lectern::lrs {
namespace {

// As Arrow numbers them (Schema.fbs, Message.fbs).
constexpr std::int16_t version_5 = 4;
constexpr std::uint8_t header_schema = 1, header_record_batch = 3;
constexpr std::uint8_t type_int = 2, type_floating_point = 3, type_utf8 = 5;
constexpr std::int16_t precision_double = 2;

using F = FlatBuffer;

/// A Message that has such a header; the place of the header's offset.
F::Slot message(FlatBuffer& out, std::uint8_t header, std::size_t body_bytes) {
  const auto slots = out.table(0, {F::number(version_5), F::number(header), F::offset,
                                   F::number(static_cast<std::int64_t>(body_bytes))});
  return slots[2];
}

void append_number(std::string& out, std::uint32_t number) {
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(number >> (8 * i)));
}

std::string framed(std::string metadata) {
  std::string out;
  append_number(out, 0xFFFFFFFF);
  append_number(out, static_cast<std::uint32_t>(metadata.size()));
  return out + metadata;
}

template <typename Value>
std::string bits_of(const std::vector<std::optional<Value>>& values) {
  std::string bits((values.size() + 7) / 8, '\0');
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i]) bits[i / 8] = static_cast<char>(bits[i / 8] | 1 << (i % 8));
  return bits;
}

void append_value(std::string& out, double number, bool whole) {
  // A double may be beyond all integers.
  const auto integer = whole ? static_cast<std::int64_t>(number) : 0;
  char bytes[8];
  std::memcpy(bytes, whole ? static_cast<const void*>(&integer) : &number, sizeof(bytes));
  out.append(bytes, sizeof(bytes));
}

}  // namespace

void ArrowStream::add_texts(std::string name, std::vector<std::optional<std::string_view>> values) {
  rows_ = values.size();
  columns_.push_back({std::move(name), Type::texts, std::move(values), {}});
}

void ArrowStream::add_numbers(std::string name, std::vector<std::optional<double>> values,
                              bool whole) {
  rows_ = values.size();
  columns_.push_back(
      {std::move(name), whole ? Type::integers : Type::doubles, {}, std::move(values)});
}

void ArrowStream::add_metadata(std::string key, std::string value) {
  metadata_.emplace_back(std::move(key), std::move(value));
}

std::string ArrowStream::schema() const {
  FlatBuffer out;
  const auto header = message(out, header_schema, 0);
  const auto schema = out.table(header, {{}, F::offset, F::offset});  // little-endian
  const auto fields = out.offsets(schema[1], columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto& column = columns_[i];
    const std::uint8_t type = column.type == Type::texts     ? type_utf8
                              : column.type == Type::doubles ? type_floating_point
                                                             : type_int;
    constexpr std::uint8_t nullable = 1;
    const auto field = out.table(
        fields[i], {F::offset, F::number(nullable), F::number(type), F::offset, {}, F::offset});
    out.text(field[0], column.name);
    if (column.type == Type::texts) out.table(field[3], {});
    if (column.type == Type::doubles) out.table(field[3], {F::number(precision_double)});
    if (column.type == Type::integers)
      out.table(field[3], {F::number(std::int32_t{64}), F::number(std::uint8_t{1})});
    out.offsets(field[5], 0);
  }
  const auto pairs = out.offsets(schema[2], metadata_.size());
  for (std::size_t i = 0; i < metadata_.size(); ++i) {
    const auto pair = out.table(pairs[i], {F::offset, F::offset});
    out.text(pair[0], metadata_[i].first);
    out.text(pair[1], metadata_[i].second);
  }
  return framed(out.take());
}

void ArrowStream::Body::add(std::string_view buffer) {
  buffers.emplace_back(bytes.size(), buffer.size());
  bytes += buffer;
  bytes.resize((bytes.size() + 7) / 8 * 8, '\0');
}

Result<void> ArrowStream::add_to(Body& body, const Column& column) const {
  const auto add_bits = [&](const auto& values) {
    const auto nulls = std::count(values.begin(), values.end(), std::nullopt);
    body.columns.emplace_back(rows_, nulls);
    body.add(bits_of(values));
  };
  std::string values;
  if (column.type != Type::texts) {
    add_bits(column.numbers);
    for (const auto& number : column.numbers)
      append_value(values, number.value_or(0), column.type == Type::integers);
    body.add(values);
    return {};
  }
  add_bits(column.texts);
  std::string offsets;
  append_number(offsets, 0);
  for (const auto& text : column.texts) {
    values += text.value_or("");
    if (values.size() > std::numeric_limits<std::int32_t>::max())
      return fail(Code::too_large, "The answer's texts are more than a column of Arrow may have");
    append_number(offsets, static_cast<std::uint32_t>(values.size()));
  }
  body.add(offsets);
  body.add(values);
  return {};
}

std::string ArrowStream::batch(const Body& body) const {
  FlatBuffer out;
  const auto header = message(out, header_record_batch, body.bytes.size());
  const auto slots =
      out.table(header, {F::number(static_cast<std::int64_t>(rows_)), F::offset, F::offset});
  out.pairs(slots[1], body.columns);
  out.pairs(slots[2], body.buffers);
  return framed(out.take());
}

Result<std::string> ArrowStream::write() const {
  Body body;
  for (const auto& column : columns_) RETURN_IF_ERROR(add_to(body, column));
  std::string out = schema();
  out += batch(body);
  out += body.bytes;
  append_number(out, 0xFFFFFFFF);
  append_number(out, 0);
  return out;
}

}  // namespace lectern::lrs
