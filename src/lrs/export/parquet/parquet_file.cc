#include "lrs/export/parquet/parquet_file.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "lrs/export/parquet/thrift.h"

// The end of a file, in the terms of parquet.thrift:
//
//   file   = "PAR1" *group footer length "PAR1"      ; 4 bytes, little-endian
//   group  = *chunk                                   ; parquet_column.cc
//   footer = FileMetaData
namespace lectern::lrs::parquet {
namespace {

constexpr std::string_view magic = "PAR1";
constexpr std::int32_t codec_zstd = 6;
constexpr std::int32_t optional_field = 1;

bool is_unique(std::string_view column) { return column == "id" || column == "statement"; }

std::int32_t physical_type(ColumnType type) {
  switch (type) {
    case ColumnType::boolean:
      return 0;
    case ColumnType::instant:
      return 2;  // INT64
    case ColumnType::number:
      return 5;  // DOUBLE
    case ColumnType::text:
      return 6;  // BYTE_ARRAY
  }
  return 6;
}

void write_logical_type(ThriftWriter& out, ColumnType type) {
  constexpr std::int32_t utf8 = 0, timestamp_micros = 10;  // for old readers
  if (type == ColumnType::text) {
    out.field_i32(6, utf8);
    out.begin_struct(10);
    out.begin_struct(1);  // STRING
    out.end_struct();
    out.end_struct();
  }
  if (type == ColumnType::instant) {
    out.field_i32(6, timestamp_micros);
    out.begin_struct(10);
    out.begin_struct(8);  // TIMESTAMP
    out.field_bool(1, true);
    out.begin_struct(2);
    out.begin_struct(2);  // MICROS
    out.end_struct();
    out.end_struct();
    out.end_struct();
    out.end_struct();
  }
}

void write_schema(ThriftWriter& out) {
  out.begin_list_of_structs(2, flat_columns.size() + 1);
  out.begin_element();
  out.field_text(4, "statements");
  out.field_i32(5, static_cast<std::int32_t>(flat_columns.size()));
  out.end_struct();
  for (const auto& column : flat_columns) {
    out.begin_element();
    out.field_i32(1, physical_type(column.type));
    out.field_i32(3, optional_field);
    out.field_text(4, column.name);
    write_logical_type(out, column.type);
    out.end_struct();
  }
}

void write_statistics(ThriftWriter& out, const Chunk& chunk) {
  out.begin_struct(12);
  out.field_i64(3, chunk.nulls);
  if (chunk.greatest) out.field_text(5, *chunk.greatest);
  if (chunk.least) out.field_text(6, *chunk.least);
  out.end_struct();
}

void write_chunk(ThriftWriter& out, const Column& column, const Chunk& chunk, std::int64_t begin) {
  constexpr std::int32_t plain = 0, rle = 3, rle_dictionary = 8;
  out.begin_element();
  out.field_i64(2, begin);
  out.begin_struct(3);
  out.field_i32(1, physical_type(column.type));
  out.begin_list_of_i32(2, 3);
  for (const auto encoding : {plain, rle, rle_dictionary}) out.element_i32(encoding);
  out.begin_list_of_texts(3, 1);
  out.element_text(column.name);
  out.field_i32(4, codec_zstd);
  out.field_i64(5, chunk.values);
  out.field_i64(6, chunk.bytes_unpacked);
  out.field_i64(7, chunk.bytes);
  out.field_i64(9, begin + chunk.dictionary_bytes);
  if (chunk.dictionary_bytes > 0) out.field_i64(11, begin);
  write_statistics(out, chunk);
  out.end_struct();
  out.end_struct();
}

}  // namespace

ParquetFile::ParquetFile() {
  columns_.reserve(flat_columns.size());
  for (const auto& column : flat_columns)
    columns_.emplace_back(column.type, is_unique(column.name));
}

void ParquetFile::begin(std::string& out) {
  if (written_ > 0) return;
  out += magic;
  written_ = static_cast<std::int64_t>(magic.size());
}

void ParquetFile::add(const FlatRow& row, std::string& out) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    columns_[i].add(row.at(i));
    bytes += columns_[i].bytes();
  }
  if (++rows_ >= group_rows_max || bytes >= group_bytes_max) end_group(out);
}

void ParquetFile::end_group(std::string& out) {
  begin(out);
  Group group;
  group.rows = static_cast<std::int64_t>(rows_);
  group.begin = written_;
  for (auto& column : columns_) {
    group.chunks.push_back(column.write(out));
    group.bytes += group.chunks.back().bytes;
    group.bytes_unpacked += group.chunks.back().bytes_unpacked;
  }
  written_ += group.bytes;
  rows_written_ += group.rows;
  groups_.push_back(std::move(group));
  rows_ = 0;
}

void ParquetFile::finish(std::string& out) {
  if (rows_ > 0) end_group(out);
  begin(out);
  const auto end = footer();
  out += end;
  const auto size = static_cast<std::uint32_t>(end.size());
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(size >> shift & 0xFF);
  out += magic;
}

std::string ParquetFile::footer() const {
  ThriftWriter out;
  out.field_i32(1, 2);  // version
  write_schema(out);
  out.field_i64(3, rows_written_);
  out.begin_list_of_structs(4, groups_.size());
  for (const Group& group : groups_) {
    out.begin_element();
    out.begin_list_of_structs(1, group.chunks.size());
    std::int64_t begin = group.begin;
    for (std::size_t i = 0; i < group.chunks.size(); ++i) {
      write_chunk(out, flat_columns.at(i), group.chunks[i], begin);
      begin += group.chunks[i].bytes;
    }
    out.field_i64(2, group.bytes_unpacked);
    out.field_i64(3, group.rows);
    out.field_i64(5, group.begin);
    out.field_i64(6, group.bytes);
    out.end_struct();
  }
  out.field_text(6, "Lectern " LECTERN_VERSION);
  out.begin_list_of_structs(7, flat_columns.size());
  for (std::size_t i = 0; i < flat_columns.size(); ++i) {
    out.begin_element();
    out.begin_struct(1);  // statistics are in the order of the type
    out.end_struct();
    out.end_struct();
  }
  return out.take();
}

}  // namespace lectern::lrs::parquet
