// What becomes of statements whose definitions cannot be learned after they were stored.
#include <cstdio>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "lrs/record.h"
#include "store/memory/blobs.h"
#include "store/memory/documents.h"
#include "store/memory/statements.h"

namespace lectern::lrs {
namespace {

/// Documents that cannot be written.
struct FailingDocuments final : store::memory::MemoryDocuments {
  Result<std::vector<bool>> put_many(const store::Context&,
                                     std::span<const store::DocumentWrite>) override {
    return fail(Code::unavailable, "The store cannot be used now", "no room");
  }
};

/// What is written to stderr while `work` runs.
template <typename Work>
std::string stderr_of(Work&& work) {
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  std::fflush(stderr);
  const int before = ::dup(STDERR_FILENO);
  ::dup2(::fileno(file), STDERR_FILENO);
  work();
  std::fflush(stderr);
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  std::fseek(file, 0, SEEK_END);
  std::string written(static_cast<std::size_t>(std::ftell(file)), '\0');
  std::rewind(file);
  written.resize(std::fread(written.data(), 1, written.size(), file));
  std::fclose(file);
  return written;
}

TEST_CASE("what cannot be learned of stored statements is logged, and the client told the ids") {
  store::memory::MemoryStatements statements;
  FailingDocuments documents;
  store::memory::MemoryBlobs blobs;
  metrics::Registry registry;
  Lrs lrs{{statements, documents, blobs}, {}, Counters(registry)};
  auth::Principal principal;
  principal.agent_json = R"({"mbox":"mailto:lrs@example.org"})";
  principal.agent_ifi = "mbox:mailto:lrs@example.org";
  principal.scopes.add(auth::Scope::all);

  // Without ids: sent again they would be other statements.
  const std::string one =
      R"({"actor":{"mbox":"mailto:a@example.org","name":"A"},"verb":{"id":"http://a.org/v"},)"
      R"("object":{"id":"http://a.org/x","definition":{"name":{"en":"X"}}}})";
  const auto document = json::parse("[" + one + "," + one + "]");
  REQUIRE(document.has_value());
  const Submission submission{.body = (*document)->root(),
                              .version = xapi::Version::v1_0_3,
                              .statement_id = {},
                              .contents = {},
                              .partial = false};
  Result<Recorded> recorded;
  const auto log = stderr_of([&] { recorded = record(lrs, principal, submission); });

  REQUIRE(recorded.has_value());
  REQUIRE(recorded->statements.size() == 2);
  std::vector<Uuid> told;
  for (const auto& statement : recorded->statements) {
    CHECK(statement.is_new);
    told.push_back(statement.id);
  }
  CHECK(statements.find({}, told)->size() == 2);
  CHECK(log.find("what 2 stored statements say of activities and agents is learned later") !=
        std::string::npos);
  CHECK(log.find("no room") != std::string::npos);
}

}  // namespace
}  // namespace lectern::lrs
