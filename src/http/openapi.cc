#include "http/openapi.h"

#include <map>

#include <fmt/format.h>

#include "base/json.h"
#include "http/resources.h"
#include "http/respond.h"
#include "http/routes.h"

namespace lectern::http {
namespace {

constexpr std::string_view json_type = "application/json";
constexpr std::string_view any = "*/*";

struct Parameter {
  std::string_view name;
  std::string_view schema;  // JSON
  std::string_view meaning;
};

constexpr std::string_view text = R"({"type":"string"})";
constexpr std::string_view uuid = R"({"type":"string","format":"uuid"})";
constexpr std::string_view iri = R"({"type":"string","format":"iri"})";
constexpr std::string_view instant = R"({"type":"string","format":"date-time"})";
constexpr std::string_view boolean = R"({"type":"boolean","default":false})";

constexpr Parameter parameters[] = {
    {"statementId", uuid, "Id of the statement"},
    {"voidedStatementId", uuid, "Id of a voided statement"},
    {"agent", text, "An Agent or identified Group, as JSON"},
    {"verb", iri, "Id of the verb"},
    {"activity", iri, "Id of the activity"},
    {"registration", uuid, "The registration"},
    {"related_activities", boolean, "Look for the activity wherever one may stand"},
    {"related_agents", boolean, "Look for the agent wherever one may stand"},
    {"since", instant, "Only what was stored or changed after this instant"},
    {"until", instant, "Only what was stored at this instant or before"},
    {"limit", R"({"type":"integer","minimum":0})", "Statements on a page; 0: the server's maximum"},
    {"format", R"({"type":"string","enum":["exact","ids","canonical"],"default":"exact"})",
     "The form of the statements"},
    {"attachments", boolean, "Send the contents of attachments along, as multipart/mixed"},
    {"ascending", boolean, "Oldest first"},
    {"mine", boolean, "Only statements with the authority of these credentials"},
    {"cursor", text, "Where a page begins; it stands in the more link"},
    {"partialSuccess", boolean, "Store what is good and report the rest"},
    {"ignoreInvalid", boolean, "The same as partialSuccess"},
    {"activityId", iri, "Id of the activity"},
    {"stateId", text, "Id of the state document"},
    {"profileId", text, "Id of the profile document"},
};

using Names = std::vector<std::string_view>;
const Names state_key = {"activityId*", "agent*", "registration", "stateId*"};
const Names agent_key = {"agent*", "profileId*"};
const Names activity_key = {"activityId*", "profileId*"};

const std::vector<Description> table = {
    {"PUT",
     "/xAPI/statements",
     "Store one statement under its id",
     {"statementId*"},
     "204",
     json_type},
    {"POST",
     "/xAPI/statements",
     "Store one statement or several",
     {"partialSuccess", "ignoreInvalid"},
     "200",
     json_type},
    {"GET",
     "/xAPI/statements",
     "Read statements",
     {"statementId", "voidedStatementId", "agent", "verb", "activity", "registration",
      "related_activities", "related_agents", "since", "until", "limit", "format", "attachments",
      "ascending", "mine", "cursor"},
     "200",
     ""},
    {"GET",
     "/xAPI/activities/state",
     "Read a state document, or list ids",
     {"activityId*", "agent*", "registration", "stateId", "since"},
     "200",
     ""},
    {"PUT", "/xAPI/activities/state", "Write a state document", state_key, "204", any},
    {"POST", "/xAPI/activities/state", "Write or merge a state document", state_key, "204", any},
    {"DELETE",
     "/xAPI/activities/state",
     "Remove a state document, or all of them",
     {"activityId*", "agent*", "registration", "stateId"},
     "204",
     ""},
    {"GET",
     "/xAPI/agents/profile",
     "Read an agent's profile document, or list ids",
     {"agent*", "profileId", "since"},
     "200",
     ""},
    {"PUT", "/xAPI/agents/profile", "Write an agent's profile document", agent_key, "204", any},
    {"POST", "/xAPI/agents/profile", "Write or merge one", agent_key, "204", any},
    {"DELETE", "/xAPI/agents/profile", "Remove one", agent_key, "204", ""},
    {"GET",
     "/xAPI/activities/profile",
     "Read an activity's profile document, or list ids",
     {"activityId*", "profileId", "since"},
     "200",
     ""},
    {"PUT", "/xAPI/activities/profile", "Write an activity's profile document", activity_key, "204",
     any},
    {"POST", "/xAPI/activities/profile", "Write or merge one", activity_key, "204", any},
    {"DELETE", "/xAPI/activities/profile", "Remove one", activity_key, "204", ""},
    {"GET", "/xAPI/agents", "The Person that an Agent is", {"agent*"}, "200", ""},
    {"GET", "/xAPI/activities", "All that is known of an activity", {"activityId*"}, "200", ""},
    {"GET", "/xAPI/about", "Which versions are served", {}, "200", ""},
    {"GET",
     "/xAPI/extensions/tolerated",
     "Faults of statements that were taken as Ralph takes them, by rule and user",
     {},
     "200",
     ""},
    {"GET",
     "/xAPI/extensions/forwarding",
     "How forwarding is doing, and its dead letters",
     {},
     "200",
     ""},
    {"POST", "/xAPI/extensions/forwarding/replay", "Send the dead letters again", {}, "200", ""},
    {"GET", "/whoami", "Whose credentials these are", {}, "200", ""},
    {"GET", "/metrics", "Metrics in Prometheus' text format", {}, "200", ""},
    {"GET", "/openapi.json", "This document", {}, "200", ""},
    {"GET", "/docs", "This document, to read", {}, "200", ""},
    {"GET", "/__heartbeat__", "Whether the store answers", {}, "200", ""},
    {"GET", "/__lbheartbeat__", "Whether the server answers", {}, "200", ""},
};

std::string parameter_json(std::string_view name) {
  const bool required = name.ends_with('*');
  if (required) name.remove_suffix(1);
  for (const auto& one : parameters)
    if (one.name == name)
      return fmt::format(
          R"({{"name":"{}","in":"query","required":{},"description":{},"schema":{}}})", name,
          required, json::quoted(one.meaning), one.schema);
  return "{}";
}

std::string operation_json(const Description& one) {
  std::string list, folded;
  for (const auto name : one.parameters) list += (list.empty() ? "" : ",") + parameter_json(name);
  if (one.path.starts_with("/xAPI/"))
    list +=
        (list.empty() ? "" : ",") + std::string(R"({"$ref":"#/components/parameters/version"})");
  for (const char c : one.method) folded += static_cast<char>(c - 'A' + 'a');
  std::string out = fmt::format(R"("{}":{{"summary":{},"parameters":[{}])", folded,
                                json::quoted(one.summary), list);
  if (!one.body.empty())
    out += fmt::format(R"(,"requestBody":{{"required":true,"content":{{"{}":{{}}}}}})", one.body);
  const auto route = find_route(one.method, one.path);
  if (route && (*route)->open) out += R"(,"security":[])";
  return out + fmt::format(R"(,"responses":{{"{}":{{"description":"Success"}},)"
                           R"("default":{{"$ref":"#/components/responses/error"}}}}}})",
                           one.success);
}

std::string document() {
  std::map<std::string_view, std::string> paths;
  for (const auto& one : table) {
    auto& operations = paths[one.path];
    operations += (operations.empty() ? "" : ",") + operation_json(one);
  }
  std::string all;
  for (const auto& [path, operations] : paths)
    all += fmt::format("{}\"{}\":{{{}}}", all.empty() ? "" : ",", path, operations);
  return fmt::format(
      R"({{"openapi":"3.1.0","info":{{"title":"Lectern","version":"{}","description":)"
      R"("A Learning Record Store for xAPI 1.0.3 and 2.0.0","license":{{"name":"MIT"}}}},)"
      R"("security":[{{"basic":[]}},{{"bearer":[]}}],"paths":{{{}}},"components":{{)"
      R"("securitySchemes":{{"basic":{{"type":"http","scheme":"basic"}},)"
      R"("bearer":{{"type":"http","scheme":"bearer"}}}},"parameters":{{"version":{{)"
      R"("name":"X-Experience-API-Version","in":"header","schema":{{"type":"string",)"
      R"("examples":["1.0.3","2.0.0"]}}}}}},"responses":{{"error":{{"description":)"
      R"("What is wrong, and where","content":{{"application/json":{{"schema":{{)"
      R"("type":"object","required":["detail"],"properties":{{"detail":{{"type":"string"}},)"
      R"("path":{{"type":"string"}},"rule":{{"type":"string"}}}}}}}}}}}}}}}}}})",
      LECTERN_VERSION, all);
}

constexpr std::string_view page = R"html(<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Lectern's API</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto }
  h2 { font: 600 1rem ui-monospace, monospace; border-top: 1px solid #8885; padding-top: 1rem }
  td { padding: 0 1rem 0 0; vertical-align: top }
</style>
<h1>Lectern's API</h1><p>The document behind this page: <a href="openapi.json">openapi.json</a></p>
<main></main>
<script>
  const add = (parent, tag, text) => {
    const one = document.createElement(tag); one.textContent = text ?? ""; parent.append(one);
    return one;
  };
  fetch("openapi.json").then(answer => answer.json()).then(api => {
    const main = document.querySelector("main");
    for (const [path, methods] of Object.entries(api.paths))
      for (const [method, operation] of Object.entries(methods)) {
        add(main, "h2", method.toUpperCase() + " " + path);
        add(main, "p", operation.summary);
        const table = add(main, "table");
        for (const one of operation.parameters.filter(one => one.name)) {
          const row = add(table, "tr");
          add(add(row, "td"), "code", one.name + (one.required ? " (required)" : ""));
          add(row, "td", one.description);
        }
      }
  });
</script>
</html>
)html";

}  // namespace

std::span<const Description> descriptions() { return table; }

const std::string& openapi_document() {
  static const std::string one = document();
  return one;
}

Result<Response> get_openapi(Exchange&) { return json_response(openapi_document()); }

Result<Response> get_docs(Exchange&) {
  Response response;
  response.headers.add("Content-Type", "text/html; charset=utf-8");
  response.body = std::string(page);
  return response;
}

}  // namespace lectern::http
