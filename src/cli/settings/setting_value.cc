#include "cli/settings/setting_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "base/json/json.h"

namespace lectern::cli {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string enumerated(std::string_view choices) {
  std::string out;
  for (const auto& choice : split(choices, ' ')) (out += out.empty() ? "" : ", ") += choice;
  return out;
}

bool is_choice(std::string_view choices, const std::string& text) {
  const auto all = split(choices, ' ');
  return std::find(all.begin(), all.end(), text) != all.end();
}

tl::unexpected<Error> allowed(std::string what) { return fail(Code::invalid, std::move(what)); }

struct Unit {
  std::string_view name;  // in lower case
  std::int64_t factor;
};
constexpr std::array byte_units = {Unit{"kib", 1 << 10},  Unit{"mib", 1 << 20},
                                   Unit{"gib", 1 << 30},  Unit{"kb", 1'000},
                                   Unit{"mb", 1'000'000}, Unit{"gb", 1'000'000'000}};
constexpr std::array time_units = {Unit{"ms", 1}, Unit{"s", 1'000}, Unit{"min", 60'000},
                                   Unit{"h", 3'600'000}};

/// What an integer of this setting may be followed by.
std::span<const Unit> units_of(const Row& row) {
  if (row.name.ends_with("_BYTES_MAX")) return byte_units;
  if (row.name.ends_with("_MS")) return time_units;
  return {};
}

std::string_view example(std::span<const Unit> units) {
  return units.front().name == "kib" ? "10MiB" : "30s";
}

std::string text_of(json::Value value) {
  return std::string(value.is(json::Type::string) ? value.string() : value.source());
}

}  // namespace

Result<bool> read_boolean(std::string_view text) {
  constexpr std::array yes = {"1", "yes", "on", "t", "y", "true"};
  constexpr std::array no = {"0", "no", "off", "f", "n", "false"};
  const std::string word = lower(text);
  if (std::find(yes.begin(), yes.end(), word) != yes.end()) return true;
  if (std::find(no.begin(), no.end(), word) != no.end()) return false;
  return allowed("true or false (also yes/no, on/off, 1/0)");
}

Result<std::int64_t> read_integer(const Row& row, std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto units = units_of(row);
  const std::string_view suffix(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const auto unit = std::find_if(units.begin(), units.end(),
                                 [&](const Unit& one) { return lower(suffix) == one.name; });
  const bool known = suffix.empty() || unit != units.end();
  const std::int64_t factor = suffix.empty() || !known ? 1 : unit->factor;
  if (error != std::errc() || !known || value > row.most / factor || value * factor < row.least)
    return allowed(
        fmt::format("an integer from {} to {}{}", row.least, row.most,
                    units.empty() ? "" : fmt::format(", or with a unit: {}", example(units))));
  return value * factor;
}

Result<std::string> read_text(const Row& row, std::string_view text) {
  if (row.choices.empty() || text.empty()) return std::string(text);
  std::string word = lower(text);
  if (!is_choice(row.choices, word)) return allowed("one of " + enumerated(row.choices));
  return word;
}

Result<std::vector<std::string>> read_list(const Row& row, std::string_view text) {
  std::vector<std::string> items;
  if (text.substr(0, 1) == "[") {
    const auto document = json::parse_view(text);
    if (!document) return allowed("a comma-separated list or a JSON array of strings");
    for (const json::Value item : (*document)->root().children()) {
      if (!item.is(json::Type::string)) return allowed("a JSON array of strings");
      items.emplace_back(item.string());
    }
  } else if (!text.empty()) {
    items = split(text, ',');
  }
  if (row.choices.empty()) return items;
  for (auto& item : items) item = lower(item);
  if (items.empty() || !std::all_of(items.begin(), items.end(), [&](const std::string& item) {
        return is_choice(row.choices, item);
      }))
    return allowed("one or more of " + enumerated(row.choices) + ", joined by commas");
  return items;
}

Result<std::map<std::string, std::string>> read_object(std::string_view text) {
  constexpr auto what = "a JSON object, or key=value pairs joined by commas";
  std::map<std::string, std::string> members;
  if (text.substr(0, 1) == "{") {
    const auto document = json::parse_view(text);
    if (!document) return allowed(what);
    for (const json::Value member : (*document)->root().children())
      members.emplace(member.key(), text_of(member));
  } else if (!text.empty()) {
    for (const auto& pair : split(text, ',')) {
      const std::size_t equals = pair.find('=');
      if (equals == pair.npos || equals == 0) return allowed(what);
      members.emplace(pair.substr(0, equals), pair.substr(equals + 1));
    }
  }
  return members;
}

Result<Logging> read_logging(std::string_view text) {
  Logging logging;
  if (text.empty()) return logging;
  const auto document = json::parse_view(text);
  if (!document || !(*document)->root().is(json::Type::object))
    return allowed("Python's logging dictionary as a JSON object");
  const json::Value root = (*document)->root();
  const auto level_of = [](std::optional<json::Value> logger) -> std::string {
    const auto level = logger ? logger->find("level") : std::nullopt;
    return level && level->is(json::Type::string) ? lower(level->string()) : "";
  };
  const auto loggers = root.find("loggers");
  logging.level = level_of(loggers ? loggers->find("ralph") : std::nullopt);
  if (logging.level.empty()) logging.level = level_of(root.find("root"));
  if (logging.level == "warn") logging.level = "warning";
  if (logging.level == "fatal") logging.level = "critical";
  if (logging.level == "notset") logging.level = "debug";
  constexpr std::string_view levels = "debug info warning error critical";
  if (!logging.level.empty() && !is_choice(levels, logging.level))
    return allowed("levels " + enumerated(levels) + " (it names '" + logging.level + "')");
  if (const auto formatters = root.find("formatters"))
    logging.json = lower(formatters->source()).find("json") != std::string::npos;
  return logging;
}

}  // namespace lectern::cli
