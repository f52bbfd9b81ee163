#include "lrs/learned.h"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "store/memory/memory_documents.h"

namespace lectern::lrs {
namespace {

/// Counts the calls, may be slow or refuse an activity, and prefers few callers if told so.
struct Documents : store::memory::MemoryDocuments {
  bool few = true;
  std::string refused;
  std::atomic<int> calls = 0;

  bool prefers_few_callers() const override { return few; }
  Result<std::vector<bool>> put_all(const store::Context& context,
                                    std::span<const store::DocumentWrite> writes) override {
    ++calls;
    std::this_thread::yield();
    for (const auto& write : writes)
      if (!refused.empty() && write.key.owner == refused) return fail(Code::internal, "refused");
    return MemoryDocuments::put_all(context, writes);
  }
  std::string known(const std::string& activity, const std::string& target = "") {
    const auto document = get({target}, definition_key(activity));
    REQUIRE(document.has_value());
    return *document ? (*document)->bytes : "";
  }
};

Result<void> tell(Learned& learned, Documents& documents, const std::string& activity,
                  const std::string& language, const std::string& target = "") {
  const auto statement = json::parse(
      fmt::format(R"({{"object":{{"id":"{}","definition":{{"name":{{"{}":"a name"}}}}}}}})",
                  activity, language));
  REQUIRE(statement.has_value());
  const auto root = (*statement)->root();
  return learn(learned, documents, {target}, std::span(&root, 1));
}

}  // namespace

TEST_CASE("what is known of an activity costs no call when it is said again") {
  Learned learned;
  Documents documents;
  CHECK(tell(learned, documents, "http://a", "en").has_value());
  CHECK(tell(learned, documents, "http://a", "en").has_value());
  CHECK(documents.calls == 1);
  CHECK(documents.known("http://a") == R"({"name":{"en":"a name"}})");
  CHECK(tell(learned, documents, "http://a", "fr").has_value());
  CHECK(documents.calls == 2);
}

TEST_CASE("what many say at once is all learned, where it belongs") {
  for (const bool few : {false, true}) {
    CAPTURE(few);
    Learned learned;
    Documents documents;
    documents.few = few;
    constexpr int threads = 6, sayings = 20;
    std::vector<std::thread> tellers;
    for (int i = 0; i < threads; ++i)
      tellers.emplace_back([&, i] {
        for (int j = 0; j < sayings; ++j)
          CHECK(tell(learned, documents, fmt::format("http://a/{}", j), fmt::format("x-{}", i),
                     i % 2 == 0 ? "" : "odd")
                    .has_value());
      });
    for (auto& teller : tellers) teller.join();
    for (int i = 0; i < threads; ++i)
      for (int j = 0; j < sayings; ++j) {
        const auto said = fmt::format(R"("x-{}":)", i);
        const auto activity = fmt::format("http://a/{}", j);
        CHECK((documents.known(activity).find(said) != std::string::npos) == (i % 2 == 0));
        CHECK((documents.known(activity, "odd").find(said) != std::string::npos) == (i % 2 == 1));
      }
  }
}

TEST_CASE("a definition that cannot be kept fails for who brought it, and for nobody else") {
  Learned learned;
  Documents documents;
  documents.refused = "http://refused";
  std::vector<std::thread> tellers;
  for (int i = 0; i < 6; ++i)
    tellers.emplace_back([&, i] {
      for (int j = 0; j < 20; ++j) {
        const auto activity = fmt::format("http://a/{}-{}", i, j);
        const bool refuse = i == 0;
        const auto told = tell(learned, documents, refuse ? documents.refused : activity, "en");
        CHECK(told.has_value() == !refuse);
        if (!refuse) CHECK(documents.known(activity) != "");
      }
    });
  for (auto& teller : tellers) teller.join();
}

}  // namespace lectern::lrs
