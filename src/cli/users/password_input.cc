#include "cli/users/password_input.h"

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <random>

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

namespace lectern::cli {
namespace {

/// Keeps what is typed off the screen for a while.
class NoEcho {
 public:
  NoEcho() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0;
  }
  ~NoEcho() {
    if (changed_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

tl::unexpected<Error> none() { return fail(Code::invalid, "no password was given"); }

Result<std::string> read_line() {
  std::string line;
  if (!std::getline(std::cin, line)) return none();
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

/// One line, without echo on a terminal.
Result<std::string> ask(const char* prompt) {
  fmt::print(stderr, "{}: ", prompt);
  std::fflush(stderr);
  auto line = [] {
    const NoEcho hidden;
    return read_line();
  }();
  fmt::print(stderr, "\n");
  return line;
}

Result<std::string> ask_twice() {
  for (;;) {
    TRY(std::string first, ask("Password"));
    if (first.empty()) {
      fmt::print(stderr, "The password is empty.\n");
      continue;
    }
    TRY(const std::string second, ask("Repeat for confirmation"));
    if (second == first) return first;
    fmt::print(stderr, "The two passwords are not the same.\n");
  }
}

}  // namespace

std::vector<Option> password_options() {
  return {{"-p,--password", "TEXT",
           "Password; others on this machine may see it. Asked for when nothing says it"},
          {"--password-stdin", "",
           "Read the password from stdin (LECTERN_PASSWORD in the environment is taken, too)"}};
}

Result<std::string> password_of(const Invocation& invocation, bool twice) {
  if (auto given = invocation.value("--password")) return std::move(*given);
  if (invocation.has("--password-stdin")) return read_line();
  if (const char* variable = std::getenv("LECTERN_PASSWORD")) return std::string(variable);
  return twice ? ask_twice() : ask("Password");
}

std::string generated_password() {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device chance;  // the kernel's, by getrandom() or RDRAND
  std::uniform_int_distribution<std::size_t> any(0, letters.size() - 1);
  std::string password;
  for (int i = 0; i < 24; ++i) password += letters[any(chance)];
  return password;
}

}  // namespace lectern::cli
