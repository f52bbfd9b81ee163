#include "store/testing/sample.h"

#include "base/json/json.h"
#include "xapi/stamp.h"

namespace lectern::store::contract {
namespace {

std::string mailbox(const std::string& name) { return "mbox:mailto:" + name + "@example.org"; }

std::string agent_json(const std::string& name) {
  return R"({"mbox":)" + json::quoted("mailto:" + name + "@example.org") + "}";
}

std::string object_json(const Sample& sample) {
  if (sample.refers_to)
    return R"({"objectType":"StatementRef","id":")" + sample.refers_to->text() + R"("})";
  return R"({"id":)" + json::quoted("http://example.org/activities/" + sample.activity) + "}";
}

std::string verb_iri(const Sample& sample) {
  return sample.voids ? "http://adlnet.gov/expapi/verbs/voided"
                      : "http://example.org/verbs/" + sample.verb;
}

/// The statement as a client sends it.
std::string received_json(const Sample& sample) {
  std::string json = R"({"id":")" + sample.id.text() + R"(","actor":)" + agent_json(sample.agent);
  json += R"(,"verb":{"id":)" + json::quoted(verb_iri(sample)) + R"(},"object":)";
  json += object_json(sample);
  json += R"(,"context":{"extensions":{"http://example.org/note":)" + json::quoted(sample.note);
  if (!sample.extensions.empty()) json += "," + sample.extensions;
  json += "}";
  if (sample.registration) json += R"(,"registration":")" + sample.registration->text() + R"(")";
  json += "}";
  if (sample.timestamp) json += R"(,"timestamp":")" + utc_text(*sample.timestamp) + R"(")";
  return json + "}";
}

}  // namespace

xapi::Term agent(const std::string& name) { return xapi::agent_term(mailbox(name), false); }
xapi::Term related_agent(const std::string& name) { return xapi::agent_term(mailbox(name), true); }
xapi::Term verb(const std::string& name) {
  return xapi::verb_term("http://example.org/verbs/" + name);
}
xapi::Term activity(const std::string& name) {
  return xapi::activity_term("http://example.org/activities/" + name, false);
}
xapi::Term authority(const std::string& name) { return xapi::authority_term(mailbox(name)); }

Row row_of(const Sample& sample) { return row_of(received_json(sample), sample.authority); }

Row row_of(const std::string& received, const std::string& authority_name) {
  const auto sent = json::parse(received).value();
  auto stamped = xapi::stamp(sent->root(), {Uuid::random(), agent_json(authority_name)});
  const auto kept = json::parse(stamped.json).value();
  const auto statement = kept->root();
  Row row;
  row.id = Uuid::parse(statement.find("id")->string()).value();
  row.terms = xapi::terms_of(statement);
  row.fingerprint = xapi::fingerprint_of(statement, stamped.timestamp_is_ours);
  row.refers_to = xapi::reference_of(statement);
  row.voids = xapi::is_voiding(statement);
  if (!stamped.timestamp_is_ours) row.timestamp = parse_time(statement.find("timestamp")->string());
  row.stored_at = std::move(stamped.stored_at);
  row.json = std::move(stamped.json);
  return row;
}

}  // namespace lectern::store::contract
