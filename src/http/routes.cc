#include "http/routes.h"

#include <array>

#include "http/resources.h"

namespace lectern::http {

namespace {

using auth::Scope;

constexpr std::string_view statements = "/xAPI/statements";
constexpr std::string_view state = "/xAPI/activities/state";
constexpr std::string_view agent_profile = "/xAPI/agents/profile";
constexpr std::string_view activity_profile = "/xAPI/activities/profile";

constexpr auto table = std::to_array<Route>({
    {"PUT", statements, put_statement, Scope::statements_write},
    {"POST", statements, post_statements, Scope::statements_write},
    {"GET", statements, get_statements, Scope::statements_read_mine},

    {"GET", state, get_state, Scope::state_read},
    {"PUT", state, put_state, Scope::state_write},
    {"POST", state, post_state, Scope::state_write},
    {"DELETE", state, delete_state, Scope::state_write},

    {"GET", agent_profile, get_agent_profile, Scope::profile_read},
    {"PUT", agent_profile, put_agent_profile, Scope::profile_write},
    {"POST", agent_profile, post_agent_profile, Scope::profile_write},
    {"DELETE", agent_profile, delete_agent_profile, Scope::profile_write},

    {"GET", activity_profile, get_activity_profile, Scope::profile_read},
    {"PUT", activity_profile, put_activity_profile, Scope::profile_write},
    {"POST", activity_profile, post_activity_profile, Scope::profile_write},
    {"DELETE", activity_profile, delete_activity_profile, Scope::profile_write},

    {"GET", "/xAPI/agents", get_agents, Scope::statements_read_mine},
    {"GET", "/xAPI/activities", get_activities, Scope::statements_read_mine},
    {"GET", "/xAPI/about", get_about, std::nullopt, true},

    {"GET", "/xAPI/extensions/statistics", get_statistics, Scope::statements_read_mine},
    {"GET", "/xAPI/extensions/tail", get_tail, Scope::statements_read_mine},
    {"GET", "/xAPI/extensions/export", get_export, Scope::statements_read_mine},
    {"GET", "/xAPI/extensions/tolerated", get_tolerated, Scope::statements_read_mine},
    {"GET", "/xAPI/extensions/refused", get_refused, Scope::statements_read_mine},
    {"GET", "/xAPI/extensions/forwarding", get_forwarding, Scope::all},
    {"POST", "/xAPI/extensions/forwarding/replay", post_forwarding_replay, Scope::all},

    {"GET", "/", get_door, std::nullopt, true},
    {"GET", "/xAPI", get_door, std::nullopt, true},
    {"GET", "/whoami", get_whoami, std::nullopt},
    {"GET", "/metrics", get_metrics, std::nullopt, true},
    {"GET", "/openapi.json", get_openapi, std::nullopt, true},
    {"GET", "/docs", get_docs, std::nullopt, true},
    {"GET", "/docs/page.css", get_docs_file, std::nullopt, true},
    {"GET", "/docs/page.js", get_docs_file, std::nullopt, true},
    {"GET", "/docs/element.js", get_docs_file, std::nullopt, true},
    {"GET", "/docs/operation.js", get_docs_file, std::nullopt, true},
    {"GET", "/docs/schema.js", get_docs_file, std::nullopt, true},
    {"GET", "/docs/request.js", get_docs_file, std::nullopt, true},
    {"GET", "/console", get_console, std::nullopt, true},
    {"GET", "/console/{file}", get_console_file, std::nullopt, true},
    {"GET", "/__heartbeat__", get_heartbeat, std::nullopt, true},
    {"GET", "/__lbheartbeat__", get_lbheartbeat, std::nullopt, true},
});

/// Whether a path is that of a route: the same, or one more name in the place of `{file}`.
bool leads_to(std::string_view path, std::string_view pattern) {
  const auto place = pattern.find('{');
  if (place == pattern.npos) return path == pattern;
  return path.size() > place && path.starts_with(pattern.substr(0, place)) &&
         path.find('/', place) == path.npos;
}

}  // namespace

std::span<const Route> routes() { return table; }

Result<const Route*> find_route(std::string_view method, std::string_view path) {
  if (method == "HEAD") method = "GET";
  std::string allowed;
  for (const Route& route : table) {
    if (!leads_to(path, route.path)) continue;
    if (route.method == method) return &route;
    if (!allowed.empty()) allowed += ", ";
    allowed += route.method;
    if (route.method == "GET") allowed += ", HEAD";
  }
  if (allowed.empty()) return fail(Code::not_found, "Not Found");
  return fail(Code::method_not_allowed, "Method Not Allowed", std::move(allowed));
}

}  // namespace lectern::http
