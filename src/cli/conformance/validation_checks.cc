#include <array>

#include <fmt/format.h>

#include "cli/conformance/check.h"

/// What the standard refuses in a statement, and some that it accepts.
namespace lectern::cli::conformance {
namespace {

Result<void> answers(Probe& probe, int status, const std::string& body) {
  RETURN_IF_ERROR(probe.expect({status}, {.method = "POST", .path = "/statements", .body = body}));
  return {};
}

/// A statement with these members besides a fresh id, actor and object.
std::string with(const std::string& more) {
  return statement(fresh_id(), fresh_agent(), fresh_iri(), more);
}

std::string with_actor(const std::string& actor) {
  return statement(fresh_id(), actor, fresh_iri());
}

Result<void> refused(Probe& probe, std::initializer_list<std::string> bodies) {
  for (const auto& body : bodies) RETURN_IF_ERROR(answers(probe, 400, body));
  return {};
}

Result<void> empty_group(Probe& probe) {
  return refused(probe, {with_actor(R"({"objectType":"Group","member":[]})"),
                         with_actor(R"({"objectType":"Group"})")});
}

Result<void> nulls(Probe& probe) {
  return refused(probe, {with(R"("result":null)"), with(R"("context":{"platform":null})"),
                         with(R"("result":{"score":{"raw":null}})"),
                         with_actor(R"({"mbox":"mailto:a@b.example","name":null})")});
}

Result<void> nulls_in_extensions(Probe& probe) {
  return answers(probe, 200,
                 with(R"("result":{"extensions":{"http://a.example/x":{"y":[null]}}})"));
}

Result<void> unknown_members(Probe& probe) {
  return refused(probe, {with(R"("extra":1)"), with(R"("result":{"extra":1})"),
                         with(R"("context":{"extra":1})"),
                         with_actor(R"({"mbox":"mailto:a@b.example","extra":1})")});
}

Result<void> two_identifiers(Probe& probe) {
  return refused(probe,
                 {with_actor(R"({"mbox":"mailto:a@b.example","openid":"http://a.example/"})"),
                  with_actor(R"({"name":"nobody"})")});
}

Result<void> iris_need_schemes(Probe& probe) {
  return refused(probe, {statement(fresh_id(), fresh_agent(), "no-scheme"),
                         statement(fresh_id(), fresh_agent(), "http://with a blank"),
                         with(R"("context":{"extensions":{"key":1}})")});
}

Result<void> version_member(Probe& probe) {
  RETURN_IF_ERROR(refused(probe, {with(R"("version":"0.9.9")"), with(R"("version":"1.1.0")"),
                                  with(R"("version":"text")")}));
  return answers(probe, 200, with(R"("version":"1.0.1")"));
}

Result<void> duplicate_keys(Probe& probe) {
  return refused(probe, {with(R"("result":{"success":true},"result":{"success":false})")});
}

Result<void> scores(Probe& probe) {
  RETURN_IF_ERROR(refused(probe, {with(R"("result":{"score":{"scaled":1.01}})"),
                                  with(R"("result":{"score":{"raw":11,"min":0,"max":10}})"),
                                  with(R"("result":{"score":{"min":10,"max":10}})")}));
  return answers(probe, 200, with(R"("result":{"score":{"raw":10,"min":0,"max":10}})"));
}

Result<void> timestamps(Probe& probe) {
  RETURN_IF_ERROR(refused(
      probe, {with(R"("timestamp":"2020-01-01T00:00:00-00:00")"),
              with(R"("timestamp":"2020-02-30T00:00:00Z")"), with(R"("timestamp":"yesterday")")}));
  return answers(probe, 200, with(R"("timestamp":"2020-01-01T00:00:00.123456789+05:30")"));
}

Result<void> language_tags(Probe& probe) {
  return refused(
      probe,
      {with(R"("context":{"language":"a12345678"})"),
       with(R"("attachments":[{"usageType":"http://a.example/u","display":{"something":"x"},)"
            R"("contentType":"text/plain","length":1,"sha2":")" +
            std::string(64, 'a') + R"(","fileUrl":"http://a.example/f"}])")});
}

Result<void> substatements(Probe& probe) {
  const std::string inner =
      R"({"objectType":"SubStatement","actor":{"mbox":"mailto:a@b.example"},)"
      R"("verb":{"id":"http://a.example/v"},"object":{"id":"http://a.example/o"})";
  const auto whole = [&](const std::string& object) {
    return fmt::format(R"({{"actor":{},"verb":{{"id":"http://a.example/v"}},"object":{}}})",
                       fresh_agent(), object);
  };
  RETURN_IF_ERROR(refused(probe, {whole(inner + R"(,"id":")" + fresh_id() + R"("})"),
                                  whole(inner + R"(,"version":"1.0.0"})")}));
  return answers(probe, 200, whole(inner + "}"));
}

Result<void> platform_needs_activity(Probe& probe) {
  return refused(probe,
                 {fmt::format(R"({{"actor":{},"verb":{{"id":"http://a.example/v"}},"object":{},)"
                              R"("context":{{"platform":"x"}}}})",
                              fresh_agent(), fresh_agent())});
}

Result<void> context_agents_unknown(Probe& probe) {
  return refused(probe, {with(R"("context":{"contextAgents":[]})"),
                         with(R"("context":{"contextGroups":[]})")});
}

Result<void> context_agents_known(Probe& probe) {
  const auto agents = [](const std::string& entry) {
    return with(R"("context":{"contextAgents":[)" + entry + "]}");
  };
  RETURN_IF_ERROR(refused(
      probe, {agents(R"({"agent":{"mbox":"mailto:a@b.example"}})"),
              agents(R"({"objectType":"contextAgent"})"),
              agents(R"({"objectType":"contextAgent","agent":{"mbox":"mailto:a@b.example"},)"
                     R"("relevantTypes":[]})")}));
  return answers(probe, 200,
                 agents(R"({"objectType":"contextAgent","agent":{"mbox":"mailto:a@b.example"},)"
                        R"("relevantTypes":["http://a.example/t"]})"));
}

Result<void> malformed(Probe& probe) {
  return refused(probe, {"{", "[{]", std::string(20000, '['), "[\"\xff\"]"});
}

constexpr std::array checks = {
    Check{"VAL-01", "Data 2.4.2", "An anonymous Group needs members", Applies::both, empty_group},
    Check{"VAL-02", "Data 2.2", "null stands nowhere but in extensions", Applies::both, nulls},
    Check{"VAL-03", "Data 2.2", "null is accepted in the values of extensions", Applies::both,
          nulls_in_extensions},
    Check{"VAL-04", "Data 2.2", "Unknown properties are refused", Applies::both, unknown_members},
    Check{"VAL-05", "Data 2.4.2", "An Agent has exactly one identifier", Applies::both,
          two_identifiers},
    Check{"VAL-06", "Data 4.3", "IRIs are absolute", Applies::both, iris_need_schemes},
    Check{"VAL-07", "Data 2.4.10", "The version property is checked", Applies::both,
          version_member},
    Check{"VAL-08", "Data 2.1", "A property stands once in an object", Applies::both,
          duplicate_keys},
    Check{"VAL-09", "Data 2.4.5", "Scores lie within their bounds", Applies::both, scores},
    Check{"VAL-10", "Data 4.5", "Timestamps are ISO 8601 instants", Applies::both, timestamps},
    Check{"VAL-11", "Data 4.2", "Language tags are well-formed", Applies::both, language_tags},
    Check{"VAL-12", "Data 2.4.4.3", "A SubStatement has no id, stored, version or authority",
          Applies::both, substatements},
    Check{"VAL-13", "Data 2.4.6", "revision and platform need an Activity as object", Applies::both,
          platform_needs_activity},
    Check{"VAL-14", "Data 2.2", "contextAgents and contextGroups are unknown to 1.0.3",
          Applies::only_1_0_3, context_agents_unknown},
    Check{"VAL-15", "9274.1.1 4.2.2.5", "contextAgents are checked", Applies::only_2_0_0,
          context_agents_known},
    Check{"VAL-16", "Data 2.1", "What is not JSON in UTF-8 is refused", Applies::both, malformed},
};

}  // namespace

std::span<const Check> validation_checks() { return checks; }

}  // namespace lectern::cli::conformance
