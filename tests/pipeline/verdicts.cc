// What the models say of each line of standard input, for the tests around.
//   model_verdicts edx|xapi                   V, valid; I, invalid; U, unknown; behind that where
//   and why model_verdicts convert NAMESPACE PLATFORM the statement that Ralph makes; or as above
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "models/check.h"
#include "models/convert.h"

namespace {

using namespace lectern::models;

void tell(const Refusal& refusal) {
  std::cout << (refusal.unknown ? 'U' : 'I') << ' ' << refusal.pointer << ' ' << refusal.rule;
}

void check_line(Family family, std::string_view line) {
  const auto verdict = check(family, line);
  if (verdict) {
    std::cout << 'V';
  } else {
    tell(verdict.error());
  }
}

void convert_line(const std::string& line, const ConvertOptions& options) {
  const auto statement = convert(line, options);
  if (statement) {
    std::cout << *statement;
  } else {
    tell(statement.error());
  }
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> arguments(words, words + count);
  if (count < 2 || (arguments[1] == "convert" && count < 4)) return 2;
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    if (arguments[1] == "convert") {
      convert_line(line + '\n', {arguments[2], arguments[3]});
    } else {
      check_line(arguments[1] == "edx" ? Family::edx : Family::xapi, line);
    }
    std::cout << '\n';
  }
}
