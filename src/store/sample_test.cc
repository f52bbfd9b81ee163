#include "store/sample.h"

#include <algorithm>

#include "base/digest.h"
#include "base/json.h"

namespace lectern::store::contract {
namespace {

std::string mailbox(const std::string& name) { return "mbox:mailto:" + name + "@example.org"; }

std::string object_json(const Sample& sample) {
  if (sample.refers_to)
    return R"({"objectType":"StatementRef","id":")" + sample.refers_to->text() + R"("})";
  return R"({"id":"http://example.org/activities/)" + sample.activity + R"("})";
}

std::string verb_iri(const Sample& sample) {
  return sample.voids ? "http://adlnet.gov/expapi/verbs/voided"
                      : "http://example.org/verbs/" + sample.verb;
}

/// Everything of the statement but what the LRS adds.
std::string content_json(const Sample& sample) {
  std::string json =
      R"("actor":{"mbox":"mailto:)" + sample.agent + R"(@example.org"},"verb":{"id":)";
  json += json::quoted(verb_iri(sample)) + R"(},"object":)" + object_json(sample);
  json += R"(,"context":{"extensions":{"http://example.org/note":)" + json::quoted(sample.note);
  if (!sample.extensions.empty()) json += "," + sample.extensions;
  json += "}";
  if (sample.registration) json += R"(,"registration":")" + sample.registration->text() + R"(")";
  json += "}";
  if (sample.timestamp) json += R"(,"timestamp":")" + utc_text(*sample.timestamp) + R"(")";
  return json;
}

xapi::Terms terms_of(const Sample& sample) {
  xapi::Terms terms{agent(sample.agent), related_agent(sample.agent),
                    related_agent(sample.authority), authority(sample.authority),
                    "verb:" + verb_iri(sample)};
  if (sample.refers_to) {
    terms.push_back("ref:" + sample.refers_to->text());
  } else {
    terms.push_back(activity(sample.activity));
    terms.push_back("activity~:http://example.org/activities/" + sample.activity);
  }
  if (sample.registration) terms.push_back("registration:" + sample.registration->text());
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  return terms;
}

}  // namespace

std::string agent(const std::string& name) { return "agent:" + mailbox(name); }
std::string related_agent(const std::string& name) { return "agent~:" + mailbox(name); }
std::string verb(const std::string& name) { return "verb:http://example.org/verbs/" + name; }
std::string activity(const std::string& name) {
  return "activity:http://example.org/activities/" + name;
}
std::string authority(const std::string& name) { return "authority:" + mailbox(name); }

Row row_of(const Sample& sample) {
  Row row;
  row.id = sample.id;
  const auto content = content_json(sample);
  row.json = R"({"id":")" + sample.id.text() + R"(",)" + content;
  row.json +=
      R"(,"authority":{"mbox":"mailto:)" + sample.authority + R"(@example.org"},"stored":")";
  row.stored_at = {row.json.size()};
  row.json += std::string(stored_text_size, '0') + "\"";
  if (!sample.timestamp) {
    row.json += R"(,"timestamp":")";
    row.stored_at.push_back(row.json.size());
    row.json += std::string(stored_text_size, '0') + "\"";
  }
  row.json += R"(,"version":"1.0.0"})";
  row.terms = terms_of(sample);
  const auto hash = sha256(content);
  std::copy_n(hash.begin(), row.fingerprint.hash.size(), row.fingerprint.hash.begin());
  row.fingerprint.timestamp = sample.timestamp;
  row.refers_to = sample.refers_to;
  row.voids = sample.voids;
  row.timestamp = sample.timestamp;
  return row;
}

}  // namespace lectern::store::contract
