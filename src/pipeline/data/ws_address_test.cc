#include "pipeline/data/ws_address.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace lectern::pipeline::ws {
namespace {

std::string read(std::string_view url) {
  const auto address = parse_address(url);
  if (!address) return address.error().message;
  return fmt::format("{} {} {} {} {} {}", address->tls ? "tls" : "plain", address->host,
                     address->port, address->authority, address->target, address->userinfo);
}

TEST_CASE("the address of a WebSocket is read from its URL") {
  CHECK(read("ws://a.b") == "plain a.b 80 a.b / ");
  CHECK(read("wss://a.b:9/c/d?e=/f#g") == "tls a.b 9 a.b:9 /c/d?e=/f ");
  CHECK(read("ws://u%20v:p@[::1]:8?x") == "plain ::1 8 [::1]:8 /?x u v:p");
}

TEST_CASE("what is no URL of a WebSocket is refused, and no password told") {
  for (const char* const url : {"", "http://a", "ws://", "ws://:80", "ws://a:", "ws://a:b",
                                "ws://[::1", "ws://a:123456", "ws://a/b c", "wss://a\n"}) {
    CAPTURE(url);
    CHECK(read(url).find("allowed is a ws or wss URL") != std::string::npos);
  }
  CHECK(read("ws://u:p@a:b") == "WS URI=ws://a:b: allowed is a ws or wss URL");
}

}  // namespace
}  // namespace lectern::pipeline::ws
