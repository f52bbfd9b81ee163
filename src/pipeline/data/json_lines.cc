#include "pipeline/data/json_lines.h"

namespace lectern::pipeline {

void append_line(std::string& out, std::string_view json) {
  // A string has no raw line ends in it, so any that is there stands between tokens.
  for (const char c : json)
    if (c != '\n' && c != '\r') out += c;
  out += '\n';
}

void take_objects(Chunk& chunk, const std::function<MadeRecord(json::Value)>& make) {
  std::string_view rest = chunk.bytes;
  for (std::uint64_t number = chunk.first_line;; ++number) {
    const auto line = next_line(rest, number);
    if (!line) break;
    if (line->is_blank()) continue;
    const auto document = json::parse_view(line->text, {.bounded = false, .lenient = true});
    if (!document || !(*document)->root().is(json::Type::object)) {
      chunk.refuse(number,
                   {false, "", "JSON",
                    document ? "the line must be a JSON object" : document.error().message});
      continue;
    }
    auto record = make((*document)->root());
    if (!record) {
      chunk.refuse(number, std::move(record).error());
      continue;
    }
    record->number = number;
    chunk.lines.push_back(std::move(*record));
  }
  chunk.records = chunk.lines.size();
}

std::string json_array(std::span<const Chunk::Record> records) {
  std::size_t bytes = 2;
  for (const auto& record : records) bytes += record.text.size() + 1;
  std::string out = "[";
  out.reserve(bytes);
  for (const auto& record : records) {
    if (out.size() > 1) out += ',';
    out += record.text;
  }
  return out += ']';
}

}  // namespace lectern::pipeline
