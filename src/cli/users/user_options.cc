#include "cli/users/user_options.h"

#include <cstdio>

#include <fmt/format.h>

#include "auth/principal.h"

namespace lectern::cli {

std::vector<Option> user_options() {
  return {
      {"-s,--scope,--scopes", "SCOPE", "What the user may do, such as all; repeatable", true, true},
      {"-t,--target", "TARGET", "The user's own index, collection, table or folder"},
      {"-M,--agent-ifi-mbox", "IRI", "The user's agent by mail address: mailto:..."},
      {"-S,--agent-ifi-mbox-sha1sum", "HEX", "By the SHA-1 of that"},
      {"-O,--agent-ifi-openid", "URI", "By OpenID"},
      {"-A,--agent-ifi-account", "NAME HOMEPAGE", "By an account"},
      {"-N,--agent-name", "NAME", "The agent's name"},
      {"--force", "", "Take scopes that nobody knows, too"},
  };
}

NewUser user_of(const Invocation& invocation, std::string username) {
  NewUser user;
  user.username = std::move(username);
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

int judge_scopes(const Invocation& invocation, const std::vector<std::string>& scopes) {
  if (const auto known = check_scopes(scopes);
      !known && !invocation.has("--force") && invocation.program != "ralph")
    return usage_error(invocation, known.error().message + " (--force takes it nevertheless)");
  const std::string_view when = invocation.program == "ralph"
                                    ? " once scopes are enforced (RALPH_LRS_RESTRICT_BY_SCOPES)"
                                    : "";
  auth::Scopes known;
  for (const auto& scope : scopes)
    if (!known.add(scope))
      fmt::print(stderr, "Warning: scope '{}' grants nothing{}\n", scope, when);
  return 0;
}

std::string scopes_help() {
  return R"(Scopes:
  all                   everything
  all/read              read statements, states and profiles
  statements/write      store statements
  statements/read       read all statements of the target
  statements/read/mine  read those with the user's own authority
  state/write           store and delete states
  state/read            read them
  profile/write         store and delete profiles of activities and agents
  profile/read          read them
  define                let statements change what is known of activities
  authority/write       keep the authority that statements bring along)";
}

}  // namespace lectern::cli
