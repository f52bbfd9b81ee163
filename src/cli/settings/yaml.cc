#include "cli/settings/yaml.h"

#include <memory>

#include <yaml.h>

#include "base/json/json.h"

namespace lectern::cli {
namespace {

constexpr std::size_t json_bytes_max = 1024 * 1024;
constexpr int levels_max = 64;

/// Writes nodes of a document; nodes have numbers.
class Writer {
 public:
  explicit Writer(yaml_document_t& document) : document_(document) {}

  Result<std::string> write() {
    const auto* root = yaml_document_get_root_node(&document_);
    if (root == nullptr) return fail(Code::invalid, "the YAML is empty");
    RETURN_IF_ERROR(node(*root, 0));
    return std::move(json_);
  }

 private:
  Result<void> node(const yaml_node_t& node, int level) {
    if (level > levels_max || json_.size() > json_bytes_max)
      return fail(Code::invalid, "the YAML is too large");
    if (node.type == YAML_MAPPING_NODE) return mapping(node, level);
    if (node.type == YAML_SEQUENCE_NODE) return sequence(node, level);
    json_ += json::quoted(
        {reinterpret_cast<const char*>(node.data.scalar.value), node.data.scalar.length});
    return {};
  }
  Result<void> mapping(const yaml_node_t& mapping, int level) {
    const auto& pairs = mapping.data.mapping.pairs;
    json_ += '{';
    for (const auto* pair = pairs.start; pair != pairs.top; ++pair) {
      const auto* key = yaml_document_get_node(&document_, pair->key);
      if (key->type != YAML_SCALAR_NODE) return fail(Code::invalid, "a key of the YAML is no text");
      if (pair != pairs.start) json_ += ',';
      RETURN_IF_ERROR(node(*key, level + 1));
      json_ += ':';
      RETURN_IF_ERROR(node(*yaml_document_get_node(&document_, pair->value), level + 1));
    }
    json_ += '}';
    return {};
  }
  Result<void> sequence(const yaml_node_t& sequence, int level) {
    const auto& items = sequence.data.sequence.items;
    json_ += '[';
    for (const auto* item = items.start; item != items.top; ++item) {
      if (item != items.start) json_ += ',';
      RETURN_IF_ERROR(node(*yaml_document_get_node(&document_, *item), level + 1));
    }
    json_ += ']';
    return {};
  }

  yaml_document_t& document_;
  std::string json_;
};

}  // namespace

Result<std::string> json_of_yaml(std::string_view text) {
  yaml_parser_t parser;
  if (yaml_parser_initialize(&parser) == 0) return fail(Code::internal, "no memory for YAML");
  const std::unique_ptr<yaml_parser_t, decltype(&yaml_parser_delete)> parser_end(
      &parser, yaml_parser_delete);
  yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()),
                               text.size());
  yaml_document_t document;
  if (yaml_parser_load(&parser, &document) == 0)
    return fail(Code::invalid, "line " + std::to_string(parser.problem_mark.line + 1) +
                                   " is no YAML: " + (parser.problem ? parser.problem : ""));
  const std::unique_ptr<yaml_document_t, decltype(&yaml_document_delete)> document_end(
      &document, yaml_document_delete);
  return Writer(document).write();
}

}  // namespace lectern::cli
