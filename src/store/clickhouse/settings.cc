#include "store/clickhouse/settings.h"

#include <algorithm>
#include <charconv>

#include "base/json/json.h"
#include "store/clickhouse/schema/table_names.h"

namespace lectern::store::clickhouse {
namespace {

constexpr std::string_view prefix = "RALPH_BACKENDS__LRS__CLICKHOUSE__";
constexpr std::string_view nested_options = "CLIENT_OPTIONS__";

tl::unexpected<Error> refuse(std::string_view key, std::string_view value,
                             std::string_view allowed) {
  return fail(Code::invalid, std::string(prefix) + std::string(key) + " is '" + std::string(value) +
                                 "'; allowed is " + std::string(allowed));
}

Result<std::size_t> number(std::string_view key, const std::string& text, std::size_t max) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > max)
    return refuse(key, text, "a whole number from 1 to " + std::to_string(max));
  return value;
}

Result<bool> boolean(std::string_view key, const std::string& text) {
  for (const auto* yes : {"1", "yes", "on", "t", "true", "y"})
    if (text == yes) return true;
  for (const auto* no : {"0", "no", "off", "f", "false", "n"})
    if (text == no) return false;
  return refuse(key, text, "true or false");
}

bool is_setting_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string text_of(json::Value value) {
  if (value.is(json::Type::string)) return std::string(value.string());
  if (value.is(json::Type::boolean)) return value.boolean() ? "1" : "0";
  return std::string(value.source());
}

/// CLIENT_OPTIONS as one JSON object: settings of every query.
Result<void> read_client_options(const std::string& text,
                                 std::map<std::string, std::string>& settings) {
  constexpr std::string_view allowed = "a JSON object of ClickHouse settings";
  const auto document = json::parse(text);
  if (!document || !(*document)->root().is(json::Type::object))
    return refuse("CLIENT_OPTIONS", text, allowed);
  for (const auto member : (*document)->root().children()) {
    if (!is_setting_name(member.key()) || member.is(json::Type::object) ||
        member.is(json::Type::array))
      return refuse("CLIENT_OPTIONS", text, allowed);
    if (!member.is(json::Type::null)) settings[std::string(member.key())] = text_of(member);
  }
  return {};
}

/// HOST may be a name, an address, or a URL that says https. The ports that ClickHouse gives to
/// TLS mean https as well.
Result<std::string> url_of(std::string host, std::size_t port) {
  std::string scheme = port == 8443 || port == 443 ? "https://" : "http://";
  for (const std::string_view named : {"http://", "https://"}) {
    if (!host.starts_with(named)) continue;
    scheme = named;
    host.erase(0, named.size());
  }
  while (host.ends_with('/')) host.pop_back();
  if (host.empty() || host.find_first_of("/?#@ \t\r\n") != std::string::npos)
    return refuse("HOST", host, "the name or address of a server");
  const bool is_bare_ipv6 = std::count(host.begin(), host.end(), ':') > 1 && host.front() != '[';
  if (is_bare_ipv6) host = "[" + host + "]";
  return scheme + host + ":" + std::to_string(port);
}

}  // namespace

Result<ClickHouseSettings> read_settings(const StoreSettings& settings) {
  ClickHouseSettings options;
  options.texts_bytes_max = settings.texts_bytes_max;
  options.server.connections_max = settings.connections_max;
  options.server.timeout = std::chrono::milliseconds{settings.timeout_ms};
  options.server.settings["date_time_input_format"] = "best_effort";
  std::string host = "localhost";
  std::size_t port = 8123;
  for (const auto& [key, value] : settings.values) {
    if (key == "HOST") {
      host = value;
    } else if (key == "PORT") {
      TRY(port, number(key, value, 65'535));
    } else if (key == "DATABASE") {
      options.database = value;
    } else if (key == "EVENT_TABLE_NAME") {
      options.table = value;
    } else if (key == "USERNAME") {
      options.server.username = value;
    } else if (key == "PASSWORD") {
      options.server.password = value;
    } else if (key == "IDS_CHUNK_SIZE") {
      TRY(options.ids_chunk, number(key, value, 1'000'000));
    } else if (key == "CREATE_EVENT_TABLE") {
      TRY(options.events.create, boolean(key, value));
    } else if (key == "ONE_NODE") {
      TRY(options.events.one_node, boolean(key, value));
    } else if (key == "CLIENT_OPTIONS") {
      RETURN_IF_ERROR(read_client_options(value, options.server.settings));
    } else if (key.starts_with(nested_options)) {
      const auto name = key.substr(nested_options.size());
      if (!is_setting_name(name)) return refuse(key, value, "the name of a ClickHouse setting");
      options.server.settings[name] = value;
    }
  }
  if (const auto names = table_names_of(options.database, options.table); !names)
    return fail(Code::invalid, "RALPH_BACKENDS__LRS__CLICKHOUSE__DATABASE and EVENT_TABLE_NAME: " +
                                   names.error().message);
  TRY(options.server.url, url_of(host, port));
  return options;
}

}  // namespace lectern::store::clickhouse
