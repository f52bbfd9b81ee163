#include "cli/commands/user.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/basic/credentials.h"
#include "auth/basic/password.h"
#include "auth/oidc/jwt.h"
#include "base/json/writer.h"
#include "cli/users/new_user.h"
#include "cli/users/password_input.h"
#include "cli/users/user_options.h"
#include "cli/users/users_file.h"

namespace lectern::cli {
namespace {

const Option name_argument{"NAME", "NAME", "Name to log in with", true};
const Option generate_option{"--generate", "",
                             "Make a password, and print it alone on standard output"};

std::string name_of(const Invocation& invocation) { return invocation.value("NAME").value_or(""); }

/// A message that leaves standard output to a generated password.
void tell(const Invocation& invocation, const std::string& message) {
  fmt::print(invocation.has("--generate") ? stderr : stdout, "{}\n", message);
}

void warn_of_readers(const std::string& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) == 0 && (status.st_mode & 0007) != 0)
    fmt::print(stderr, "Warning: everybody on this machine may read or write {}: chmod o= it\n",
               file);
}

/// Changes the file and says so.
int change(const Invocation& invocation, const std::string& done,
           const std::function<Result<std::string>(const std::string&)>& edit) {
  const auto loaded = settings_for(invocation);
  if (!loaded) return 1;
  const std::string& file = loaded->settings.auth_file;
  if (auto changed = edit_file(file, edit); !changed) return failure(changed.error().message);
  warn_of_readers(file);
  tell(invocation, fmt::format("User '{}' {} {}", name_of(invocation), done, file));
  return 0;
}

Result<std::string> new_password(const Invocation& invocation) {
  if (invocation.has("--generate")) return generated_password();
  return password_of(invocation, true);
}

bool has_agent(const NewUser& user) {
  return user.mbox || user.mbox_sha1sum || user.openid || user.account;
}

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "localhost";
}

int run_add(const Invocation& invocation) {
  NewUser user = user_of(invocation, name_of(invocation));
  if (const auto good = check_username(user.username); !good)
    return usage_error(invocation, good.error().message);
  if (!has_agent(user)) user.account = {user.username, "http://" + host_name()};
  const auto agent = agent_of(user);
  if (!agent) return usage_error(invocation, agent.error().message);
  if (const int code = judge_scopes(invocation, user.scopes); code != 0) return code;
  auto password = new_password(invocation);
  if (!password) return failure(password.error().message);
  user.password = std::move(*password);
  const auto entry = entry_of(user, *agent);
  if (!entry) return failure(entry.error().message);
  const int code = change(invocation, "was added to", [&](const std::string& text) {
    return with_entry(text, user.username, *entry);
  });
  if (code == 0) tell(invocation, "Its statements bear the authority " + *agent);
  if (code == 0 && invocation.has("--generate")) fmt::print("{}\n", user.password);
  return code;
}

int run_passwd(const Invocation& invocation) {
  auto password = new_password(invocation);
  if (!password) return failure(password.error().message);
  const auto hash = auth::hash_password(*password);
  if (!hash) return failure(hash.error().message);
  bool disabled = false;
  const int code = change(invocation, "has a new password in",
                          [&](const std::string& text) -> Result<std::string> {
                            if (const auto users = auth::parse_credentials(text)) {
                              const auto it = users->users.find(name_of(invocation));
                              disabled = it != users->users.end() && it->second->disabled;
                            }
                            return with_member(text, name_of(invocation), "hash",
                                               json::quoted((disabled ? "!" : "") + *hash));
                          });
  if (code == 0 && disabled) fmt::print(stderr, "The user stays disabled.\n");
  if (code == 0 && invocation.has("--generate")) fmt::print("{}\n", *password);
  return code;
}

int run_scopes(const Invocation& invocation) {
  const auto& scopes = invocation.values.find("--scope")->second;
  if (const int code = judge_scopes(invocation, scopes); code != 0) return code;
  return change(invocation, "has other scopes in", [&](const std::string& text) {
    return with_member(text, name_of(invocation), "scopes", json_list(scopes));
  });
}

int run_remove(const Invocation& invocation) {
  return change(invocation, "was removed from",
                [&](const std::string& text) { return without_entry(text, name_of(invocation)); });
}

/// A "!" before the hash, as in shadow(5).
int set_disabled(const Invocation& invocation, bool disabled) {
  return change(invocation, disabled ? "is disabled in" : "is enabled in",
                [&](const std::string& text) -> Result<std::string> {
                  TRY(const auto users, auth::parse_credentials(text));
                  const auto it = users.users.find(name_of(invocation));
                  const std::string hash = it == users.users.end() ? "" : it->second->hash;
                  return with_member(text, name_of(invocation), "hash",
                                     json::quoted((disabled ? "!" : "") + hash));
                });
}

int run_disable(const Invocation& invocation) { return set_disabled(invocation, true); }
int run_enable(const Invocation& invocation) { return set_disabled(invocation, false); }

/// One line of the list.
struct Listed {
  std::string name, scopes, agent, target, state;
};

Listed listed(json::Value entry) {
  std::string scopes;
  if (const auto list = entry.find("scopes"))
    for (const json::Value scope : list->children())
      (scopes += scopes.empty() ? "" : ",") += scope.string();
  return {std::string(auth::text_of(entry, "username")), scopes,
          auth::compact(*entry.find("agent")), std::string(auth::text_of(entry, "target")),
          auth::text_of(entry, "hash").starts_with('!') ? "disabled" : "enabled"};
}

void print_table(const std::vector<Listed>& users) {
  constexpr std::array columns = {&Listed::name, &Listed::state, &Listed::scopes, &Listed::target,
                                  &Listed::agent};
  std::vector<Listed> lines = {{"NAME", "SCOPES", "AGENT", "TARGET", "STATE"}};
  lines.insert(lines.end(), users.begin(), users.end());
  std::array<std::size_t, columns.size()> widths{};
  for (auto& line : lines) {
    if (line.target.empty()) line.target = "-";
    if (line.scopes.empty()) line.scopes = "-";
    for (std::size_t i = 0; i < columns.size(); ++i)
      widths[i] = std::max(widths[i], (line.*columns[i]).size());
  }
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t i = 0; i + 1 < columns.size(); ++i)
      text += fmt::format("{:<{}}  ", line.*columns[i], widths[i]);
    fmt::print("{}{}\n", text, line.agent);
  }
}

void print_json(json::Value list) {
  json::Writer out(json::Writer::Style::spaced);
  out.array();
  for (const json::Value entry : list.children()) {
    const Listed one = listed(entry);
    out.on_line(2).object().member("username", one.name);
    out.member("disabled", one.state == "disabled");
    out.raw_member("scopes", auth::compact(*entry.find("scopes"))).key("target");
    one.target.empty() ? out.raw("null") : out.value(one.target);
    out.raw_member("agent", one.agent).end();
  }
  fmt::print("{}", out.end_on_line().line().take());
}

int run_list(const Invocation& invocation) {
  const auto loaded = settings_for(invocation);
  if (!loaded) return 1;
  const std::string& file = loaded->settings.auth_file;
  std::ifstream in(file, std::ios::binary);
  if (!in) return failure("cannot read " + file + ": " + std::strerror(errno));
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (const auto users = auth::parse_credentials(text); !users)
    return failure(file + ": " + users.error().message);
  const auto document = json::parse(text);
  if (!document) return failure(file + ": " + document.error().message);
  warn_of_readers(file);
  if (invocation.has("--json")) {
    print_json((*document)->root());
    return 0;
  }
  std::vector<Listed> users;
  for (const json::Value entry : (*document)->root().children()) users.push_back(listed(entry));
  print_table(users);
  return 0;
}

std::vector<Option> with_password(std::vector<Option> options) {
  for (auto& option : password_options()) options.push_back(std::move(option));
  options.push_back(generate_option);
  return options;
}

std::vector<Option> add_options() {
  auto all = with_password({name_argument});
  for (auto& option : user_options()) all.push_back(std::move(option));
  return all;
}

}  // namespace

Command user_command() {
  const Option scope{"-s,--scope,--scopes", "SCOPE", "What the user may do from now on; repeatable",
                     true, true};
  const Option force{"--force", "", "Take scopes that nobody knows, too"};
  return {
      "user",
      "Manage the users of Basic authentication",
      {},
      {},
      {{"add",
        "Add a user",
        add_options(),
        run_add,
        {},
        scopes_help() +
            "\n\nWithout -M, -S, -O or -A the user's agent is the account NAME of this host."},
       {"list", "List the users", {{"--json", "", "Print a JSON list"}}, run_list},
       {"passwd", "Give a user a new password", with_password({name_argument}), run_passwd},
       {"scopes",
        "Set what a user may do",
        {name_argument, scope, force},
        run_scopes,
        {},
        scopes_help()},
       {"disable", "Let nobody in as this user, until enabled again", {name_argument}, run_disable},
       {"enable", "Let a disabled user in again", {name_argument}, run_enable},
       {"remove", "Remove a user; what it stored stays", {name_argument}, run_remove}}};
}

}  // namespace lectern::cli
