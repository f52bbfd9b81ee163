// What the models say of each line of standard input, for the tests around.
//   model_verdicts edx|xapi                           V, I or U (below), where and why
//   model_verdicts print edx|xapi                     what Ralph prints of it, or as above
//   model_verdicts convert NAMESPACE PLATFORM         the statement that Ralph makes; or as above
//   model_verdicts openedx NAMESPACE PLATFORM KNOWN   those of event-routing-backends; or as above
// V: valid, I: invalid, U: unknown. U+001E stands between statements.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "models/check.h"
#include "models/convert.h"
#include "models/openedx/known.h"

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

void print_line(Family family, std::string_view line) {
  const auto text = printed(family, line);
  if (text) {
    std::cout << *text;
  } else {
    tell(text.error());
  }
}

void convert_line(const std::string& line, const ConvertOptions& options) {
  auto statement = convert(line, options);
  if (statement) {
    std::string& text = statement->statements;
    std::replace(text.begin(), text.end(), '\n', '\x1e');
    std::cout << text;
  } else {
    tell(statement.error());
  }
}

openedx::Known read_known(const std::string& path) {
  std::ifstream in(path);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return openedx::Known::read(text).value();
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> arguments(words, words + count);
  const bool like_ralph = count == 4 && arguments[1] == "convert";
  const bool like_openedx = count == 5 && arguments[1] == "openedx";
  const bool prints = count == 3 && arguments[1] == "print";
  if (count != 2 && !prints && !like_ralph && !like_openedx) return 2;
  ConvertOptions options;
  if (count > 3) options = {arguments[2], arguments[3]};
  openedx::Known known;
  if (like_openedx) {
    known = read_known(arguments[4]);
    options.like = Like::openedx;
    options.exact = true;
    options.known = &known;
  }
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    if (prints) {
      print_line(arguments[2] == "edx" ? Family::edx : Family::xapi, line);
    } else if (count > 3) {
      convert_line(line + '\n', options);
    } else {
      check_line(arguments[1] == "edx" ? Family::edx : Family::xapi, line);
    }
    std::cout << '\n';
  }
}
