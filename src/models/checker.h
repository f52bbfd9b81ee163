#pragma once

#include <string>

#include "base/json/json.h"
#include "models/table.h"

namespace lectern::models {

/// What a value does not keep, for people.
struct Fault {
  std::string pointer;  ///< JSON pointer from the record's root
  std::string rule;     ///< one line
};

/// Whether the value keeps the shape with this index. Where it does not and `fault` is given, that
/// tells of the first fault. Thread-safe.
bool keeps(const Table& table, std::uint32_t shape, json::Value value, Fault* fault);

/// Whether the value is of the type with this index. Thread-safe.
bool keeps_type(const Table& table, std::uint32_t type, json::Value value);

/// What a type asks for, in words: `an integer`, `"a" or "b"`.
std::string described(const Table& table, std::uint32_t type);

}  // namespace lectern::models
