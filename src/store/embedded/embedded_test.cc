#include <filesystem>

#include <doctest/doctest.h>

#include "store/contract.h"
#include "store/differential.h"
#include "store/open.h"
#include "store/temporary_folder.h"

namespace lectern::store {
namespace {

StoreSettings settings_of(const std::string& folder) {
  StoreSettings settings;
  settings.backend = "embedded";
  settings.app_dir = folder;
  return settings;
}

contract::Subject open_in(std::shared_ptr<void> keep, const std::string& folder) {
  auto stores = open_stores(settings_of(folder));
  REQUIRE_MESSAGE(stores.has_value(), stores.error().message);
  return {std::move(keep), std::move(stores->statements), std::move(stores->documents), "",
          "other"};
}

contract::Subject open_embedded() {
  auto folder = std::make_shared<TemporaryFolder>();
  return open_in(folder, folder->path());
}

contract::Subject reopen_embedded(contract::Subject subject) {
  const auto folder = std::static_pointer_cast<TemporaryFolder>(subject.keep);
  subject.statements.reset();
  subject.documents.reset();
  return open_in(folder, folder->path());
}

const contract::Backend embedded_backend{.open = open_embedded, .reopen = reopen_embedded};

}  // namespace

TEST_CASE("the embedded store keeps the contract of statements") {
  contract::check_statements(embedded_backend);
}

TEST_CASE("the embedded store keeps the contract of documents") {
  contract::check_documents(embedded_backend);
}

TEST_CASE("the embedded store does what the memory store does") {
  for (const std::uint32_t seed : {1u, 2u, 3u, 4u, 5u})
    contract::check_against_memory(embedded_backend, {.seed = seed});
}

TEST_CASE("a folder belongs to one opener at a time, and the second is told so") {
  const TemporaryFolder folder;
  const auto first = open_stores(settings_of(folder.path()));
  REQUIRE(first.has_value());
  const auto second = open_stores(settings_of(folder.path()));
  REQUIRE(!second.has_value());
  CHECK(second.error().code == Code::unavailable);
  CHECK(second.error().message.find("another lectern process owns") != std::string::npos);
  CHECK(second.error().message.find(folder.path()) != std::string::npos);
}

TEST_CASE("a folder that cannot be made is named") {
  const auto stores = open_stores(settings_of("/proc/nowhere"));
  REQUIRE(!stores.has_value());
  CHECK(stores.error().code == Code::invalid);
  CHECK(stores.error().message.find("/proc/nowhere") != std::string::npos);
}

}  // namespace lectern::store
