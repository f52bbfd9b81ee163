#include "pipeline/data/ws_address.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/text.h"
#include "net/http_client.h"

namespace lectern::pipeline::ws {
namespace {

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == text.npos;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

}  // namespace

Result<Address> parse_address(std::string_view url) {
  const auto refuse = [url] {
    return fail(Code::invalid, fmt::format("WS URI={}: allowed is a ws or wss URL",
                                           net::without_credentials(url)));
  };
  Address address;
  address.tls = url.starts_with("wss://");
  if (!address.tls && !url.starts_with("ws://")) return refuse();
  if (!is_printable(url)) return refuse();
  std::string_view rest = url.substr(address.tls ? 6 : 5);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t path = std::min(rest.find_first_of("/?"), rest.size());
  address.target = rest.substr(path);
  if (!address.target.starts_with('/')) address.target.insert(0, "/");
  rest = rest.substr(0, path);
  if (const std::size_t at = rest.rfind('@'); at != rest.npos) {
    address.userinfo = percent_decoded(rest.substr(0, at));
    rest.remove_prefix(at + 1);
  }
  const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : 0;
  if (bracket == rest.npos) return refuse();
  const std::size_t colon = rest.find(':', bracket);
  address.authority = rest;
  address.host = bracket > 0 ? rest.substr(1, bracket - 1) : rest.substr(0, colon);
  address.port = colon == rest.npos ? (address.tls ? "443" : "80") : rest.substr(colon + 1);
  if (address.host.empty() || !is_port(address.port)) return refuse();
  return address;
}

}  // namespace lectern::pipeline::ws
