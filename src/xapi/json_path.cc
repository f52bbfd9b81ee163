#include "xapi/json_path.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace lectern::xapi {
namespace {

constexpr std::string_view name_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

/// Takes a quoted text, quotes included, off the front.
std::optional<std::string> take_quoted(std::string_view& text) {
  const char quote = text.front();
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == quote) {
      text.remove_prefix(i + 1);
      return out;
    }
    if (text[i] == '\\' && ++i == text.size()) break;
    out += text[i];
  }
  return std::nullopt;
}

std::optional<std::size_t> take_index(std::string_view& text) {
  std::size_t index = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (fault != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return index;
}

}  // namespace

std::optional<JsonPath> JsonPath::parse(std::string_view text) {
  if (!text.starts_with('$')) return std::nullopt;
  text.remove_prefix(1);
  JsonPath path;
  while (!text.empty()) {
    if (path.steps_.size() == steps_max || text.size() < 2) return std::nullopt;
    const char kind = text.front();
    text.remove_prefix(1);
    if (kind == '.') {
      const auto end = std::min(text.size(), text.find_first_not_of(name_characters));
      if (end == 0) return std::nullopt;
      path.steps_.emplace_back(std::string(text.substr(0, end)));
      text.remove_prefix(end);
      continue;
    }
    if (kind != '[') return std::nullopt;
    if (text.front() == '*') {
      text.remove_prefix(1);
      path.steps_.emplace_back(All{});
    } else if (text.front() == '\'' || text.front() == '"') {
      auto name = take_quoted(text);
      if (!name) return std::nullopt;
      path.steps_.emplace_back(std::move(*name));
    } else {
      const auto index = take_index(text);
      if (!index) return std::nullopt;
      path.steps_.emplace_back(*index);
    }
    if (!text.starts_with(']')) return std::nullopt;
    text.remove_prefix(1);
  }
  return path;
}

std::vector<json::Value> JsonPath::find(json::Value root) const {
  std::vector<json::Value> at{root};
  for (const Step& step : steps_) {
    std::vector<json::Value> next;
    for (const json::Value value : at) {
      if (const auto* const name = std::get_if<std::string>(&step)) {
        if (const auto member = value.is(json::Type::object) ? value.find(*name) : std::nullopt)
          next.push_back(*member);
        continue;
      }
      if (!value.is(json::Type::array)) continue;
      std::size_t index = 0;
      for (const json::Value element : value.children()) {
        const auto* const wanted = std::get_if<std::size_t>(&step);
        if (wanted == nullptr || index == *wanted) next.push_back(element);
        ++index;
      }
    }
    at = std::move(next);
  }
  return at;
}

bool JsonPath::several() const {
  return std::ranges::any_of(steps_,
                             [](const Step& step) { return std::holds_alternative<All>(step); });
}

}  // namespace lectern::xapi
