// Prints for each line of standard input what a family's models say of it: V, valid; I, invalid; U,
// unknown. With `reasons`, behind that where and why.
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "models/check.h"

int main(int count, char** words) {
  using namespace lectern::models;
  const std::vector<std::string_view> arguments(words, words + count);
  if (count < 2) return 2;
  const Family family = arguments[1] == "edx" ? Family::edx : Family::xapi;
  const bool reasons = count > 2 && arguments[2] == "reasons";
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto verdict = check(family, line);
    std::cout << (verdict ? 'V' : verdict.error().unknown ? 'U' : 'I');
    if (reasons && !verdict)
      std::cout << ' ' << verdict.error().pointer << ' ' << verdict.error().rule;
    std::cout << '\n';
  }
}
