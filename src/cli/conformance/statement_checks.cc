#include <array>

#include <fmt/format.h>

#include "base/json/json.h"
#include "cli/conformance/check.h"

/// Storing, equality, voiding, references.
namespace lectern::cli::conformance {
namespace {

const std::string path = "/statements";

Call post(std::string body) { return {.method = "POST", .path = path, .body = std::move(body)}; }
Call get_one(const std::string& id) { return {.path = path, .query = {{"statementId", id}}}; }

Result<void> same_statement_again(Probe& probe) {
  const auto id = fresh_id(), agent = fresh_agent(), activity = fresh_iri();
  const auto text = statement(id, agent, activity);
  RETURN_IF_ERROR(probe.expect({200}, post(text)));
  RETURN_IF_ERROR(probe.expect({200, 204}, post(text)));
  RETURN_IF_ERROR(probe.expect(
      {204}, {.method = "PUT", .path = path, .query = {{"statementId", id}}, .body = text}));
  return {};
}

Result<void> conflict_changes_nothing(Probe& probe) {
  const auto id = fresh_id(), agent = fresh_agent(), activity = fresh_iri(), other = fresh_id();
  RETURN_IF_ERROR(probe.expect({200}, post(statement(id, agent, activity))));
  RETURN_IF_ERROR(probe.expect({409}, post(statement(id, agent, fresh_iri()))));
  RETURN_IF_ERROR(probe.expect({409}, post("[" + statement(other, agent, activity) + "," +
                                           statement(id, agent, fresh_iri()) + "]")));
  RETURN_IF_ERROR(probe.expect({404}, get_one(other)));
  TRY(const auto answer, probe.expect({200}, get_one(id)));
  if (answer.body.find(activity) == std::string::npos) return unmet("the statement has changed");
  return {};
}

Result<void> ids_in_a_batch_differ(Probe& probe) {
  const auto id = fresh_id(), agent = fresh_agent();
  const auto text = statement(id, agent, fresh_iri());
  RETURN_IF_ERROR(probe.expect({400}, post("[" + text + "," + text + "]")));
  RETURN_IF_ERROR(probe.expect({404}, get_one(id)));
  return {};
}

Result<void> batch_is_all_or_nothing(Probe& probe) {
  const auto id = fresh_id(), agent = fresh_agent();
  RETURN_IF_ERROR(probe.expect({400}, post("[" + statement(id, agent, fresh_iri()) + "," +
                                           statement(fresh_id(), agent, "no IRI") + "]")));
  RETURN_IF_ERROR(probe.expect({404}, get_one(id)));
  return {};
}

Result<void> numbers_keep_their_digits(Probe& probe) {
  const auto id = fresh_id();
  RETURN_IF_ERROR(probe.expect(
      {200}, post(statement(id, fresh_agent(), fresh_iri(),
                            R"("result":{"extensions":{"http://a.example/n":12345.678901}})"))));
  TRY(const auto answer, probe.expect({200}, get_one(id)));
  if (answer.body.find("12345.678901") == std::string::npos)
    return unmet("12345.678901 did not come back as it was sent");
  return {};
}

Result<void> voided_is_hidden(Probe& probe) {
  const auto id = fresh_id(), voider = fresh_id(), agent = fresh_agent();
  RETURN_IF_ERROR(probe.store({statement(id, agent, fresh_iri())}));
  RETURN_IF_ERROR(probe.store({referring(voider, agent, id, true)}));
  RETURN_IF_ERROR(probe.expect({404}, get_one(id)));
  RETURN_IF_ERROR(probe.expect({200}, {.path = path, .query = {{"voidedStatementId", id}}}));
  return probe.expect_list({{"agent", agent}}, {voider});
}

Result<void> voider_first(Probe& probe) {
  const auto id = fresh_id(), agent = fresh_agent();
  RETURN_IF_ERROR(probe.store({referring(fresh_id(), agent, id, true)}));
  RETURN_IF_ERROR(probe.expect({200}, post(statement(id, agent, fresh_iri()))));
  RETURN_IF_ERROR(probe.expect({404}, get_one(id)));
  RETURN_IF_ERROR(probe.expect({200}, {.path = path, .query = {{"voidedStatementId", id}}}));
  return {};
}

Result<void> voider_cannot_be_voided(Probe& probe) {
  const auto id = fresh_id(), voider = fresh_id(), agent = fresh_agent();
  RETURN_IF_ERROR(probe.store({statement(id, agent, fresh_iri())}));
  RETURN_IF_ERROR(probe.store({referring(voider, agent, id, true)}));
  RETURN_IF_ERROR(
      probe.expect({200, 204, 400, 403}, post(referring(fresh_id(), agent, voider, true))));
  RETURN_IF_ERROR(probe.expect({200}, get_one(voider)));
  RETURN_IF_ERROR(probe.expect({404}, get_one(id)));
  return {};
}

Result<void> references_match_through(Probe& probe) {
  const auto target = fresh_id(), ref = fresh_id(), ref2 = fresh_id(), activity = fresh_iri();
  RETURN_IF_ERROR(probe.store({referring(ref2, fresh_agent(), ref)}));
  RETURN_IF_ERROR(probe.store({referring(ref, fresh_agent(), target)}));
  RETURN_IF_ERROR(probe.store({statement(target, fresh_agent(), activity)}));
  return probe.expect_list({{"activity", activity}}, {target, ref, ref2});
}

Result<void> references_do_not_mix(Probe& probe) {
  const auto target = fresh_id(), agent = fresh_agent(), activity = fresh_iri();
  RETURN_IF_ERROR(probe.store({statement(target, fresh_agent(), activity)}));
  RETURN_IF_ERROR(probe.store({referring(fresh_id(), agent, target)}));
  return probe.expect_list({{"agent", agent}, {"activity", activity}}, {});
}

Result<void> references_in_a_circle(Probe& probe) {
  const auto a = fresh_id(), b = fresh_id(), agent = fresh_agent();
  RETURN_IF_ERROR(probe.store({referring(a, agent, b)}));
  RETURN_IF_ERROR(probe.store({referring(b, fresh_agent(), a)}));
  return probe.expect_list({{"agent", agent}}, {a, b});
}

Result<void> context_activities_are_arrays(Probe& probe) {
  const auto id = fresh_id(), parent = fresh_iri();
  RETURN_IF_ERROR(probe.expect(
      {200},
      post(statement(id, fresh_agent(), fresh_iri(),
                     fmt::format(R"("context":{{"contextActivities":{{"parent":{{"id":"{}"}}}}}})",
                                 parent)))));
  TRY(const auto answer, probe.expect({200}, get_one(id)));
  TRY(const auto document, json::parse(answer.body));
  const auto context = document->root().find("context");
  const auto lists = context ? context->find("contextActivities") : std::nullopt;
  const auto list = lists ? lists->find("parent") : std::nullopt;
  if (!list || !list->is(json::Type::array)) return unmet("`parent` came back as no array");
  return {};
}

Result<void> lrs_sets_its_members(Probe& probe) {
  const auto id = fresh_id();
  RETURN_IF_ERROR(probe.expect({200}, post(statement(id, fresh_agent(), fresh_iri()))));
  TRY(const auto answer, probe.expect({200}, get_one(id)));
  TRY(const auto document, json::parse(answer.body));
  for (const auto* member : {"stored", "timestamp", "authority", "version"})
    if (!document->root().find(member)) return unmet(fmt::format("`{}` was not set", member));
  return {};
}

Result<void> last_modified_is_stored(Probe& probe) {
  const auto id = fresh_id();
  RETURN_IF_ERROR(probe.expect({200}, post(statement(id, fresh_agent(), fresh_iri()))));
  TRY(const auto answer, probe.expect({200}, get_one(id)));
  if (!answer.header("Last-Modified")) return unmet("the answer lacks Last-Modified");
  return {};
}

constexpr std::array checks = {
    Check{"STM-01", "Data 2.3.1", "An equal statement sent again is success", Applies::both,
          same_statement_again},
    Check{"STM-02", "Data 2.3.1",
          "A different statement under a known id gets 409 and changes nothing", Applies::both,
          conflict_changes_nothing},
    Check{"STM-03", "Communication 2.1.2", "Two statements with one id refuse the batch",
          Applies::both, ids_in_a_batch_differ},
    Check{"STM-04", "Communication 3.2", "One bad statement refuses its whole batch", Applies::both,
          batch_is_all_or_nothing},
    Check{"STM-05", "Data 2.2", "Numbers keep their precision", Applies::both,
          numbers_keep_their_digits},
    Check{"STM-06", "Data 2.3.2", "A voided statement is found by voidedStatementId alone",
          Applies::both, voided_is_hidden},
    Check{"STM-07", "Data 2.3.2", "A statement that comes after its voider is void", Applies::both,
          voider_first},
    Check{"STM-08", "Data 2.3.2", "A voiding statement cannot be voided", Applies::both,
          voider_cannot_be_voided},
    Check{"STM-09", "Communication 2.1.3", "Filters see through StatementRefs, along chains",
          Applies::both, references_match_through},
    Check{"STM-10", "Communication 2.1.3", "All filters together hold for one statement of a chain",
          Applies::both, references_do_not_mix},
    Check{"STM-11", "Communication 2.1.3", "References in a circle end", Applies::both,
          references_in_a_circle},
    Check{"STM-12", "Data 2.4.6.2", "contextActivities come back as arrays", Applies::both,
          context_activities_are_arrays},
    Check{"STM-13", "Data 2.4", "stored, timestamp, authority and version are set", Applies::both,
          lrs_sets_its_members},
    Check{"STM-14", "Communication 2.1.3", "Last-Modified comes with a single statement",
          Applies::both, last_modified_is_stored},
};

}  // namespace

std::span<const Check> statement_checks() { return checks; }

}  // namespace lectern::cli::conformance
