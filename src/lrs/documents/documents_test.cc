#include "lrs/documents/documents.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/json/json.h"
#include "store/memory/blobs.h"
#include "store/memory/documents.h"
#include "store/memory/statements.h"

namespace lectern::lrs {
namespace {

/// Documents that take a moment, as those of a database do, and refuse the first writes as if
/// another process had been quicker.
struct Documents : store::memory::MemoryDocuments {
  std::atomic<int> overtaken = 0;
  std::atomic<int> refusals = 0;
  Result<std::vector<bool>> put_many(const store::Context& context,
                                     std::span<const store::DocumentWrite> writes) override {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    if (overtaken.fetch_sub(1) > 0) return std::vector<bool>(writes.size(), false);
    const auto written = MemoryDocuments::put_many(context, writes);
    if (written) refusals += static_cast<int>(std::ranges::count(*written, false));
    return written;
  }
};

struct Fixture {
  store::memory::MemoryStatements statements;
  Documents documents;
  store::memory::MemoryBlobs blobs;
  metrics::Registry registry;
  Lrs lrs{{statements, documents, blobs}, {}, Counters(registry)};
  auth::Principal principal;
  store::DocumentKey key{store::DocumentKind::state, "http://a.org/x", "", "doc"};

  Result<void> merge(const std::string& text) {
    DocumentWrite write;
    write.key = key;
    write.content_type = "application/json";
    write.bytes = text;
    return post_document(lrs, principal, write);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "many who merge into one document without conditions all succeed") {
  constexpr int clients = 24, writes = 25;
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int client = 0; client < clients; ++client)
    threads.emplace_back([&, client] {
      for (int i = 0; i < writes; ++i)
        if (!merge("{\"" + std::to_string(client) + "-" + std::to_string(i) + "\":1}")) ++failed;
    });
  for (auto& thread : threads) thread.join();
  CHECK(failed == 0);
  CHECK(documents.refusals == 0);  // in one process they take turns
  const auto document = get_document(lrs, principal, key);
  REQUIRE(document);
  CHECK((*json::parse(document->bytes))->root().size() == clients * writes);
}

TEST_CASE_FIXTURE(Fixture, "who is overtaken by other processes tries again until the deadline") {
  documents.overtaken = 20;
  CHECK(merge(R"({"a":1})"));
  documents.overtaken = 1'000'000;
  lrs.options.store_deadline = std::chrono::milliseconds(100);
  const auto refused = merge(R"({"b":1})");
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::unavailable);
}

TEST_CASE_FIXTURE(Fixture, "who waits for a turn gives up at the deadline, and the others go on") {
  const auto begin = std::chrono::steady_clock::now();
  {
    const auto turn = lrs.document_queue.wait({"", begin + std::chrono::seconds(5)}, key);
    REQUIRE(turn);
    CHECK(!lrs.document_queue.wait({"", begin + std::chrono::milliseconds(20)}, key));
  }
  CHECK(lrs.document_queue.wait({"", begin + std::chrono::seconds(5)}, key));
}

TEST_CASE_FIXTURE(Fixture, "objects with very many members are merged in no time") {
  std::string text = "{\"k\":0";
  for (int i = 0; i < 60'000; ++i) text += ",\"k" + std::to_string(i) + "\":" + std::to_string(i);
  text += '}';
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(merge(text));
  REQUIRE(merge(text));
  CHECK(get_document(lrs, principal, key)->bytes == text);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}

TEST_CASE_FIXTURE(Fixture, "a document does not grow by merging beyond what a body may have") {
  lrs.options.document_bytes_max = 1000;
  const auto member = [](const std::string& name) {
    return "{\"" + name + "\":\"" + std::string(400, 'x') + "\"}";
  };
  CHECK(merge(member("a")).has_value());
  CHECK(merge(member("b")).has_value());
  CHECK(merge(member("b")).has_value());
  CHECK(merge(member("c")).error().code == Code::too_large);
  CHECK(documents.get({}, key).value()->bytes.size() <= 1000);
}

TEST_CASE_FIXTURE(Fixture, "what is there is charged before something is merged into it") {
  REQUIRE(merge("{\"a\":\"" + std::string(10'000, 'x') + "\"}").has_value());
  std::uint64_t charged = 0;
  DocumentWrite write;
  write.key = key;
  write.content_type = "application/json";
  write.bytes = "{}";
  write.charge = [&](std::uint64_t bytes) -> Result<void> {
    charged += bytes;
    return fail(Code::unavailable, "no memory");
  };
  CHECK(post_document(lrs, principal, write).error().code == Code::unavailable);
  CHECK(charged >= 5 * 10'000);
}

TEST_CASE_FIXTURE(Fixture, "a large document is let go while its charge waits, and read again") {
  const std::string large = "{\"a\":\"" + std::string(300'000, 'x') + "\"}";
  REQUIRE(merge("{\"a\":\"" + std::string(290'000, 'x') + "\"}").has_value());
  int charges = 0;
  const auto document = get_document(lrs, principal, key, [&](std::uint64_t) -> Result<void> {
    // Nobody holds what was read: it grows meanwhile, once, and so is charged again.
    if (++charges == 1) REQUIRE(merge(large).has_value());
    return {};
  });
  REQUIRE(document);
  CHECK(document->bytes == large);
  CHECK(charges == 2);
}

TEST_CASE_FIXTURE(Fixture, "a document that was large once is served when it is small") {
  REQUIRE(merge("{\"a\":\"" + std::string(300'000, 'x') + "\"}").has_value());
  REQUIRE(get_document(lrs, principal, key).has_value());
  // Another process writes it.
  const store::Document small{"application/json", "{}", "e", now()};
  REQUIRE(documents.put({}, key, small, store::Expect::anything()).value());
  const auto room_for = [](std::uint64_t bytes_max, Code code) {
    return [bytes_max, code](std::uint64_t bytes) -> Result<void> {
      if (bytes > bytes_max) return fail(code, "no memory");
      return {};
    };
  };
  const auto served = get_document(lrs, principal, key, room_for(1000, Code::too_large));
  REQUIRE(served);
  CHECK(served->bytes == "{}");

  lrs.document_sizes.remember({}, key, 300'000);
  const auto full = room_for(1000, Code::unavailable);
  CHECK(get_document(lrs, principal, key, full).error().code == Code::unavailable);
  CHECK(get_document(lrs, principal, key, full).has_value());
}

TEST_CASE_FIXTURE(Fixture, "the size of one document says nothing of another") {
  for (int i = 0; i < 10'000; ++i) {
    auto other = key;
    other.id = std::to_string(i);
    lrs.document_sizes.remember({}, other, 1'000'000);
  }
  CHECK(lrs.document_sizes.guess({}, key) == 0);
  lrs.document_sizes.remember({}, key, 300'000);
  CHECK(lrs.document_sizes.guess({}, key) == 300'000);
}

}  // namespace lectern::lrs
