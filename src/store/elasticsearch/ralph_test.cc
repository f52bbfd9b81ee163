#include <algorithm>

#include <doctest/doctest.h>

#include "store/elasticsearch/fixture.h"
#include "store/testing/contract/walk.h"
#include "xapi/stamp.h"

namespace lectern::store::elasticsearch {
namespace {

/// An index that Ralph has written to, or will.
struct Shared {
  Indices indices;
  std::string index, path;

  /// `bare`: the index is there, empty, as Ralph's tutorial makes it.
  Shared(const std::string& url, bool bare)
      : indices(url), index(indices.add()), path(url + "/" + index) {
    if (bare) REQUIRE(ask("PUT", path).status == 200);
  }

  Stores open() { return open_at(indices.url, index); }

  /// Stores statements as Ralph does: each is the document under its id.
  std::vector<Row> write_as_ralph(const std::vector<contract::Sample>& samples) {
    std::vector<Row> rows;
    std::string lines;
    for (const auto& sample : samples) {
      auto& row = rows.emplace_back(contract::row_of(sample));
      row.stored = now();
      xapi::set_stored(row.json, row.stored_at, row.stored);
      lines += R"({"index":{"_id":")" + row.id.text() + "\"}}\n" + row.json + "\n";
    }
    const auto answer = ask("POST", path + "/_bulk?refresh=true", lines);
    REQUIRE(answer.status == 200);
    REQUIRE(answer.body.find(R"("errors":false)") != std::string::npos);
    return rows;
  }
  /// What Ralph would find under an id.
  std::string source(const Uuid& id) { return ask("GET", path + "/_source/" + id.text()).body; }
  /// How many Ralph finds by its filters.
  std::string count(const std::string& field, const std::string& value) {
    ask("POST", path + "/_refresh");
    const auto body =
        ask("POST", path + "/_count",
            R"({"query":{"bool":{"filter":[{"term":{")" + field + R"(":")" + value + R"("}}]}}})")
            .body;
    const auto at = body.find("\"count\":") + 8;
    return body.substr(at, body.find(',', at) - at);
  }
};

std::vector<AppendOutcome> append(Stores& stores, const std::vector<contract::Sample>& samples) {
  std::vector<Row> rows;
  for (const auto& sample : samples) rows.push_back(contract::row_of(sample));
  const auto outcomes = stores.statements->append({}, rows, OnConflict::refuse_batch);
  REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().message, outcomes.error().detail);
  return *outcomes;
}

}  // namespace

TEST_CASE("documents of an index made by a bare PUT stay pure statements that Ralph can filter") {
  for (const auto& url : test_servers()) {
    Shared shared(url, true);
    {
      auto stores = shared.open();
      const contract::Sample sample{.agent = "ada", .verb = "did"};
      append(stores, {sample, {.agent = "bob"}});
      const auto source = shared.source(sample.id);
      CHECK(source.find("lectern") == std::string::npos);
      CHECK(source.find(sample.id.text()) != std::string::npos);
      CHECK(shared.count("actor.mbox.keyword", "mailto:ada@example.org") == "1");
      CHECK(shared.count("authority.mbox.keyword", "mailto:lms@example.org") == "2");
      CHECK(shared.count("verb.id.keyword", "http://example.org/verbs/did") == "2");
      CHECK(shared.count("object.id.keyword", "http://example.org/activities/course") == "2");
      const auto sorted =
          ask("POST", shared.path + "/_search", R"({"sort":[{"timestamp":"desc"}]})");
      CHECK(sorted.status == 200);
    }
  }
}

TEST_CASE("a document that Ralph wrote is found by id and not stored again") {
  for (const auto& url : test_servers()) {
    Shared shared(url, true);
    contract::Sample sample{.note = "from Ralph"};
    const auto row = shared.write_as_ralph({sample}).front();
    {
      auto stores = shared.open();
      const auto found = contract::found(*stores.statements, "", row.id);
      CHECK(xapi::equivalent(found.fingerprint, row.fingerprint));
      CHECK(found.position.stored == row.stored);
      CHECK(append(stores, {sample}) == std::vector{AppendOutcome::known});
      sample.note = "changed";
      CHECK(append(stores, {sample}) == std::vector{AppendOutcome::conflict});
    }
  }
}

TEST_CASE("a migration of an index lists what Ralph wrote, before and after us") {
  for (const auto& url : test_servers()) {
    for (const bool ours_first : {true, false}) {
      CAPTURE(ours_first);
      Shared shared(url, true);
      if (ours_first) {
        auto stores = shared.open();  // so that lectern is hidden
        append(stores, {{.agent = "eve"}});
      }
      std::vector<contract::Sample> samples(1200);
      for (auto& sample : samples) sample.agent = "bob";
      const auto rows = shared.write_as_ralph(samples);
      REQUIRE(ask("PUT", shared.path + "/_doc/odd?refresh=true", R"({"id":"odd"})").status == 201);
      auto stores = shared.open();
      append(stores, {{.agent = "kim"}});
      CHECK(contract::page_of(*stores.statements, "", {{contract::agent("bob")}, {}, {}}).empty());
      CHECK(stores.migration->count({}).value() == 1201);
      CHECK(contract::migrate(*stores.migration, "", true).done == 1200);
      CHECK(contract::page_of(*stores.statements, "", {{contract::agent("bob")}, {}, {}}).empty());
      const auto progress = contract::migrate(*stores.migration, "");
      CHECK(progress.total == 1201);
      CHECK(progress.done == 1200);
      CHECK(progress.unreadable == 1);
      REQUIRE(progress.reasons.size() == 1);
      CHECK(progress.reasons[0] == "odd: its _id is no UUID");
      CHECK(stores.migration->count({}).value() == 1);
      CHECK(contract::page_of(*stores.statements, "", {{contract::agent("bob")}, {}, {}}).size() ==
            1200);
      CHECK(contract::found(*stores.statements, "", rows[7].id).position.stored == rows[7].stored);
      CHECK(shared.count("actor.mbox.keyword", "mailto:bob@example.org") == "1200");
      CHECK((shared.source(rows[7].id).find("lectern\":{") == std::string::npos) == ours_first);
      if (!ours_first)
        CHECK(contract::found(*stores.statements, "", rows[7].id).json == rows[7].json);
    }
  }
}

TEST_CASE("a migration lists what another program wrote over, and tells of it") {
  for (const auto& url : test_servers()) {
    Shared shared(url, true);
    const contract::Sample sample{.agent = "ada", .note = "of Lectern"};
    const std::vector<Uuid> id{sample.id};
    auto stores = shared.open();
    append(stores, {sample, {.agent = "bob"}});
    REQUIRE(stores.migration->count({}).value() == 0);
    auto changed = sample;
    changed.note = "of Ralph";
    shared.write_as_ralph({changed});
    CHECK(stores.migration->count({}).value() == 1);
    const auto told =
        std::vector{sample.id.text() + ": it was stored before, and another program wrote over it"};
    CHECK(contract::migrate(*stores.migration, "", true).reasons == told);
    const auto progress = contract::migrate(*stores.migration, "");
    CHECK(progress.done == 1);
    CHECK(progress.unreadable == 0);
    CHECK(progress.reasons == told);
    CHECK(contract::page_of(*stores.statements, "", {{contract::agent("ada")}, {}, {}}) == id);
  }
}

TEST_CASE("a migration of an index that was stopped goes on where it was") {
  for (const auto& url : test_servers()) {
    Shared shared(url, true);
    shared.write_as_ralph(std::vector<contract::Sample>(1100));
    const auto stores = shared.open();
    contract::check_stopped_migration(*stores.migration);
  }
}

TEST_CASE("references between Ralph's documents and ours hold once they are migrated") {
  for (const auto& url : test_servers()) {
    Shared shared(url, true);
    const contract::Sample target{.agent = "bob"}, voided{.note = "voided"};
    shared.write_as_ralph({target, voided, {.agent = "eve", .refers_to = target.id}});
    auto stores = shared.open();
    append(stores, {{.refers_to = voided.id, .voids = true}});
    CHECK(contract::found(*stores.statements, "", voided.id).voided);
    CHECK(contract::migrate(*stores.migration, "").done ==
          2);  // the voided one is complete already
    CHECK(contract::found(*stores.statements, "", voided.id).voided);
    CHECK(contract::page_of(*stores.statements, "", {{contract::agent("bob")}, {}, {}}).size() ==
          2);
    const auto all = contract::page_of(*stores.statements, "");
    CHECK(std::find(all.begin(), all.end(), voided.id) == all.end());
  }
}

TEST_CASE("a statement that an old mapping refuses is kept all the same") {
  for (const auto& url : test_servers()) {
    Shared shared(url, true);
    // Ralph's first document has made the extension a number for ever.
    REQUIRE(ask("PUT", shared.path + "/_doc/" + Uuid::random().text(),
                R"({"context":{"extensions":{"http://x/n":1}}})")
                .status == 201);
    auto stores = shared.open();
    const contract::Sample odd{.extensions = R"("http://x/n":"a text")"};
    CHECK(append(stores, {odd, {}}) == std::vector{AppendOutcome::stored, AppendOutcome::stored});
    CHECK(contract::found(*stores.statements, "", odd.id).json.find(R"("http://x/n":"a text")") !=
          std::string::npos);
    CHECK(contract::page_of(*stores.statements, "").size() == 2);
  }
}

TEST_CASE("no key, number, depth or date of a statement can make the index refuse it") {
  for (const auto& url : test_servers()) {
    Shared shared(url, true);
    auto stores = shared.open();
    std::string many, deep = "1";
    for (int i = 0; i < 10'000; ++i) many += "\"http://x/" + std::to_string(i) + "\":1,";
    for (int i = 0; i < 100; ++i) deep = R"({".":)" + deep + "}";
    const std::vector<std::string> extensions{
        R"("":1,".":2,"a..b":3,".a":4,"b.":5," ":6)", many + R"("last":1)", R"("deep":)" + deep,
        R"("n":[1e400,123456789012345678901234567890,-0.0,1E-400])",
        R"("long":")" + std::string(70'000, 'x') + '"'};
    std::vector<contract::Sample> samples;
    for (const auto& members : extensions) samples.push_back({.extensions = members});
    samples.push_back({.agent = std::string(40'000, 'a')});
    CHECK(append(stores, samples) == std::vector(samples.size(), AppendOutcome::stored));
    std::vector rows{
        contract::row_of(R"({"actor":{"mbox":"mailto:ada@example.org"},"verb":{"id":"http://x/v"},)"
                         R"("object":{"id":"http://x/a"},"timestamp":"2020-01-01T00:00:60+0530"})",
                         "lms")};
    REQUIRE(stores.statements->append({}, rows, OnConflict::refuse_batch).has_value());
    CHECK(contract::page_of(*stores.statements, "").size() == samples.size() + 1);
    for (const auto& id : contract::page_of(*stores.statements, ""))
      CHECK(shared.source(id).find("actor") != std::string::npos);
    for (std::size_t i = 0; i < extensions.size(); ++i)
      CHECK(contract::found(*stores.statements, "", samples[i].id).json.find(extensions[i]) !=
            std::string::npos);
    // The mapping has not grown by any of it, and no statement went without its members.
    const auto mapping = ask("GET", shared.path + "/_mapping").body;
    CHECK(mapping.find("http://x/") == std::string::npos);
    CHECK(shared.source(samples[0].id).find("a..b") != std::string::npos);
  }
}

}  // namespace lectern::store::elasticsearch
