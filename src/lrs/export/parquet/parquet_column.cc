// The pages of a column (parquet-format: "Data Pages", "Encodings", version 2.10):
//
//   chunk           = [ dictionary-page ] data-page
//   dictionary-page = header zstd( *plain )
//   data-page       = header zstd( levels values )
//   levels          = length hybrid                      ; 4 bytes, little-endian; 1 bit a row
//   values          = *plain / bit-width hybrid          ; of those that are there
//   plain           = length text / 8 bytes              ; booleans: bits, the lowest first
#include "lrs/export/parquet/parquet_column.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include <zstd.h>

#include "base/assert.h"
#include "lrs/export/parquet/thrift.h"

namespace lectern::lrs::parquet {
namespace {

constexpr int zstd_level = 3;
/// Longer texts have no statistics.
constexpr std::size_t text_told_max = 128;
constexpr std::int32_t page_data = 0, page_dictionary = 2;
constexpr std::int32_t encoding_plain = 0, encoding_rle = 3, encoding_rle_dictionary = 8;

template <typename Number>
std::string little_endian(Number number) {
  static_assert(std::endian::native == std::endian::little);
  std::string out(sizeof number, '\0');
  std::memcpy(out.data(), &number, sizeof number);
  return out;
}

void append_text(std::string& out, std::string_view text) {
  out += little_endian(static_cast<std::uint32_t>(text.size()));
  out += text;
}

std::string packed(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const auto size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), zstd_level);
  LECTERN_ASSERT(!ZSTD_isError(size));
  out.resize(size);
  return out;
}

/// Appends a page, and adds its sizes up.
void append_page(std::string& out, Chunk& chunk, const std::string& content, std::int32_t type,
                 std::size_t values, std::int32_t encoding) {
  const auto small = packed(content);
  ThriftWriter header;
  header.field_i32(1, type);
  header.field_i32(2, static_cast<std::int32_t>(content.size()));
  header.field_i32(3, static_cast<std::int32_t>(small.size()));
  header.begin_struct(type == page_data ? 5 : 7);
  header.field_i32(1, static_cast<std::int32_t>(values));
  header.field_i32(2, encoding);
  if (type == page_data) {
    header.field_i32(3, encoding_rle);
    header.field_i32(4, encoding_rle);
  }
  header.end_struct();
  const auto head = header.take();
  out += head;
  out += small;
  chunk.bytes += static_cast<std::int64_t>(head.size() + small.size());
  chunk.bytes_unpacked += static_cast<std::int64_t>(head.size() + content.size());
}

template <typename T>
void widen(std::optional<T>& least, std::optional<T>& greatest, const T& value) {
  if (!least || value < *least) least = value;
  if (!greatest || *greatest < value) greatest = value;
}

}  // namespace

std::string hybrid(const std::vector<std::uint32_t>& numbers, int bits) {
  constexpr std::size_t group = 8;
  std::string out;
  const auto run_at = [&](std::size_t at) {
    std::size_t end = at;
    while (end < numbers.size() && numbers[end] == numbers[at]) ++end;
    return end - at;
  };
  for (std::size_t at = 0; at < numbers.size();) {
    const auto run = run_at(at);
    if (run >= group) {
      append_varint(out, run << 1);
      for (int shift = 0; shift < bits; shift += 8)
        out += static_cast<char>(numbers[at] >> shift & 0xFF);
      at += run;
      continue;
    }
    std::size_t end = at;
    while (end < numbers.size() && run_at(end) < group) end += group;
    const std::size_t groups = (end - at) / group;
    append_varint(out, groups << 1 | 1);
    std::uint64_t buffer = 0;
    int filled = 0;
    for (std::size_t i = at; i < end; ++i) {
      const std::uint64_t number = i < numbers.size() ? numbers[i] : 0;
      buffer |= number << filled;
      for (filled += bits; filled >= 8; filled -= 8, buffer >>= 8)
        out += static_cast<char>(buffer & 0xFF);
    }
    at = std::min(end, numbers.size());
  }
  return out;
}

void ColumnBuffer::add(const Cell& cell) {
  there_.push_back(cell.there ? 1 : 0);
  if (!cell.there) return;
  switch (type_) {
    case ColumnType::instant: {
      const std::int64_t micros = cell.instant.time_since_epoch().count();
      plain_ += little_endian(micros);
      return widen(least_instant_, greatest_instant_, micros);
    }
    case ColumnType::number:
      plain_ += little_endian(cell.number);
      return widen(least_number_, greatest_number_, cell.number);
    case ColumnType::boolean:
      numbers_.push_back(cell.boolean ? 1 : 0);
      return;
    case ColumnType::text:
      break;
  }
  if (unique_) return append_text(plain_, cell.text);
  const auto [at, is_new] =
      dictionary_.try_emplace(cell.text, static_cast<std::uint32_t>(texts_.size()));
  if (is_new) {
    texts_.push_back(&at->first);
    dictionary_bytes_ += at->first.size() + 80;
    widen(least_text_, greatest_text_, at->first);
  }
  numbers_.push_back(at->second);
}

std::size_t ColumnBuffer::bytes() const {
  return plain_.size() + 4 * (there_.size() + numbers_.size()) + dictionary_bytes_;
}

std::string ColumnBuffer::definition_levels() const {
  const auto levels = hybrid(there_, 1);
  return little_endian(static_cast<std::uint32_t>(levels.size())) + levels;
}

/// The texts one after the other, where a dictionary would not spare any.
std::string ColumnBuffer::plain_texts() const {
  std::string out;
  for (const auto number : numbers_) append_text(out, *texts_[number]);
  return out;
}

Chunk ColumnBuffer::write(std::string& out) {
  Chunk chunk;
  chunk.values = static_cast<std::int64_t>(there_.size());
  chunk.nulls = std::count(there_.begin(), there_.end(), 0U);
  std::string content = definition_levels();
  std::int32_t encoding = encoding_plain;
  const bool has_dictionary = !texts_.empty() && texts_.size() * 2 <= numbers_.size();
  if (has_dictionary) {
    std::string texts;
    for (const auto* const text : texts_) append_text(texts, *text);
    append_page(out, chunk, texts, page_dictionary, texts_.size(), encoding_plain);
    chunk.dictionary_bytes = chunk.bytes;
    const int bits = std::max(1, static_cast<int>(std::bit_width(texts_.size() - 1)));
    content += static_cast<char>(bits);
    content += hybrid(numbers_, bits);
    encoding = encoding_rle_dictionary;
  } else if (type_ == ColumnType::boolean) {
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      if (i % 8 == 0) content += '\0';
      content.back() = static_cast<char>(content.back() | static_cast<int>(numbers_[i] << i % 8));
    }
  } else {
    content += type_ == ColumnType::text && !unique_ ? plain_texts() : plain_;
  }
  append_page(out, chunk, content, page_data, there_.size(), encoding);
  if (least_instant_) {
    chunk.least = little_endian(*least_instant_);
    chunk.greatest = little_endian(*greatest_instant_);
  }
  if (least_number_) {  // zeros have two signs, and both are between these
    chunk.least = little_endian(*least_number_ == 0 ? -0.0 : *least_number_);
    chunk.greatest = little_endian(*greatest_number_ == 0 ? 0.0 : *greatest_number_);
  }
  if (least_text_ && std::max(least_text_->size(), greatest_text_->size()) <= text_told_max) {
    chunk.least = *least_text_;
    chunk.greatest = *greatest_text_;
  }
  there_.clear();
  plain_.clear();
  numbers_.clear();
  dictionary_.clear();
  texts_.clear();
  dictionary_bytes_ = 0;
  least_number_ = greatest_number_ = std::nullopt;
  least_instant_ = greatest_instant_ = std::nullopt;
  least_text_ = greatest_text_ = std::nullopt;
  return chunk;
}

}  // namespace lectern::lrs::parquet
