#include <cstdlib>

#include <doctest/doctest.h>

#include "base/json.h"
#include "net/http_client.h"
#include "store/contract.h"
#include "store/differential.h"
#include "store/open.h"
#include "store/sample.h"

namespace lectern::store {
namespace {

/// The servers to test with, from the environment: tests/servers/run.sh starts them.
std::vector<std::string> servers() {
  std::vector<std::string> urls;
  for (const auto* name : {"LECTERN_TEST_ELASTICSEARCH", "LECTERN_TEST_OPENSEARCH"})
    if (const char* address = std::getenv(name)) urls.push_back(std::string("http://") + address);
  if (urls.empty()) MESSAGE("skipped: neither LECTERN_TEST_ELASTICSEARCH nor _OPENSEARCH is set");
  return urls;
}

net::HttpResponse send(const std::string& method, const std::string& url, const std::string& body) {
  net::HttpClient client;
  net::HttpRequest request{method, url, {}, body, {}};
  if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  const auto response = client.send(request);
  REQUIRE(response.has_value());
  return *response;
}

int ask(const std::string& method, const std::string& url, const std::string& body = "") {
  return send(method, url, body).status;
}

std::string body_of(const std::string& method, const std::string& url,
                    const std::string& body = "") {
  return send(method, url, body).body;
}

std::string fresh_name() { return "test-" + Uuid::random().text(); }

/// Indices of a test, removed at its end.
struct Indices {
  explicit Indices(std::string its_url) : url(std::move(its_url)) {}
  ~Indices() {
    net::HttpClient client;
    for (const auto& name : names)
      for (const auto* part : {"", "-lectern-references", "-lectern-documents", "-lectern-blobs"})
        (void)client.send({"DELETE", url + "/" + name + part, {}, "", {}}).has_value();
  }
  std::string add() { return names.emplace_back(fresh_name()); }

  std::string url;
  std::vector<std::string> names;
};

Stores open_at(const std::string& url, const std::string& index) {
  StoreSettings settings;
  settings.backend = "es";
  settings.values = {{"HOSTS", url}, {"DEFAULT_INDEX", index}};
  auto stores = open_stores(settings);
  REQUIRE_MESSAGE(stores.has_value(), stores.error().message);
  return std::move(*stores);
}

contract::Backend backend_at(const std::string& url) {
  contract::Backend backend;
  backend.open = [url] {
    auto indices = std::make_shared<Indices>(url);
    auto stores = open_at(url, indices->add());
    const auto other = indices->add();
    return contract::Subject{indices, std::move(stores.statements), std::move(stores.documents), "",
                             other};
  };
  backend.reopen = [url](contract::Subject subject) {
    auto indices = std::static_pointer_cast<Indices>(subject.keep);
    auto stores = open_at(url, indices->names.front());
    return contract::Subject{indices, std::move(stores.statements), std::move(stores.documents), "",
                             indices->names.back()};
  };
  return backend;
}

}  // namespace

TEST_CASE("the elasticsearch store keeps the contract of statements") {
  for (const auto& url : servers()) contract::check_statements(backend_at(url));
}

TEST_CASE("the elasticsearch store keeps the contract of documents") {
  for (const auto& url : servers()) contract::check_documents(backend_at(url));
}

TEST_CASE("the elasticsearch store does what the memory store does") {
  for (const auto& url : servers()) contract::check_against_memory(backend_at(url));
}

TEST_CASE("an index made by a bare PUT is taken over, and its documents stay pure statements") {
  for (const auto& url : servers()) {
    Indices indices(url);
    const auto index = indices.add();
    REQUIRE(ask("PUT", url + "/" + index) == 200);
    auto stores = open_at(url, index);
    std::vector<Row> rows{contract::row_of({})};
    REQUIRE(stores.statements->append({}, rows, OnConflict::refuse_batch).has_value());
    const auto source = body_of("GET", url + "/" + index + "/_source/" + rows[0].id.text());
    CHECK(source.find("lectern") == std::string::npos);
    CHECK(source.find(rows[0].id.text()) != std::string::npos);
  }
}

}  // namespace lectern::store
