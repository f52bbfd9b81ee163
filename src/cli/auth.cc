#include "cli/auth.h"

#include <cstdio>
#include <iostream>

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include "auth/principal.h"
#include "cli/new_user.h"

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

/// One line, without echo on a terminal; nothing at the end of the input.
std::optional<std::string> ask(const char* prompt) {
  fmt::print(stderr, "{}: ", prompt);
  std::fflush(stderr);
  std::string line;
  bool read = false;
  {
    const NoEcho hidden;
    read = static_cast<bool>(std::getline(std::cin, line));
  }
  fmt::print(stderr, "\n");
  if (!read) return std::nullopt;
  return line;
}

/// Asks until two answers are the same; nothing at the end of the input.
std::optional<std::string> ask_for_password() {
  for (;;) {
    const auto first = ask("Password");
    if (!first) return std::nullopt;
    const auto second = first->empty() ? std::nullopt : ask("Repeat for confirmation");
    if (second == first) return first;
    if (!first->empty() && !second) return std::nullopt;
    fmt::print(stderr, "{}\n",
               first->empty() ? "The password is empty." : "The two passwords are not the same.");
  }
}

NewUser user_of(const Invocation& invocation) {
  NewUser user;
  user.username = invocation.value("--username").value_or("");
  user.password = invocation.value("--password").value_or("");
  user.scopes = invocation.values.find("--scope")->second;
  user.target = invocation.value("--target");
  user.agent_name = invocation.value("--agent-name");
  user.mbox = invocation.value("--agent-ifi-mbox");
  user.mbox_sha1sum = invocation.value("--agent-ifi-mbox-sha1sum");
  user.openid = invocation.value("--agent-ifi-openid");
  if (const auto it = invocation.values.find("--agent-ifi-account"); it != invocation.values.end())
    user.account = {it->second[0], it->second[1]};
  return user;
}

void warn_of_scopes(const std::vector<std::string>& scopes) {
  auth::Scopes known;
  for (const auto& scope : scopes)
    if (!known.add(scope)) fmt::print(stderr, "Warning: scope '{}' grants nothing\n", scope);
}

int run_auth(const Invocation& invocation) {
  NewUser user = user_of(invocation);
  const auto agent = agent_of(user);
  if (!agent) return usage_error(invocation, agent.error().message);
  const auto loaded = settings_for(invocation);
  if (!loaded) return 1;
  if (!invocation.has("--password")) {
    auto password = ask_for_password();
    if (!password) return failure("no password was given");
    user.password = std::move(*password);
  }
  const auto entry = entry_of(user, *agent);
  if (!entry) return failure(entry.error().message);
  warn_of_scopes(user.scopes);
  const std::string& file = loaded->settings.auth_file;
  if (!invocation.has("--write-to-disk")) {
    fmt::print("Add this entry to the list in your credentials file {}\n\n{}\n", file, *entry);
    return 0;
  }
  if (auto added = add_to_file(file, user.username, *entry); !added)
    return failure(added.error().message);
  fmt::print("User '{}' was added to {}\n", user.username, file);
  return 0;
}

}  // namespace

Command auth_command() {
  return {"auth",
          "Make the credentials of a user for Basic authentication",
          {
              {"-u,--username", "NAME", "Name to log in with", true},
              {"-p,--password", "TEXT", "Password; asked for when it is missing"},
              {"-s,--scope", "SCOPE", "What the user may do, such as all; repeatable", true, true},
              {"-t,--target", "TARGET", "The user's own index, collection, table or folder"},
              {"-M,--agent-ifi-mbox", "IRI", "The user's agent by mail address: mailto:..."},
              {"-S,--agent-ifi-mbox-sha1sum", "HEX", "By the SHA-1 of that"},
              {"-O,--agent-ifi-openid", "URI", "By OpenID"},
              {"-A,--agent-ifi-account", "NAME HOMEPAGE", "By an account"},
              {"-N,--agent-name", "NAME", "The agent's name"},
              {"-w,--write-to-disk", "", "Add the user to the credentials file"},
          },
          run_auth};
}

}  // namespace lectern::cli
