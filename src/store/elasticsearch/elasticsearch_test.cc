#include <doctest/doctest.h>

#include "store/elasticsearch/fixture.h"
#include "store/testing/contract/contract.h"
#include "store/testing/differential.h"
#include "store/testing/sample.h"

namespace lectern::store::elasticsearch {
namespace {

contract::Backend backend_at(const std::string& url) {
  contract::Backend backend;
  backend.open = [url] {
    auto indices = std::make_shared<Indices>(url);
    auto stores = open_at(url, indices->add());
    const auto other = indices->add();
    return contract::Subject{indices,
                             std::move(stores.statements),
                             std::move(stores.documents),
                             std::move(stores.blobs),
                             "",
                             other};
  };
  backend.reopen = [url](contract::Subject subject) {
    auto indices = std::static_pointer_cast<Indices>(subject.keep);
    auto stores = open_at(url, indices->names.front());
    return contract::Subject{
        indices, std::move(stores.statements), std::move(stores.documents), std::move(stores.blobs),
        "",      indices->names.back()};
  };
  return backend;
}

}  // namespace

TEST_CASE("the Elasticsearch store keeps the contract of statements") {
  for (const auto& url : test_servers()) contract::check_statements(backend_at(url));
}

TEST_CASE("the Elasticsearch store keeps the contract of documents") {
  for (const auto& url : test_servers()) contract::check_documents(backend_at(url));
}

TEST_CASE("the Elasticsearch store does what the memory store does") {
  for (const auto& url : test_servers()) contract::check_against_memory(backend_at(url));
}

}  // namespace lectern::store::elasticsearch
