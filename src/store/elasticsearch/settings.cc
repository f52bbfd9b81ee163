#include "store/elasticsearch/settings.h"

#include <algorithm>
#include <fstream>
#include <optional>

#include <fmt/format.h>

#include "base/json/json.h"
#include "net/http_client.h"
#include "store/elasticsearch/schema/index_names.h"

namespace lectern::store::elasticsearch {
namespace {

tl::unexpected<Error> refuse(std::string_view name, std::string_view value,
                             std::string_view allowed) {
  return fail(Code::invalid, fmt::format("RALPH_BACKENDS__LRS__ES__{} is '{}'; allowed is {}", name,
                                         value, allowed));
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

Result<bool> read_bool(std::string_view name, const std::string& value) {
  const auto text = lower(value);
  for (const auto* yes : {"1", "yes", "on", "t", "true", "y"})
    if (text == yes) return true;
  for (const auto* no : {"0", "no", "off", "f", "false", "n"})
    if (text == no) return false;
  return refuse(name, value, "true or false");
}

/// A comma list, or a JSON array of strings.
Result<std::vector<std::string>> read_list(std::string_view name, const std::string& value) {
  std::vector<std::string> items;
  if (value.substr(0, 1) == "[") {
    const auto list = json::parse(value);
    if (!list) return refuse(name, value, "a comma list or a JSON array of URLs");
    for (const auto item : (*list)->root().children()) {
      if (!item.is(json::Type::string)) return refuse(name, value, "an array of strings");
      items.emplace_back(item.string());
    }
    return items;
  }
  for (std::size_t begin = 0; begin <= value.size();) {
    const std::size_t end = std::min(value.find(',', begin), value.size());
    if (end > begin) items.push_back(value.substr(begin, end - begin));
    begin = end + 1;
  }
  return items;
}

Result<std::vector<std::string>> read_hosts(const std::string& value) {
  TRY(auto hosts, read_list("HOSTS", value));
  if (hosts.empty()) return refuse("HOSTS", value, "at least one URL");
  for (auto& host : hosts) {
    const auto first = host.find_first_not_of(' ');
    host = first == std::string::npos ? "" : host.substr(first);
    while (!host.empty() && (host.back() == '/' || host.back() == ' ')) host.pop_back();
    if (host.substr(0, 7) != "http://" && host.substr(0, 8) != "https://")
      return refuse("HOSTS", net::without_credentials(host), "http:// or https:// URLs");
  }
  return hosts;
}

Result<void> read_client_option(ElasticsearchSettings& settings, std::string_view key,
                                const std::string& value) {
  if (key == "ca_certs") {
    if (!std::ifstream(value))
      return refuse("CLIENT_OPTIONS__ca_certs", value, "a PEM file that can be read");
    settings.ca_file = value;
    return {};
  }
  if (key == "verify_certs") {
    TRY(settings.verify_tls, read_bool("CLIENT_OPTIONS__verify_certs", value));
    return {};
  }
  return refuse("CLIENT_OPTIONS", key, "ca_certs and verify_certs");
}

Result<void> read_client_options(ElasticsearchSettings& settings, const std::string& value) {
  if (value.empty()) return {};
  const auto options = json::parse(value);
  if (!options || !(*options)->root().is(json::Type::object))
    return refuse("CLIENT_OPTIONS", value, "a JSON object");
  for (const auto option : (*options)->root().children()) {
    if (option.is(json::Type::null)) continue;
    const std::string text(option.is(json::Type::string) ? option.string() : option.source());
    RETURN_IF_ERROR(read_client_option(settings, option.key(), text));
  }
  return {};
}

}  // namespace

Result<ElasticsearchSettings> read_settings(const StoreSettings& from) {
  ElasticsearchSettings settings;
  settings.connections_max = from.connections_max;
  settings.timeout_ms = from.timeout_ms;
  settings.texts_bytes_max = from.texts_bytes_max;
  const auto value = [&](const char* name) -> std::optional<std::string> {
    const auto found = from.values.find(name);
    return found == from.values.end() ? std::nullopt : std::optional(found->second);
  };
  TRY(settings.hosts, read_hosts(value("HOSTS").value_or("http://localhost:9200")));
  if (const auto index = value("DEFAULT_INDEX")) settings.default_index = *index;
  if (auto checked = check_index_name(settings.default_index); !checked)
    return refuse("DEFAULT_INDEX", settings.default_index, checked.error().message);
  RETURN_IF_ERROR(read_client_options(settings, value("CLIENT_OPTIONS").value_or("")));
  for (const auto* key : {"ca_certs", "verify_certs"})
    if (const auto text = value((std::string("CLIENT_OPTIONS__") + key).c_str())) {
      RETURN_IF_ERROR(read_client_option(settings, key, *text));
    }
  if (const auto refresh = value("REFRESH_AFTER_WRITE"); refresh && !refresh->empty()) {
    if (*refresh != "false" && *refresh != "true" && *refresh != "wait_for")
      return refuse("REFRESH_AFTER_WRITE", *refresh, "false, true or wait_for");
    settings.refresh_after_write = *refresh;
  }
  if (const auto yellow = value("ALLOW_YELLOW_STATUS")) {
    TRY(settings.allow_yellow, read_bool("ALLOW_YELLOW_STATUS", *yellow));
  }
  return settings;
}

}  // namespace lectern::store::elasticsearch
