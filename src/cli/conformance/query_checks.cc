#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json/json.h"
#include "cli/conformance/check.h"

/// Reading statements: filters, pages, formats, parameters.
namespace lectern::cli::conformance {
namespace {

const std::string path = "/statements";

std::string group_of(const std::string& member) {
  return fmt::format(R"({{"objectType":"Group","member":[{}]}})", member);
}

Result<void> members_match(Probe& probe) {
  const auto id = fresh_id(), agent = fresh_agent();
  RETURN_IF_ERROR(probe.store({statement(id, group_of(agent), fresh_iri())}));
  return probe.expect_list({{"agent", agent}}, {id});
}

Result<void> related_agents(Probe& probe) {
  const auto a = fresh_id(), b = fresh_id(), c = fresh_id(), agent = fresh_agent();
  RETURN_IF_ERROR(
      probe.store({statement(a, agent, fresh_iri()),
                   statement(b, fresh_agent(), fresh_iri(),
                             fmt::format(R"("context":{{"instructor":{}}})", agent)),
                   statement(c, fresh_agent(), fresh_iri(),
                             fmt::format(R"("context":{{"team":{}}})", group_of(agent)))}));
  RETURN_IF_ERROR(probe.expect_list({{"agent", agent}}, {a}));
  return probe.expect_list({{"agent", agent}, {"related_agents", "true"}}, {a, b, c});
}

Result<void> context_agents_match(Probe& probe) {
  const auto id = fresh_id(), agent = fresh_agent();
  RETURN_IF_ERROR(probe.store({statement(
      id, fresh_agent(), fresh_iri(),
      fmt::format(R"("context":{{"contextAgents":[{{"objectType":"contextAgent","agent":{}}}]}})",
                  agent))}));
  RETURN_IF_ERROR(probe.expect_list({{"agent", agent}}, {}));
  return probe.expect_list({{"agent", agent}, {"related_agents", "true"}}, {id});
}

Result<void> related_activities(Probe& probe) {
  const auto a = fresh_id(), b = fresh_id(), activity = fresh_iri();
  RETURN_IF_ERROR(probe.store(
      {statement(a, fresh_agent(), activity),
       statement(b, fresh_agent(), fresh_iri(),
                 fmt::format(R"("context":{{"contextActivities":{{"other":[{{"id":"{}"}}]}}}})",
                             activity))}));
  RETURN_IF_ERROR(probe.expect_list({{"activity", activity}}, {a}));
  return probe.expect_list({{"activity", activity}, {"related_activities", "true"}}, {a, b});
}

Result<void> registration(Probe& probe) {
  const auto a = fresh_id(), agent = fresh_agent(), registration = fresh_id();
  RETURN_IF_ERROR(
      probe.store({statement(a, agent, fresh_iri(),
                             fmt::format(R"("context":{{"registration":"{}"}})", registration)),
                   statement(fresh_id(), agent, fresh_iri())}));
  return probe.expect_list({{"registration", registration}}, {a});
}

Result<std::string> stored_of(Probe& probe, const std::string& id) {
  TRY(const auto answer, probe.expect({200}, {.path = path, .query = {{"statementId", id}}}));
  TRY(const auto document, json::parse(answer.body));
  const auto stored = document->root().find("stored");
  if (!stored || !stored->is(json::Type::string)) return unmet("a statement lacks `stored`");
  return std::string(stored->string());
}

Result<void> since_and_until(Probe& probe) {
  const auto a = fresh_id(), b = fresh_id(), agent = fresh_agent();
  RETURN_IF_ERROR(probe.store({statement(a, agent, fresh_iri())}));
  TRY(const auto stored, stored_of(probe, a));
  RETURN_IF_ERROR(probe.store({statement(b, agent, fresh_iri())}));
  RETURN_IF_ERROR(probe.expect_list({{"agent", agent}, {"since", stored}}, {b}));
  return probe.expect_list({{"agent", agent}, {"until", stored}}, {a});
}

Result<void> more_continues(Probe& probe) {
  const auto agent = fresh_agent();
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(fresh_id());
    RETURN_IF_ERROR(probe.store({statement(ids.back(), agent, fresh_iri())}));
  }
  TRY(const auto up, probe.list({{"agent", agent}, {"limit", "2"}, {"ascending", "true"}}));
  if (up != ids) return unmet("pages of 2, ascending, did not give the 5 statements in order");
  TRY(const auto down, probe.list({{"agent", agent}, {"limit", "2"}}));
  if (!std::equal(down.begin(), down.end(), ids.rbegin(), ids.rend()))
    return unmet("pages of 2, newest first, did not give the 5 statements in order");
  return {};
}

Result<void> parameters_are_checked(Probe& probe) {
  for (const Query& query : std::initializer_list<Query>{{{"verb", "no IRI"}},
                                                         {{"activity", "no IRI"}},
                                                         {{"registration", "none"}},
                                                         {{"agent", "{}"}},
                                                         {{"agent", "none"}},
                                                         {{"since", "yesterday"}},
                                                         {{"limit", "-1"}},
                                                         {{"format", "nice"}},
                                                         {{"ascending", "perhaps"}},
                                                         {{"statementId", "none"}}})
    RETURN_IF_ERROR(probe.expect({400}, {.path = path, .query = query}));
  return {};
}

Result<void> unknown_parameters(Probe& probe) {
  RETURN_IF_ERROR(probe.expect({400}, {.path = path, .query = {{"unknown", "1"}}}));
  RETURN_IF_ERROR(
      probe.expect({400}, {.path = path, .query = {{"Since", "2020-01-01T00:00:00Z"}}}));
  RETURN_IF_ERROR(probe.expect({400}, {.path = "/agents", .query = {{"Agent", fresh_agent()}}}));
  return {};
}

Result<void> one_id_only(Probe& probe) {
  const auto id = fresh_id();
  RETURN_IF_ERROR(probe.expect(
      {400}, {.path = path, .query = {{"statementId", id}, {"voidedStatementId", id}}}));
  RETURN_IF_ERROR(
      probe.expect({400}, {.path = path, .query = {{"statementId", id}, {"limit", "1"}}}));
  return {};
}

Result<void> language_is_chosen(Probe& probe) {
  const auto id = fresh_id();
  const auto text =
      fmt::format(R"({{"id":"{}","actor":{},"verb":{{"id":"http://a.example/v","display":)"
                  R"({{"en-US":"said","fr":"dit"}}}},"object":{{"id":"{}"}}}})",
                  id, fresh_agent(), fresh_iri());
  RETURN_IF_ERROR(probe.store({text}));
  for (const auto& [header, wanted, other] : std::initializer_list<std::array<std::string, 3>>{
           {"fr", "dit", "said"}, {"en", "said", "dit"}, {"en;q=0.2, fr;q=0.9", "dit", "said"}}) {
    TRY(const auto answer,
        probe.expect({200}, {.path = path,
                             .query = {{"statementId", id}, {"format", "canonical"}},
                             .headers = {{"Accept-Language", header}}}));
    if (answer.body.find('"' + wanted + '"') == std::string::npos ||
        answer.body.find('"' + other + '"') != std::string::npos)
      return unmet("Accept-Language: " + header + " was not heeded");
  }
  return {};
}

Result<void> ids_format(Probe& probe) {
  const auto id = fresh_id();
  RETURN_IF_ERROR(
      probe.store({fmt::format(R"({{"id":"{}","actor":{{"name":"N","mbox":"mailto:{}@a.example"}},)"
                               R"("verb":{{"id":"http://a.example/v","display":{{"en":"x"}}}},)"
                               R"("object":{{"id":"{}","definition":{{"name":{{"en":"y"}}}}}}}})",
                               id, fresh_id(), fresh_iri())}));
  TRY(const auto answer,
      probe.expect({200}, {.path = path, .query = {{"statementId", id}, {"format", "ids"}}}));
  for (const auto* member : {"\"display\"", "\"definition\"", "\"name\""})
    if (answer.body.find(member) != std::string::npos)
      return unmet(fmt::format("{} is there", member));
  return {};
}

constexpr std::array checks = {
    Check{"QRY-01", "Communication 2.1.3", "agent matches members of Groups", Applies::both,
          members_match},
    Check{"QRY-02", "Communication 2.1.3", "related_agents looks at instructor and team",
          Applies::both, related_agents},
    Check{"QRY-03", "9274.1.1 4.1.6.1", "related_agents looks at contextAgents",
          Applies::only_2_0_0, context_agents_match},
    Check{"QRY-04", "Communication 2.1.3", "related_activities looks at contextActivities",
          Applies::both, related_activities},
    Check{"QRY-05", "Communication 2.1.3", "registration filters", Applies::both, registration},
    Check{"QRY-06", "Communication 2.1.3", "since excludes and until includes its instant",
          Applies::both, since_and_until},
    Check{"QRY-07", "Communication 2.1.3", "more links go on where the page ended, in order",
          Applies::both, more_continues},
    Check{"QRY-08", "Data 2.2", "Values of parameters are checked", Applies::both,
          parameters_are_checked},
    Check{"QRY-09", "Communication 3.2", "Unknown and mis-cased parameters are refused",
          Applies::both, unknown_parameters},
    Check{"QRY-10", "Communication 2.1.3", "An id excludes other parameters", Applies::both,
          one_id_only},
    Check{"QRY-11", "Communication 2.1.3", "format=canonical heeds Accept-Language", Applies::both,
          language_is_chosen},
    Check{"QRY-12", "Communication 2.1.3", "format=ids leaves only what identifies", Applies::both,
          ids_format},
};

}  // namespace

std::span<const Check> query_checks() { return checks; }

}  // namespace lectern::cli::conformance
