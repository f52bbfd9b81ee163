#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/uuid.h"
#include "net/http_client.h"
#include "store/open.h"

/// For tests: indices on a real server, and a plain client to look at them.
namespace lectern::store::elasticsearch {

/// The servers to test with, from the environment: tests/servers/run.sh starts them.
inline std::vector<std::string> test_servers() {
  std::vector<std::string> urls;
  for (const auto* name : {"LECTERN_TEST_ELASTICSEARCH", "LECTERN_TEST_OPENSEARCH"})
    if (const char* address = std::getenv(name); address != nullptr && *address != '\0')
      urls.push_back(std::string("http://") + address);
  if (urls.empty()) MESSAGE("skipped: neither LECTERN_TEST_ELASTICSEARCH nor _OPENSEARCH is set");
  return urls;
}

/// Sends a request to the cluster; the test ends where nobody answers.
inline net::HttpResponse ask(const std::string& method, const std::string& url,
                             const std::string& body = "") {
  net::HttpClient client;
  net::HttpRequest request{method, url, {}, body, {}};
  if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  const auto response = client.send(request);
  REQUIRE(response.has_value());
  return *response;
}

/// Indices of a test, removed at its end with all that belong to them.
struct Indices {
  explicit Indices(std::string its_url) : url(std::move(its_url)) {}
  Indices(const Indices&) = delete;
  Indices& operator=(const Indices&) = delete;
  ~Indices() {
    net::HttpClient client;
    for (const auto& name : names)
      for (const auto* part : {"", "-lectern-references", "-lectern-documents", "-lectern-blobs",
                               "-lectern-writers", "-clean"})
        (void)client.send({"DELETE", url + "/" + name + part, {}, "", {}}).has_value();
  }
  std::string add() { return names.emplace_back("test-" + Uuid::random().text()); }

  std::string url;
  std::vector<std::string> names;
};

/// Settings for a cluster and an index in it.
inline StoreSettings settings_for(const std::string& hosts, const std::string& index) {
  StoreSettings settings;
  settings.backend = "es";
  settings.values = {{"HOSTS", hosts}, {"DEFAULT_INDEX", index}};
  return settings;
}

/// The stores of that index, opened.
inline Stores open_at(const std::string& hosts, const std::string& index) {
  auto stores = open_stores(settings_for(hosts, index));
  REQUIRE_MESSAGE(stores.has_value(), stores.error().message);
  return std::move(*stores);
}

}  // namespace lectern::store::elasticsearch
