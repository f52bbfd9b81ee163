#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lectern::lrs::parquet {

/// Appends a number of variable length (LEB128), as Thrift and Parquet's runs have it.
void append_varint(std::string& out, std::uint64_t value);

/// Writes structs in Thrift's compact protocol, as Parquet's footers and page headers are. Fields
/// are written in rising order of their ids; what is begun is ended.
class ThriftWriter {
 public:
  ThriftWriter() { last_ids_.push_back(0); }

  /// Fields of the struct that was begun last.
  void field_i32(int id, std::int32_t value);
  void field_i64(int id, std::int64_t value);
  void field_bool(int id, bool value);
  void field_text(int id, std::string_view value);
  void begin_struct(int id);
  void begin_list_of_structs(int id, std::size_t size);
  void begin_list_of_texts(int id, std::size_t size);
  void begin_list_of_i32(int id, std::size_t size);

  /// Elements of the list that was begun last. Lists end by themselves.
  void element_text(std::string_view value);
  void element_i32(std::int32_t value);
  void begin_element();

  /// Ends a struct: a field's or an element's.
  void end_struct();
  /// What was written, with the outermost struct ended.
  std::string take();

 private:
  void header(int id, std::uint8_t type);
  void list_header(int id, std::size_t size, std::uint8_t type);
  void signed_varint(std::int64_t value);

  std::string out_;
  std::vector<int> last_ids_;  // of the structs that are open
};

}  // namespace lectern::lrs::parquet
