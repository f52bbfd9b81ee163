#include "store/embedded/blobs.h"

#include <doctest/doctest.h>

#include "base/digest.h"
#include "store/testing/temporary_folder.h"

namespace lectern::store::embedded {
namespace {

std::uint64_t commits_of(const Engine& engine) {
  const auto number = engine.database->get(Family::defaults, std::string(commits_key));
  return number && *number ? be64(**number) : 0;
}

TEST_CASE("the attachments of a batch are made durable by one commit") {
  const TemporaryFolder folder;
  const auto engine = Engine::open(folder.path());
  REQUIRE(engine.has_value());
  EmbeddedBlobs store(*engine);
  std::vector<std::string> contents, names;
  for (int i = 0; i < 1000; ++i) {
    contents.push_back("content " + std::to_string(i));
    names.push_back(to_hex(sha256(contents.back())));
  }
  std::vector<Blob> blobs;
  for (std::size_t i = 0; i < contents.size(); ++i) blobs.push_back({names[i], contents[i]});
  REQUIRE(store.put({}, std::span(blobs).first(1)).has_value());  // makes the target too
  const auto before = commits_of(**engine);
  REQUIRE(store.put({}, blobs).has_value());
  CHECK(commits_of(**engine) == before + 1);
  REQUIRE(store.put({}, blobs).has_value());
  CHECK(commits_of(**engine) == before + 1);
}

}  // namespace
}  // namespace lectern::store::embedded
