#include <doctest/doctest.h>

#include "store/elasticsearch/fixture.h"
#include "store/testing/contract/walk.h"
#include "store/testing/sample.h"

namespace lectern::store::elasticsearch {
namespace {

/// Members of an extension in spellings that `_source` does not keep.
const std::string odd_spelling =
    R"("http://x/n" : [1.10, 123456789012345678901,{"z":1,"a":2}, "\u00e9\/", {} ])";

/// As the plain layout was first made, with `lectern` hidden.
const std::string plain_mapping =
    R"({"dynamic":false,"_source":{"excludes":["lectern"]},)"
    R"("_meta":{"lectern":{"layout":1,"hidden":true}},)"
    R"("properties":{"lectern":{"dynamic":false,"properties":{)"
    R"("stored":{"type":"long","store":true},)"
    R"("id_high":{"type":"long","index":false},"id_low":{"type":"long","index":false},)"
    R"("terms":{"type":"keyword","doc_values":false,"store":true},)"
    R"("hash":{"type":"keyword","index":false,"doc_values":false,"store":true},)"
    R"("refers_to":{"type":"keyword","doc_values":false,"store":true},)"
    R"("voids":{"type":"boolean","index":false,"doc_values":false,"store":true},)"
    R"("voided":{"type":"boolean","doc_values":false,"store":true},)"
    R"("text":{"type":"text","index":false,"norms":false,"store":true}}}}})";

/// An index, and what its documents keep.
struct OneIndex {
  explicit OneIndex(const std::string& url) : indices(url), index(indices.add()) {}
  std::string path() const { return indices.url + "/" + index; }
  Stores open() { return open_at(indices.url, index); }

  /// Appends samples; their rows.
  std::vector<Row> append(Stores& stores, const std::vector<contract::Sample>& samples) {
    std::vector<Row> rows;
    for (const auto& sample : samples) rows.push_back(contract::row_of(sample));
    REQUIRE(stores.statements->append({}, rows, OnConflict::refuse_batch).has_value());
    return rows;
  }
  std::string stored_fields(const Uuid& id) {
    return ask("GET", path() + "/_doc/" + id.text() +
                          "?stored_fields=lectern.text,lectern.packed,lectern.stored,lectern.hash")
        .body;
  }

  Indices indices;
  std::string index;
};

/// Each row has its exact text, found and listed by a process that has none in memory.
void check_texts(OneIndex& own, const std::vector<Row>& rows) {
  auto stores = own.open();
  for (const bool ascending : {true, false}) {
    const auto page = stores.statements->query({}, {}, {std::nullopt, 100, ascending});
    REQUIRE_MESSAGE(page.has_value(), page.error().detail);
    REQUIRE(page->rows.size() == rows.size());
    for (const auto& listed : page->rows)
      for (const auto& row : rows)
        if (row.id == listed.position.id) CHECK(listed.json == row.json);
  }
  for (const auto& row : rows)
    CHECK(contract::found(*stores.statements, "", row.id).json == row.json);
}

}  // namespace

TEST_CASE("an index keeps exact texts packed, and those that cannot be packed as they are") {
  for (const auto& url : test_servers()) {
    OneIndex own(url);
    auto stores = own.open();
    const auto rows = own.append(
        stores, {{.extensions = odd_spelling}, {.extensions = R"("http://x/n":1e400)"}, {}});
    CHECK(own.stored_fields(rows[0].id).find("lectern.packed") != std::string::npos);
    CHECK(own.stored_fields(rows[0].id).find("lectern.text") == std::string::npos);
    CHECK(own.stored_fields(rows[1].id).find("lectern.text") != std::string::npos);
    check_texts(own, rows);
  }
}

/// A mapping without one of its fields, which is not the last one.
std::string without(std::string mapping, const std::string& field) {
  const auto begin = mapping.find("\"" + field + "\":{");
  REQUIRE(begin != std::string::npos);
  return mapping.erase(begin, mapping.find("},", begin) + 2 - begin);
}

TEST_CASE("an index of the plain layout only gets the marks of batches, and is read and written") {
  for (const auto& url : test_servers()) {
    OneIndex own(url);
    REQUIRE(ask("PUT", own.path(), R"({"mappings":)" + plain_mapping + "}").status == 200);
    const auto mapping = ask("GET", own.path() + "/_mapping").body;
    auto stores = own.open();
    const contract::Sample target{.extensions = odd_spelling};
    const auto rows = own.append(stores, {target, {.refers_to = target.id}});
    CHECK(own.stored_fields(rows[0].id).find("lectern.text") != std::string::npos);
    check_texts(own, rows);
    const auto now = ask("GET", own.path() + "/_mapping").body;
    CHECK(without(without(now, "batch"), "shared") == mapping);
  }
}

TEST_CASE("a Lectern that knows the plain layout alone cannot take over a packed index") {
  for (const auto& url : test_servers()) {
    OneIndex own(url);
    auto stores = own.open();
    own.append(stores, {{}});
    CHECK(ask("GET", own.path() + "/_mapping").body.find("hidden") == std::string::npos);
    CHECK(ask("PUT", own.path() + "/_mapping", plain_mapping).status == 400);
  }
}

TEST_CASE("an index of a newer layout is left alone") {
  for (const auto& url : test_servers()) {
    OneIndex own(url);
    REQUIRE(ask("PUT", own.path(), R"({"mappings":{"_meta":{"lectern":{"layout":3}}}})").status ==
            200);
    auto stores = own.open();
    std::vector rows{contract::row_of({})};
    const auto outcomes = stores.statements->append({}, rows, OnConflict::refuse_batch);
    REQUIRE_FALSE(outcomes.has_value());
    CHECK(outcomes.error().message == "The index was laid out by a newer Lectern");
  }
}

TEST_CASE("a statement whose packed text is damaged is given as `_source` has it") {
  for (const auto& url : test_servers()) {
    OneIndex own(url);
    auto stores = own.open();
    const auto row = own.append(stores, {{.note = "damaged"}, {}}).front();
    const std::string document =
        row.json.substr(0, row.json.size() - 1) + R"(,"lectern":{"stored":)" +
        std::to_string(row.stored.time_since_epoch().count()) + R"(,"hash":")" +
        row.fingerprint.text() + R"(","packed":"AAAAAAAAAAAAAAAA"}})";
    REQUIRE(ask("PUT", own.path() + "/_doc/" + row.id.text(), document).status == 200);
    const auto found = contract::found(*stores.statements, "", row.id);
    CHECK(found.json.find(R"("damaged")") != std::string::npos);
    CHECK(found.json.find("lectern") == std::string::npos);
  }
}

}  // namespace lectern::store::elasticsearch
