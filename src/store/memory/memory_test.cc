#include <doctest/doctest.h>

#include "store/open.h"
#include "store/testing/contract/contract.h"

namespace lectern::store {
namespace {

contract::Subject open_memory() {
  StoreSettings settings;
  settings.backend = "memory";
  auto stores = open_stores(settings).value();
  return {nullptr,
          std::move(stores.statements),
          std::move(stores.documents),
          std::move(stores.blobs),
          "",
          "other"};
}

}  // namespace

TEST_CASE("the memory store keeps the contract of statements") {
  contract::check_statements({.open = open_memory});
}

TEST_CASE("the memory store keeps the contract of documents") {
  contract::check_documents({.open = open_memory});
}

}  // namespace lectern::store
