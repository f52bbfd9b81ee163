#include "store/common/text_cache.h"

#include <random>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace lectern::store {
namespace {

xapi::Position place(std::uint32_t number) {
  xapi::Position position{Time{std::chrono::microseconds{number}}, {}};
  for (std::size_t i = 0; i < 4; ++i)
    position.id.bytes[i] = static_cast<std::uint8_t>(number >> 8 * i);
  return position;
}

/// Like the statements of one system: a good part is the same in all of them.
std::string text_of(std::uint32_t number) {
  std::minstd_rand random(number);
  std::string text = R"({"id":")";
  for (int i = 0; i < 32; ++i) text += "0123456789abcdef"[random() % 16];
  text += R"(","verb":{"id":"https://example.org/verbs/watched","display":{"en":"watched"}},)";
  return text + R"("object":{"id":"https://example.org/activities/)" + std::to_string(number) +
         R"("},"version":"1.0.3"})" + std::string(number % 50, ' ');
}

void keep(TextCache& texts, std::uint32_t number, std::string text) {
  std::vector<TextCache::Text> one;
  one.push_back({{place(number), 0, 0}, std::move(text)});
  texts.keep(std::move(one));
}

/// Keeps the usual texts of these numbers, in segments that are not too much at a time.
void keep_many(TextCache& texts, std::uint32_t first, std::uint32_t end, std::uint32_t step = 1) {
  for (std::uint32_t i = first; i < end; i += step) {
    keep(texts, i, text_of(i));
    if (i % 5'000 < step) texts.flush();
  }
  texts.flush();
}

std::string found(const TextCache& texts, std::uint32_t number) {
  const auto text = texts.find(0, place(number));
  return text ? text->json : "none";
}

std::uint32_t first_known(const TextCache& texts, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i)
    if (texts.has(0, place(i))) return i;
  return count;
}

}  // namespace

TEST_CASE("a text is found at its index and place only, with its flags") {
  TextCache texts(1'000'000);
  IndexTexts one(texts, "one"), two(texts, "two");
  one.keep({one.text(place(1), "text", 3)});
  two.keep({two.text(place(1), "another", 0)});
  texts.flush();
  REQUIRE(one.find(place(1)));
  CHECK(one.find(place(1))->json == "text");
  CHECK(one.find(place(1))->label.flags == 3);
  CHECK(IndexTexts(texts, "two").find(place(1))->json == "another");
  CHECK(!one.has(place(2)));
  auto later = place(1);
  later.stored += std::chrono::microseconds{1};
  CHECK(!one.has(later));
}

TEST_CASE("every text comes back as it was while there is room, the packed ones too") {
  TextCache texts(4'000'000);
  keep_many(texts, 0, 5'000);
  for (std::uint32_t i = 0; i < 5'000; ++i) REQUIRE(found(texts, i) == text_of(i));
}

TEST_CASE("texts that are not alike come back as they were") {
  TextCache texts(4'000'000);
  std::minstd_rand random(1);
  const auto noise = [&](std::size_t bytes) {
    std::string text(bytes, '\0');
    for (char& c : text) c = static_cast<char>(random() >> 8);
    return text;
  };
  std::vector<std::string> all;
  for (std::uint32_t i = 0; i < 200; ++i) {
    all.push_back(i % 3 == 0 ? std::string(i, 'x') : noise(random() % 5'000));
    keep(texts, i, all.back());
  }
  texts.flush();
  for (std::uint32_t i = 0; i < 200; ++i) REQUIRE(found(texts, i) == all[i]);
}

TEST_CASE("texts that are alike take less memory than they have bytes, all told") {
  constexpr std::size_t bytes_max = 16'000'000;
  TextCache texts(bytes_max);
  constexpr std::uint32_t count = 300'000;
  keep_many(texts, 0, count);
  const auto known = count - first_known(texts, count);
  CHECK(known * text_of(1).size() > bytes_max);
}

TEST_CASE("those that have been there longest give way, and can come back") {
  TextCache texts(1'000'000);
  constexpr std::uint32_t count = 50'000;
  keep_many(texts, 0, count);
  const auto first = first_known(texts, count);
  CHECK(first > 0);
  for (std::uint32_t i = first; i < count; ++i) REQUIRE(found(texts, i) == text_of(i));
  CHECK(found(texts, 0) == "none");
  keep_many(texts, 0, 1);
  CHECK(found(texts, 0) == text_of(0));
  CHECK(found(texts, count - 1) == text_of(count - 1));
}

TEST_CASE("a text that would drive out many others is not kept, and without memory none is") {
  TextCache texts(1'000'000);
  keep(texts, 1, "small");
  keep(texts, 2, std::string(15'000, 'x'));
  texts.flush();
  CHECK(found(texts, 1) == "small");
  CHECK(found(texts, 2) == "none");
  TextCache nothing(0);
  keep(nothing, 1, "text");
  keep(nothing, 2, "");
  nothing.flush();
  CHECK(!nothing.has(0, place(1)));
  CHECK(!nothing.has(0, place(2)));
}

TEST_CASE("threads that keep and read at the same time see whole texts") {
  TextCache texts(1'000'000);
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < 2; ++t) {
    threads.emplace_back([&texts, t] { keep_many(texts, t, 20'000, 2); });
    threads.emplace_back([&texts] {
      for (std::uint32_t i = 0; i < 20'000; ++i)
        if (const auto text = texts.find(0, place(i))) REQUIRE(text->json == text_of(i));
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(first_known(texts, 20'000) < 20'000);
}

}  // namespace lectern::store
