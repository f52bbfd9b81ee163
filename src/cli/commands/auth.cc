#include "cli/commands/auth.h"

#include <cstdio>

#include <fmt/format.h>

#include "cli/users/new_user.h"
#include "cli/users/password_input.h"
#include "cli/users/user_options.h"
#include "cli/users/users_file.h"

namespace lectern::cli {
namespace {

int run_auth(const Invocation& invocation) {
  NewUser user = user_of(invocation, invocation.value("--username").value_or(""));
  if (const auto good = check_username(user.username); !good)
    return usage_error(invocation, good.error().message);
  const auto agent = agent_of(user);
  if (!agent) return usage_error(invocation, agent.error().message);
  if (const int code = judge_scopes(invocation, user.scopes); code != 0) return code;
  const auto loaded = settings_for(invocation);
  if (!loaded) return 1;
  auto password = password_of(invocation, true);
  if (!password) return failure(password.error().message);
  user.password = std::move(*password);
  const auto entry = entry_of(user, *agent);
  if (!entry) return failure(entry.error().message);
  const std::string& file = loaded->settings.auth_file;
  if (!invocation.has("--write-to-disk")) {
    // The hint goes beside what programs read.
    fmt::print(stderr, "Add this entry to the list in your credentials file {}\n\n", file);
    fmt::print("{}\n", *entry);
    return 0;
  }
  if (auto added = edit_file(
          file, [&](const std::string& text) { return with_entry(text, user.username, *entry); });
      !added)
    return failure(added.error().message);
  fmt::print("User '{}' was added to {}\n", user.username, file);
  return 0;
}

std::vector<Option> options() {
  std::vector<Option> all = {{"-u,--username", "NAME", "Name to log in with", true}};
  for (auto& option : password_options()) all.push_back(std::move(option));
  for (auto& option : user_options()) all.push_back(std::move(option));
  all.push_back({"-w,--write-to-disk", "", "Add the user to the credentials file"});
  return all;
}

}  // namespace

Command auth_command() {
  return {"auth",    "Make the credentials of a user for Basic authentication",
          options(), run_auth,
          {},        scopes_help()};
}

}  // namespace lectern::cli
