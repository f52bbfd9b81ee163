#include <doctest/doctest.h>

#include "store/mongo/fixture.h"
#include "store/testing/contract/contract.h"
#include "store/testing/differential.h"

namespace lectern::store::mongo {
namespace {

contract::Subject subject_of(std::shared_ptr<TestDatabase> database) {
  auto stores = database->open();
  contract::Subject subject;
  subject.statements = std::move(stores.statements);
  subject.documents = std::move(stores.documents);
  subject.blobs = std::move(stores.blobs);
  subject.keep = std::move(database);
  subject.other_target = "other";
  return subject;
}

contract::Backend backend_at(const std::string& server) {
  contract::Backend backend;
  backend.open = [server] { return subject_of(std::make_shared<TestDatabase>(server)); };
  backend.reopen = [](contract::Subject subject) {
    auto database = std::static_pointer_cast<TestDatabase>(subject.keep);
    subject = {};
    return subject_of(std::move(database));
  };
  // A batch of a cursor has 16 MiB at most, and 48 MB on what stands in for MongoDB.
  backend.answer_bytes_max = 64UL * 1024 * 1024;
  return backend;
}

}  // namespace

TEST_CASE("the MongoDB store keeps the contract of statements") {
  if (const auto server = test_server()) contract::check_statements(backend_at(*server));
}

TEST_CASE("the MongoDB store keeps the contract of documents") {
  if (const auto server = test_server()) contract::check_documents(backend_at(*server));
}

TEST_CASE("the MongoDB store does what the memory store does") {
  const auto server = test_server();
  if (!server) return;
  for (const std::uint32_t seed : {1u, 2u, 3u})
    contract::check_against_memory(backend_at(*server), {.seed = seed});
}

}  // namespace lectern::store::mongo
