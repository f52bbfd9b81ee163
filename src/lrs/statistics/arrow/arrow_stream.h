#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace lectern::lrs {

/// A table as Arrow's IPC stream (application/vnd.apache.arrow.stream; the format's version 5): the
/// schema, one batch of all rows, and the mark of the end.
///
///   stream  = message message end
///   message = %xFFFFFFFF size metadata body    ; metadata: a Message as FlatBuffers
///   body    = *(bits values / bits offsets texts)  ; by column, each a multiple of eight bytes
///   end     = %xFFFFFFFF 4%x00
///
/// One thread at a time.
class ArrowStream {
 public:
  /// Adds a column of texts. All columns have as many rows.
  void add_texts(std::string name, std::vector<std::optional<std::string_view>> values);
  /// Adds a column of doubles, or of whole numbers below 2^53 as 64-bit integers.
  void add_numbers(std::string name, std::vector<std::optional<double>> values, bool whole);
  /// Adds what is said of the table as a whole.
  void add_metadata(std::string key, std::string value);

  /// The stream. Errors: too_large, where the texts of a column are more than 2 GiB.
  Result<std::string> write() const;

 private:
  enum class Type { texts, doubles, integers };
  struct Column {
    std::string name;
    Type type;
    std::vector<std::optional<std::string_view>> texts;
    std::vector<std::optional<double>> numbers;
  };
  struct Body {
    std::string bytes;
    std::vector<std::pair<std::int64_t, std::int64_t>> buffers;  // where they begin, their sizes
    std::vector<std::pair<std::int64_t, std::int64_t>> columns;  // rows, and those without a value

    void add(std::string_view buffer);
  };

  std::string schema() const;
  std::string batch(const Body& body) const;
  Result<void> add_to(Body& body, const Column& column) const;

  std::vector<Column> columns_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  std::size_t rows_ = 0;
};

}  // namespace lectern::lrs
