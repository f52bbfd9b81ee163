#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "lrs/export/flat.h"

namespace lectern::lrs::parquet {

/// Where a column lies in a row group, for the footer.
struct Chunk {
  std::int64_t values = 0, nulls = 0;
  std::int64_t dictionary_bytes = 0;  ///< of its page with the header; 0: there is none
  std::int64_t bytes = 0;             ///< of all pages with their headers
  std::int64_t bytes_unpacked = 0;
  std::optional<std::string> least, greatest;  ///< plain; nothing: not told
};

/// The cells of one column of a row group, until it is written.
class ColumnBuffer {
 public:
  /// `unique`: its texts differ from row to row, so there is no dictionary.
  ColumnBuffer(ColumnType type, bool unique) : type_(type), unique_(unique) {}

  /// Takes the next row's cell in.
  void add(const Cell& cell);
  /// Memory that it takes, about.
  std::size_t bytes() const;
  /// Appends its pages, packed by zstd, and is empty again.
  Chunk write(std::string& out);

 private:
  std::string definition_levels() const;
  std::string plain_texts() const;

  const ColumnType type_;
  const bool unique_;
  std::vector<std::uint32_t> there_;    // 1 or 0 for each row
  std::string plain_;                   // the values but for texts with a dictionary and booleans
  std::vector<std::uint32_t> numbers_;  // in the dictionary; or booleans
  std::unordered_map<std::string, std::uint32_t> dictionary_;
  std::vector<const std::string*> texts_;  // of the dictionary, by number
  std::size_t dictionary_bytes_ = 0;
  std::optional<double> least_number_, greatest_number_;
  std::optional<std::int64_t> least_instant_, greatest_instant_;
  std::optional<std::string> least_text_, greatest_text_;
};

/// Numbers of `bits` bits, 1 to 32, in Parquet's hybrid of runs and packed bits.
std::string hybrid(const std::vector<std::uint32_t>& numbers, int bits);

}  // namespace lectern::lrs::parquet
