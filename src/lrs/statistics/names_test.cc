#include "lrs/statistics/names.h"

#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include "base/json/json.h"
#include "base/metrics.h"
#include "lrs/record.h"
#include "lrs/statistics/statistics.h"
#include "store/memory/blobs.h"
#include "store/memory/documents.h"
#include "store/memory/statements.h"

namespace lectern::lrs {

TEST_CASE("what names take is asked for, since a client may send long ones") {
  constexpr std::size_t name_bytes = 1'000'000;
  store::memory::MemoryStatements statements;
  store::memory::MemoryDocuments documents;
  store::memory::MemoryBlobs blobs;
  metrics::Registry registry;
  Lrs lrs{{statements, documents, blobs}, {}, Counters(registry)};
  auth::Principal principal;
  principal.agent_json = R"({"mbox":"mailto:lrs@example.org"})";
  principal.agent_ifi = "mbox:mailto:lrs@example.org";
  principal.scopes.add(auth::Scope::all);
  const auto document =
      json::parse(R"({"actor":{"mbox":"mailto:a@example.org"},"object":{"id":"http://a.org/x"},)"
                  R"("verb":{"id":"http://a.org/v","display":{"en":")" +
                  std::string(name_bytes, 'x') + R"("}}})");
  REQUIRE(document);
  const Submission submission{.body = (*document)->root(),
                              .version = xapi::Version::v1_0_3,
                              .statement_id = {},
                              .contents = {},
                              .partial = false};
  REQUIRE(record(lrs, principal, submission));

  Question question;
  question.by = {Dimension::verb};
  question.measures = {Measure{}};
  question.names = true;
  std::uint64_t asked = 0;
  const auto told =
      statistics(lrs, principal, question, {}, [&](std::uint64_t bytes) -> Result<void> {
        asked += bytes;
        return {};
      });
  REQUIRE(told);
  REQUIRE(told->groups.size() == 1);
  REQUIRE(told->groups[0].names.at(0));
  CHECK(told->groups[0].names[0]->size() == name_bytes);
  CHECK(asked >= 4 * name_bytes);
  const auto refused =
      statistics(lrs, principal, question, {}, [](std::uint64_t bytes) -> Result<void> {
        if (bytes < name_bytes) return {};
        return fail(Code::too_large, "no memory");
      });
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::too_large);
}

}  // namespace lectern::lrs
