#include "lrs/export/exports_under_way.h"

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/metrics.h"
#include "lrs/export/export.h"
#include "store/memory/blobs.h"
#include "store/memory/documents.h"
#include "store/memory/statements.h"

namespace lectern::lrs {

TEST_CASE("a user has four exports at a time, whatever others have, and one more when one ends") {
  store::memory::MemoryStatements statements;
  store::memory::MemoryDocuments documents;
  store::memory::MemoryBlobs blobs;
  metrics::Registry registry;
  Lrs lrs{{statements, documents, blobs}, {}, Counters(registry)};
  const auto begin = [&](const std::string& username, const std::string& target) {
    auth::Principal principal;
    principal.username = username;
    principal.agent_json = R"({"mbox":"mailto:lrs@example.org"})";
    principal.agent_ifi = "mbox:mailto:lrs@example.org";
    principal.scopes.add(auth::Scope::all);
    principal.target = target;
    return Export::begin(lrs, std::make_shared<const auth::Principal>(std::move(principal)), {});
  };
  std::vector<std::unique_ptr<Export>> under_way;
  for (std::size_t i = 0; i < ExportsUnderWay::of_user_max; ++i) {
    auto one = begin("ann", "a");
    REQUIRE(one);
    under_way.push_back(std::move(*one));
  }
  const auto refused = begin("ann", "a");
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::unavailable);
  CHECK(begin("bob", "a").has_value());
  CHECK(begin("ann", "b").has_value());
  under_way.pop_back();
  CHECK(begin("ann", "a").has_value());
}

}  // namespace lectern::lrs
