#include <array>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json/json.h"
#include "cli/conformance/check.h"

/// State and profile documents, agents, activities, about.
namespace lectern::cli::conformance {
namespace {

struct DocumentResource {
  std::string path;
  Query query;
  std::string id_name;

  Query with(const std::string& id) const {
    Query all = query;
    all.emplace_back(id_name, id);
    return all;
  }
};

std::array<DocumentResource, 3> places() {
  return {
      DocumentResource{
          "/activities/state", {{"activityId", fresh_iri()}, {"agent", fresh_agent()}}, "stateId"},
      DocumentResource{"/agents/profile", {{"agent", fresh_agent()}}, "profileId"},
      DocumentResource{"/activities/profile", {{"activityId", fresh_iri()}}, "profileId"}};
}

const net::HttpHeaders octets = {{"Content-Type", "application/octet-stream"}};

net::HttpHeaders octets_and(std::string name, std::string value) {
  auto all = octets;
  all.emplace_back(std::move(name), std::move(value));
  return all;
}

Call write(const DocumentResource& place, std::string method, const std::string& id,
           std::string body, net::HttpHeaders headers) {
  return {.method = std::move(method),
          .path = place.path,
          .query = place.with(id),
          .body = std::move(body),
          .headers = std::move(headers)};
}

Call read(const DocumentResource& place, const std::string& id) {
  return {.path = place.path, .query = place.with(id)};
}

Result<void> bytes_come_back(Probe& probe) {
  for (const auto& place : places()) {
    RETURN_IF_ERROR(probe.expect(
        {204}, write(place, "PUT", "a", "\x01\xff bytes", octets_and("If-None-Match", "*"))));
    TRY(const auto answer, probe.expect({200}, read(place, "a")));
    if (answer.body != "\x01\xff bytes") return unmet(place.path + " changed the bytes");
    if (answer.header("Content-Type").value_or("").find("application/octet-stream") != 0)
      return unmet(place.path + " changed the content type");
    if (!answer.header("ETag")) return unmet(place.path + " sends no ETag");
    if (!answer.header("Last-Modified")) return unmet(place.path + " sends no Last-Modified");
    RETURN_IF_ERROR(probe.expect({404}, read(place, "b")));
  }
  return {};
}

Result<void> preconditions(Probe& probe) {
  const std::string other = '"' + std::string(40, '0') + '"';
  for (const auto& place : places()) {
    RETURN_IF_ERROR(
        probe.expect({204}, write(place, "PUT", "a", "1", octets_and("If-None-Match", "*"))));
    RETURN_IF_ERROR(
        probe.expect({412}, write(place, "PUT", "a", "2", octets_and("If-None-Match", "*"))));
    RETURN_IF_ERROR(
        probe.expect({412}, write(place, "PUT", "a", "2", octets_and("If-Match", other))));
    TRY(const auto answer, probe.expect({200}, read(place, "a")));
    if (answer.body != "1") return unmet(place.path + " changed after a 412");
    RETURN_IF_ERROR(probe.expect(
        {204}, write(place, "PUT", "a", "2",
                     octets_and("If-Match", std::string(answer.header("ETag").value_or(""))))));
  }
  return {};
}

Result<void> preconditions_on_all_methods(Probe& probe) {
  const std::string other = '"' + std::string(40, '0') + '"';
  for (const auto& place : places()) {
    RETURN_IF_ERROR(probe.expect({204}, write(place, "POST", "a", "1", octets)));
    for (const auto* method : {"POST", "DELETE"})
      RETURN_IF_ERROR(
          probe.expect({412}, write(place, method, "a", "", octets_and("If-Match", other))));
    RETURN_IF_ERROR(probe.expect({200}, read(place, "a")));
  }
  return {};
}

Result<void> overwriting(Probe& probe) {
  for (const auto& place : places()) {
    RETURN_IF_ERROR(probe.expect({204}, write(place, "POST", "a", "1", octets)));
    const bool exempt = !probe.is_2_0() && place.id_name == "stateId";
    RETURN_IF_ERROR(probe.expect({exempt ? 204 : 409}, write(place, "PUT", "a", "2", octets)));
    TRY(const auto answer, probe.expect({200}, read(place, "a")));
    if ((answer.body == "2") != exempt) return unmet(place.path + ": the wrong one is there");
  }
  return {};
}

Result<void> etag_is_sha1(Probe& probe) {
  for (const auto& place : places()) {
    RETURN_IF_ERROR(probe.expect({204}, write(place, "POST", "a", "some text", octets)));
    TRY(const auto answer, probe.expect({200}, read(place, "a")));
    if (answer.header("ETag") != '"' + to_hex(sha1("some text")) + '"')
      return unmet(place.path + " sends another ETag than the SHA-1 of the document");
  }
  return {};
}

Result<void> merging(Probe& probe) {
  const net::HttpHeaders json_type = {{"Content-Type", "application/json"}};
  for (const auto& place : places()) {
    RETURN_IF_ERROR(
        probe.expect({204}, write(place, "POST", "a", R"({"x":{"p":1},"y":1})", json_type)));
    RETURN_IF_ERROR(
        probe.expect({204}, write(place, "POST", "a", R"({"x":{"q":2},"z":3})", json_type)));
    TRY(const auto answer, probe.expect({200}, read(place, "a")));
    TRY(const auto document, json::parse(answer.body));
    const auto x = document->root().find("x");
    if (document->root().size() != 3 || !x || x->size() != 1 || !x->find("q"))
      return unmet(place.path + " did not merge the top-level members");
    RETURN_IF_ERROR(probe.expect({400}, write(place, "POST", "a", "text", octets)));
  }
  return {};
}

Result<void> since_of_ids(Probe& probe) {
  for (const auto& place : places()) {
    RETURN_IF_ERROR(probe.expect({204}, write(place, "POST", "a", "1", octets)));
    TRY(const auto all, probe.expect({200}, {.path = place.path, .query = place.query}));
    if (all.body.find("\"a\"") == std::string::npos) return unmet(place.path + " lists no id");
    auto query = place.query;
    query.emplace_back("since", "2100-01-01T00:00:00Z");
    TRY(const auto none, probe.expect({200}, {.path = place.path, .query = query}));
    if (none.body.find("\"a\"") != std::string::npos)
      return unmet(place.path + " takes no notice of since");
  }
  return {};
}

Result<void> registration_is_part_of_the_key(Probe& probe) {
  const auto place = places()[0];
  auto with = place.with("a");
  with.emplace_back("registration", fresh_id());
  RETURN_IF_ERROR(probe.expect(
      {204},
      {.method = "POST", .path = place.path, .query = with, .body = "1", .headers = octets}));
  auto other = place.with("a");
  other.emplace_back("registration", fresh_id());
  RETURN_IF_ERROR(probe.expect({404}, {.path = place.path, .query = other}));
  RETURN_IF_ERROR(probe.expect({200}, {.path = place.path, .query = with}));
  return {};
}

Result<void> definitions_are_merged(Probe& probe) {
  const auto activity = fresh_iri();
  for (const auto* name : {R"({"en":"one"})", R"({"fr":"un"})"})
    RETURN_IF_ERROR(
        probe.store({fmt::format(R"({{"actor":{},"verb":{{"id":"http://a.example/v"}},)"
                                 R"("object":{{"id":"{}","definition":{{"name":{}}}}}}})",
                                 fresh_agent(), activity, name)}));
  TRY(const auto answer,
      probe.expect({200}, {.path = "/activities", .query = {{"activityId", activity}}}));
  if (answer.body.find("\"one\"") == std::string::npos ||
      answer.body.find("\"un\"") == std::string::npos)
    return unmet("the definition does not hold both names");
  return {};
}

Result<void> persons(Probe& probe) {
  TRY(const auto answer,
      probe.expect({200}, {.path = "/agents", .query = {{"agent", fresh_agent()}}}));
  TRY(const auto document, json::parse(answer.body));
  const auto type = document->root().find("objectType");
  const auto mbox = document->root().find("mbox");
  if (!type || !type->is(json::Type::string) || type->string() != "Person" || !mbox ||
      !mbox->is(json::Type::array))
    return unmet("the answer is no Person with an array of mbox");
  return {};
}

Result<void> about(Probe& probe) {
  TRY(const auto answer,
      probe.expect({200}, {.path = "/about", .authenticated = false, .version = "-"}));
  const std::string version(probe.is_2_0() ? "\"2.0.0\"" : "\"1.0.3\"");
  if (answer.body.find(version) == std::string::npos) return unmet(version + " is not listed");
  return {};
}

constexpr std::array checks = {
    Check{"DOC-01", "Communication 2.2", "Documents come back byte for byte with type and ETag",
          Applies::both, bytes_come_back},
    Check{"DOC-02", "Communication 3.1", "PUT heeds If-Match and If-None-Match", Applies::both,
          preconditions},
    Check{"DOC-03", "9274.1.1 4.1.4", "POST and DELETE heed If-Match", Applies::only_2_0_0,
          preconditions_on_all_methods},
    Check{"DOC-04", "Communication 3.1", "PUT without precondition does not overwrite",
          Applies::both, overwriting},
    Check{"DOC-05", "Communication 3.1", "The ETag is the SHA-1 of the document",
          Applies::only_1_0_3, etag_is_sha1},
    Check{"DOC-06", "Communication 2.2", "POST merges JSON objects, one level deep", Applies::both,
          merging},
    Check{"DOC-07", "Communication 2.3", "since limits the ids that are listed", Applies::both,
          since_of_ids},
    Check{"DOC-08", "Communication 2.3", "registration is part of a state document's key",
          Applies::both, registration_is_part_of_the_key},
    Check{"DOC-09", "Communication 2.5", "An activity's definition joins what was said of it",
          Applies::both, definitions_are_merged},
    Check{"DOC-10", "Communication 2.4", "An Agent is answered with a Person", Applies::both,
          persons},
    Check{"DOC-11", "Communication 2.8", "About lists the version, without credentials",
          Applies::both, about},
};

}  // namespace

std::span<const Check> document_checks() { return checks; }

}  // namespace lectern::cli::conformance
