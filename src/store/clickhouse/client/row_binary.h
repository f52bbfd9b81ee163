#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time/micros.h"
#include "base/time/time.h"
#include "base/uuid.h"
#include "net/http_client.h"

/// ClickHouse's RowBinary format, as far as our columns need it.
///
///   table = *row ; row = its columns, one behind the other, without any separator
///   UInt8 = 1 byte ; UInt64, Int64, DateTime64(6) = 8 bytes, little-endian, microseconds for times
///   FixedString(16) = 16 bytes ; String = LEB128 length, bytes
///   UUID = its first 8 bytes reversed, then its last 8 bytes reversed
namespace lectern::store::clickhouse {

/// Appends values to a body of rows.
class RowWriter {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  /// An Int64, or a DateTime64(6).
  void i64(std::int64_t value);
  /// A FixedString(16).
  void fixed(const std::array<std::uint8_t, 16>& value);
  void fixed(const Uuid& id) { fixed(id.bytes); }
  /// A UUID.
  void uuid(const Uuid& id);
  /// The number of elements of an array, or of bytes of a string.
  void size(std::size_t value);
  /// A String, of any bytes.
  void string(std::string_view value);
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }

  const std::string& bytes() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }

 private:
  std::string bytes_;
};

/// The rows of an answer as RowBinary. They count among net::all_answers() for as long as this
/// lives, and so does what a RowReader makes of them.
class AnswerRows {
 public:
  explicit AnswerRows(net::HttpResponse answer) : answer_(std::move(answer)) {}

  operator std::string_view() const { return answer_.body; }
  /// Takes up to so many bytes in all; false where there is no room among all answers.
  bool grow_to(std::size_t bytes) const {
    return answer_.share == nullptr || answer_.share->grow_to(bytes);
  }

 private:
  net::HttpResponse answer_;
};

/// Takes values off an answer. After a value that is not there whole, ok() is false and the values
/// are zero or empty.
class RowReader {
 public:
  /// Of who keeps nothing of a row.
  explicit RowReader(std::string_view bytes) : bytes_(bytes) {}
  /// Each row is counted with the answer as what is made of it: row_bytes_max beside its texts.
  explicit RowReader(const AnswerRows& answer) : bytes_(answer), answer_(&answer) {}
  /// What a row may take in memory, beside its texts and with its place in a container.
  static constexpr std::size_t row_bytes_max = 256;

  /// Whether another row begins; where there is no room for it among all answers none does, and
  /// ok() is false.
  bool more();
  bool ok() const { return ok_; }

  /// A UInt8.
  std::uint8_t u8();
  /// An Int64, or a DateTime64(6).
  std::int64_t i64();
  /// A FixedString(16).
  std::array<std::uint8_t, 16> fixed();
  /// A FixedString(16) that is an id of ours.
  Uuid id() { return Uuid{fixed()}; }
  /// A UUID.
  Uuid uuid();
  /// The number of elements of an array, or of bytes of a string.
  std::uint64_t size();
  std::string_view string();

 private:
  std::string_view take(std::size_t size);

  std::string_view bytes_;
  const AnswerRows* answer_ = nullptr;
  std::size_t rows_ = 0;
  std::size_t counted_bytes_ = 0;  // of the answer and what has been made of it
  bool ok_ = true;
};

/// The 16 bytes as a string literal of SQL, every byte as \xHH: no byte of it can end the literal.
void append_literal(std::string& sql, const std::array<std::uint8_t, 16>& bytes);

}  // namespace lectern::store::clickhouse
