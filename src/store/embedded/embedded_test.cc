#include <atomic>
#include <filesystem>
#include <thread>

#include <doctest/doctest.h>

#include "store/open.h"
#include "store/testing/contract/bounds.h"
#include "store/testing/contract/contract.h"
#include "store/testing/contract/walk.h"
#include "store/testing/differential.h"
#include "store/testing/temporary_folder.h"

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
  return {std::move(keep),
          std::move(stores->statements),
          std::move(stores->documents),
          std::move(stores->blobs),
          "",
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
  subject.blobs.reset();
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

TEST_CASE("a target that many wait for is stored whole or not at all, and others write meanwhile") {
  auto subject = open_embedded();
  auto& store = *subject.statements;
  contract::WideSample wide{{.agent = "bob", .verb = "saw"}};
  for (int i = 0; i < 100; ++i) wide.others.push_back("other" + std::to_string(i));
  const auto& target = wide.sample;
  std::vector<contract::Sample> referring(20'000);
  for (auto& sample : referring) {
    sample.id = Uuid::random();
    sample.refers_to = target.id;
  }
  contract::append_new(subject, referring);
  const auto rows_of = [&](const std::string& place) {
    return contract::listed(store, place, contract::settled(store, place)).size();
  };
  // It may be in time or not; then it has changed nothing.
  std::vector<Row> rows{contract::row_of(wide)};
  const auto soon = std::chrono::steady_clock::now() + std::chrono::milliseconds{30};
  const auto first = store.append({"", soon}, rows, OnConflict::refuse_batch);
  if (!first) {
    CHECK(first.error().code == Code::unavailable);
    CHECK(store.find({""}, std::vector{target.id})->empty());
    CHECK(rows_of("") == referring.size());
  }
  std::atomic<bool> done = false;
  std::thread late([&] {
    std::vector<Row> again{contract::row_of(wide)};
    CHECK(store.append({""}, again, OnConflict::refuse_batch).has_value());
    done = true;
  });
  std::size_t others = 0;
  do {
    contract::append_new(store, "other", {contract::Sample{}});
    // Of the same target only those wait that refer, or are referred to.
    contract::append_new(store, "", {contract::Sample{.agent = "kim"}});
    ++others;
  } while (!done);
  late.join();
  contract::append_new(store, "", {contract::Sample{.agent = "eve", .refers_to = target.id}});
  CHECK(rows_of("other") == others);
  const Filter inherited{{contract::related_activity("other7")}, {}, {}};
  CHECK(contract::walk(embedded_backend, subject, inherited, 5'000).size() == referring.size() + 2);
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
