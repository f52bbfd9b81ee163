#include <array>
#include <charconv>

#include "pipeline/data/backend.h"
#include "pipeline/data/databases/clickhouse.h"
#include "pipeline/data/databases/es.h"
#include "pipeline/data/databases/mongo.h"
#include "pipeline/data/embedded.h"
#include "pipeline/data/fs.h"
#include "pipeline/data/lrs.h"
#include "pipeline/data/objects/ldp.h"
#include "pipeline/data/objects/s3.h"
#include "pipeline/data/objects/swift.h"
#include "pipeline/data/ws.h"

namespace lectern::pipeline {
namespace {

struct Named {
  Operation operation;
  std::string_view name;
};

constexpr std::array operations = {
    Named{Operation::index, "index"},   Named{Operation::create, "create"},
    Named{Operation::remove, "delete"}, Named{Operation::update, "update"},
    Named{Operation::append, "append"},
};

}  // namespace

std::string_view name_of(Operation operation) {
  for (const auto& one : operations)
    if (one.operation == operation) return one.name;
  return "";
}

std::optional<Operation> parse_operation(std::string_view name) {
  for (const auto& one : operations)
    if (one.name == name) return one.operation;
  return std::nullopt;
}

void Chunk::refuse(std::uint64_t number, Refusal refusal) {
  if (number < first_line + walked_lines_) walked_bytes_ = walked_lines_ = 0;
  std::string_view rest = std::string_view(bytes).substr(walked_bytes_);
  std::string record;
  while (const auto line = next_line(rest, first_line + walked_lines_)) {
    if (line->number == number) {
      record = line->text;
      break;
    }
    walked_bytes_ += line->whole.size();
    ++walked_lines_;
  }
  refused.push_back({file, number, std::move(record), std::move(refusal)});
}

// The one list, by name: a new backend is a line here.
std::span<const DataBackend> data_backends() {
  static const std::array all = {
      DataBackend{"async_es", "ES", es::settings(), es::open_source, es::open_sink,
                  es::open_listing},
      DataBackend{"async_lrs", "LRS", lrs::settings(), lrs::open_source, lrs::open_sink, nullptr},
      DataBackend{"async_mongo", "MONGO", mongo::settings(), mongo::open_source, mongo::open_sink,
                  mongo::open_listing},
      DataBackend{"async_ws", "WS", ws::settings(), ws::open_source, nullptr, nullptr},
      DataBackend{"clickhouse", "CLICKHOUSE", clickhouse::settings(), clickhouse::open_source,
                  clickhouse::open_sink, clickhouse::open_listing},
      DataBackend{"embedded", "EMBEDDED", embedded::settings(), embedded::open_source,
                  embedded::open_sink, nullptr},
      DataBackend{"es", "ES", es::settings(), es::open_source, es::open_sink, es::open_listing},
      DataBackend{"fs", "FS", fs::settings(), fs::open_source, fs::open_sink, fs::open_listing},
      DataBackend{"ldp", "LDP", ldp::settings(), ldp::open_source, nullptr, ldp::open_listing},
      DataBackend{"lrs", "LRS", lrs::settings(), lrs::open_source, lrs::open_sink, nullptr},
      DataBackend{"mongo", "MONGO", mongo::settings(), mongo::open_source, mongo::open_sink,
                  mongo::open_listing},
      DataBackend{"s3", "S3", s3::settings(), objects::open_source<s3::open_store>,
                  objects::open_sink<s3::open_store>, objects::open_listing<s3::open_store>},
      DataBackend{"swift", "SWIFT", swift::settings(), objects::open_source<swift::open_store>,
                  objects::open_sink<swift::open_store>, objects::open_listing<swift::open_store>},
      DataBackend{"ws", "WS", ws::settings(), ws::open_source, nullptr, nullptr},
  };
  return all;
}

const DataBackend* find_data_backend(std::string_view name) {
  for (const auto& backend : data_backends())
    if (backend.name == name) return &backend;
  return nullptr;
}

bool is_data_setting(std::string_view name) {
  const std::size_t end = name.find("__");
  if (end == name.npos) return false;
  const std::string_view group = name.substr(0, end), key = name.substr(end + 2);
  for (const auto& backend : data_backends()) {
    if (backend.group != group) continue;
    for (const auto& setting : backend.settings)
      if (key == setting.key ||
          (setting.kind == DataSetting::Kind::object && key.starts_with(setting.key) &&
           key.substr(setting.key.size()).starts_with("__")))
        return true;
  }
  return false;
}

std::size_t number_of(const DataValues& values, std::string_view key) {
  std::size_t number = 0;
  if (const auto it = values.find(key); it != values.end())
    std::from_chars(it->second.data(), it->second.data() + it->second.size(), number);
  return number;
}

}  // namespace lectern::pipeline
