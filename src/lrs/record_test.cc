#include "lrs/record.h"

#include <chrono>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/digest.h"
#include "base/limits.h"
#include "store/memory/blobs.h"
#include "store/memory/documents.h"
#include "store/memory/statements.h"

namespace lectern::lrs {
namespace {

/// Documents that cannot be written down while told so.
struct Documents : store::memory::MemoryDocuments {
  bool failing = false;
  Result<std::vector<bool>> put_many(const store::Context& context,
                                     std::span<const store::DocumentWrite> writes) override {
    if (failing) return fail(Code::unavailable, "away");
    return MemoryDocuments::put_many(context, writes);
  }
};

/// Counts what is written.
struct Blobs : store::memory::MemoryBlobs {
  std::size_t written = 0;
  int writes = 0;
  Result<void> put(const store::Context& context, std::span<const store::Blob> some) override {
    ++writes;
    written += some.size();
    return MemoryBlobs::put(context, some);
  }
};

struct Fixture {
  store::memory::MemoryStatements statements;
  Documents documents;
  Blobs blobs;
  metrics::Registry registry;
  Lrs lrs{{statements, documents, blobs}, {}, Counters(registry)};
  auth::Principal principal;

  Fixture() {
    principal.agent_json = R"({"mbox":"mailto:lrs@example.org"})";
    principal.agent_ifi = "mbox:mailto:lrs@example.org";
    principal.scopes.add(auth::Scope::all);
  }

  Result<Recorded> post(const std::string& text, std::span<const AttachmentContent> contents = {},
                        bool partial = false) {
    const auto document = json::parse(text);
    REQUIRE(document);
    Submission submission{.body = (*document)->root(),
                          .version = xapi::Version::v1_0_3,
                          .statement_id = {},
                          .contents = contents,
                          .partial = partial};
    return record(lrs, principal, submission);
  }
  std::string definition(const std::string& activity) {
    const auto known = documents.get({}, definition_key(activity));
    REQUIRE(known);
    return *known ? (*known)->bytes : "";
  }
};

std::string statement(const std::string& more, const std::string& activity = "http://a.org/x") {
  return R"({"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"http://a.org/v"},"object":{"id":")" +
         activity + R"("})" + more + "}";
}

std::string named(const std::string& activity, const std::string& name) {
  return R"({"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"http://a.org/v"},"object":{"id":")" +
         activity + R"(","definition":{"name":{"en":")" + name + R"("}}}})";
}

std::string attachment(const std::string& sha2) {
  return R"({"usageType":"http://a.org/u","display":{"en":"x"},"contentType":"text/plain","length":1,)"
         R"("sha2":")" +
         sha2 + "\"}";
}

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "statements whose definitions cannot be kept are stored, and it is caught up") {
  documents.failing = true;
  const auto recorded = post(named("http://a.org/1", "one"));
  REQUIRE(recorded);
  CHECK(recorded->statements.size() == 1);
  CHECK(definition("http://a.org/1").empty());
  documents.failing = false;
  REQUIRE(post(named("http://a.org/2", "two")));
  CHECK(definition("http://a.org/2") == R"({"name":{"en":"two"}})");
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  REQUIRE(post(named("http://a.org/2", "two")));  // no news of its own
  CHECK(definition("http://a.org/1") == R"({"name":{"en":"one"}})");
}

TEST_CASE_FIXTURE(Fixture,
                  "a partial submission counts all its refusals and tells the first thousand") {
  std::string text = "[" + statement("");
  for (int i = 0; i < 200'000; ++i) text += ",1";
  const auto begin = std::chrono::steady_clock::now();
  const auto recorded = post(text + "]", {}, true);
  REQUIRE(recorded);
  CHECK(recorded->statements.size() == 1);
  CHECK(recorded->refused == 200'000);
  REQUIRE(recorded->refusals.size() == limits::refusals_told_max);
  CHECK(recorded->refusals.front().error.path == "/1");
  CHECK(recorded->refusals.back().index == 1000);
  CHECK(!recorded->conflicts_alone);
  // By the square this takes half a minute.
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}

TEST_CASE_FIXTURE(Fixture, "a submission that takes longer than its deadline is given up") {
  lrs.options.store_deadline = std::chrono::milliseconds(0);
  std::string text = "[1";
  for (int i = 0; i < 1000; ++i) text += ",1";
  const auto recorded = post(text + "]", {}, true);
  REQUIRE(!recorded);
  CHECK(recorded.error().code == Code::unavailable);
}

TEST_CASE_FIXTURE(Fixture, "thousands of attachments and contents are matched in no time") {
  std::vector<std::string> bytes;
  std::vector<std::string> hashes;
  std::vector<AttachmentContent> contents;
  for (int i = 0; i < 4000; ++i) {
    bytes.push_back(std::to_string(i));
    hashes.push_back(to_hex(sha256(bytes.back())));
  }
  std::string list;
  for (int i = 0; i < 4000; ++i) {
    contents.push_back({hashes[static_cast<std::size_t>(i)], bytes[static_cast<std::size_t>(i)]});
    for (int k = 0; k < 3; ++k)
      list += (list.empty() ? "" : ",") + attachment(hashes[static_cast<std::size_t>(i)]);
  }
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(post(statement(",\"attachments\":[" + list + "]"), contents));
  CHECK(blobs.written == 4000);
  CHECK(blobs.writes == 1);
  // Each attachment against each content takes ten seconds and more.
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(3));
}

TEST_CASE_FIXTURE(Fixture, "refused statements leave no contents behind") {
  const std::string id = R"(,"id":"12345678-1234-4234-8234-123456789012")";
  REQUIRE(post(statement(id)));
  const std::string bytes = "something", other = "something else";
  const std::string sha2 = to_hex(sha256(bytes)), other_sha2 = to_hex(sha256(other));
  const AttachmentContent content{sha2, bytes}, other_content{other_sha2, other};
  const std::string different =
      statement(id + ",\"attachments\":[" + attachment(sha2) + "]", "http://a.org/other");

  const auto refused = post(different, std::span(&content, 1));
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::conflict);
  CHECK(blobs.written == 0);

  // A known statement keeps the attachments that it has.
  REQUIRE(
      post(statement(id + ",\"attachments\":[" + attachment(sha2) + "]"), std::span(&content, 1)));
  CHECK(blobs.written == 0);

  // Of a partial submission only what is stored keeps its contents.
  const std::vector<AttachmentContent> both{content, other_content};
  const auto some = post(
      "[" + different + "," + statement(",\"attachments\":[" + attachment(other_sha2) + "]") + "]",
      both, true);
  REQUIRE(some);
  CHECK(some->refused == 1);
  CHECK(some->statements.size() == 1);
  CHECK(blobs.written == 1);
  CHECK(*blobs.size({}, other_sha2) == other.size());
}

}  // namespace lectern::lrs
