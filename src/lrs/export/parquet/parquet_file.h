#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lrs/export/flat.h"
#include "lrs/export/parquet/parquet_column.h"

namespace lectern::lrs::parquet {

/// A Parquet file with the columns of the flat form, made piece by piece: one row group is in
/// memory. Texts are strings in UTF-8, instants microseconds in UTC, numbers doubles; all may be
/// null. Pages are packed by zstd; texts have dictionaries where that spares something; chunks tell
/// their least and greatest value. One thread at a time.
class ParquetFile {
 public:
  static constexpr std::size_t group_bytes_max = 16 * 1024 * 1024;
  static constexpr std::size_t group_rows_max = 100'000;

  ParquetFile();

  /// Takes a row in; appends to `out` what is finished by it.
  void add(const FlatRow& row, std::string& out);
  /// Appends the rest. Nothing may be added any more.
  void finish(std::string& out);

 private:
  struct Group {
    std::int64_t rows = 0, begin = 0, bytes = 0, bytes_unpacked = 0;
    std::vector<Chunk> chunks;
  };

  void begin(std::string& out);
  void end_group(std::string& out);
  std::string footer() const;

  std::vector<ColumnBuffer> columns_;
  std::vector<Group> groups_;
  std::size_t rows_ = 0;      // of the group in memory
  std::int64_t written_ = 0;  // bytes of the file
  std::int64_t rows_written_ = 0;
};

}  // namespace lectern::lrs::parquet
