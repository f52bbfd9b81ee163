#include "base/bounded_log.h"

#include <vector>

#include <doctest/doctest.h>

using namespace lectern;
using namespace std::chrono_literals;

TEST_CASE("ten lines in ten seconds are written, and the number of the others with the next one") {
  std::vector<std::string> lines;
  log::listen_to_errors([&](std::string_view line) { lines.emplace_back(line); });
  log::BoundedLog bounded(log::Level::error, "odd things");
  const auto begin = log::BoundedLog::Clock::now();
  for (int i = 0; i < 25; ++i) bounded.write("odd " + std::to_string(i), {}, begin + i * 1ms);
  CHECK(lines.size() == 10);
  bounded.write("late", {}, begin + 10s);
  log::listen_to_errors({});
  REQUIRE(lines.size() == 12);
  CHECK(lines[9].find("odd 9") != std::string::npos);
  CHECK(lines[10].find("15 more odd things were not logged") != std::string::npos);
  CHECK(lines[11].find("late") != std::string::npos);
}

TEST_CASE("what a client chose cannot break a log line or hide in it") {
  CHECK(log::escaped("a\nb\"") == R"(a\x0ab\x22)");
  CHECK(log::escaped(std::string(65, 'x')) == std::string(64, 'x'));
  CHECK(log::printable("jane") == R"("jane")");
  CHECK(log::printable("a\nb\x1b[31m\"\\") == R"("a\x0ab\x1b[31m\x22\x5c")");
  CHECK(log::printable("j\xc3\xbcrgen") == R"("j\xc3\xbcrgen")");
  CHECK(log::printable(std::string(65, 'x')) == "\"" + std::string(64, 'x') + "\"...");
  CHECK(log::printable("") == R"("")");
}
