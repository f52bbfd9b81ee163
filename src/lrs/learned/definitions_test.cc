#include "lrs/learned/definitions.h"

#include <atomic>
#include <chrono>
#include <ctime>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/limits.h"
#include "store/memory/documents.h"

namespace lectern::lrs {
namespace {

/// Counts the calls, may be slow or refuse an activity.
struct Documents : store::memory::MemoryDocuments {
  std::string refused;
  std::atomic<int> calls = 0;

  Result<std::vector<bool>> put_many(const store::Context& context,
                                     std::span<const store::DocumentWrite> writes) override {
    ++calls;
    std::this_thread::yield();
    for (const auto& write : writes)
      if (!refused.empty() && write.key.owner == refused) return fail(Code::internal, "refused");
    return MemoryDocuments::put_many(context, writes);
  }
  std::string known(const std::string& activity, const std::string& target = "") {
    const auto document = get({target}, definition_key(activity));
    REQUIRE(document.has_value());
    return *document ? (*document)->bytes : "";
  }
};

Result<void> tell(DefinitionRegistry& learned, Documents& documents, const std::string& activity,
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
  DefinitionRegistry learned(true);
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
    DefinitionRegistry learned(few);
    Documents documents;
    constexpr int threads = 6, updates = 20;
    std::vector<std::thread> tellers;
    for (int i = 0; i < threads; ++i)
      tellers.emplace_back([&, i] {
        for (int j = 0; j < updates; ++j)
          CHECK(tell(learned, documents, fmt::format("http://a/{}", j), fmt::format("x-{}", i),
                     i % 2 == 0 ? "" : "odd")
                    .has_value());
      });
    for (auto& teller : tellers) teller.join();
    for (int i = 0; i < threads; ++i)
      for (int j = 0; j < updates; ++j) {
        const auto said = fmt::format(R"("x-{}":)", i);
        const auto activity = fmt::format("http://a/{}", j);
        CHECK((documents.known(activity).find(said) != std::string::npos) == (i % 2 == 0));
        CHECK((documents.known(activity, "odd").find(said) != std::string::npos) == (i % 2 == 1));
      }
  }
}

TEST_CASE("a definition that cannot be kept fails for who brought it, and for nobody else") {
  DefinitionRegistry learned(true);
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

TEST_CASE("the names of an agent stay within their bytes") {
  DefinitionRegistry learned(true);
  Documents documents;
  const std::string long_name(1000, 'n');
  for (int i = 0; i < 80; ++i) {
    const auto statement = json::parse(fmt::format(
        R"({{"actor":{{"mbox":"mailto:a@example.org","name":"{}{}"}}}})", long_name, i));
    const auto root = (*statement)->root();
    REQUIRE(learn(learned, documents, {}, std::span(&root, 1)));
  }
  const auto names = documents.get({}, person_key("mbox:mailto:a@example.org"));
  REQUIRE(*names);
  CHECK((*names)->bytes.size() <= limits::learned_bytes_max);
  CHECK((*json::parse((*names)->bytes))->root().size() > 60);
}

TEST_CASE("a huge definition that many statements name anew costs each its own size") {
  DefinitionRegistry learned(true);
  Documents documents;
  const auto say = [&](const std::string& entries) {
    const auto statement =
        json::parse(R"({"object":{"id":"http://a","definition":{"name":{)" + entries + "}}}}");
    REQUIRE(statement);
    const auto root = (*statement)->root();
    REQUIRE(learn(learned, documents, {}, std::span(&root, 1)));
  };
  std::string huge = R"("en":"a name")";
  for (int i = 0; i < 200'000; ++i) huge += fmt::format(R"(,"x-{}":"a name")", i);
  say(huge);
  CHECK(documents.known("http://a").size() <= limits::learned_bytes_max);
  const std::clock_t begin = std::clock();
  for (int i = 0; i < 500; ++i) say(fmt::format(R"("en":"name {}")", i));
  CHECK(documents.known("http://a").starts_with(R"({"name":{"en":"name 499")"));
  // With all of its 4 MB this takes half a minute of a core.
  CHECK(std::clock() - begin < 5 * CLOCKS_PER_SEC);
}

}  // namespace lectern::lrs
