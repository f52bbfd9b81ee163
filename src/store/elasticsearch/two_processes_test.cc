#include <array>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "store/elasticsearch/fixture.h"
#include "store/testing/contract/walk.h"

namespace lectern::store::elasticsearch {
namespace {

/// Two opened stores share nothing but the indices, as two processes would.
struct Two {
  Indices indices;
  std::array<Stores, 2> stores;

  explicit Two(const std::string& url) : indices(url) {
    const auto index = indices.add();
    for (auto& one : stores) one = open_at(url, index);
  }
  ~Two() {
    for (auto& one : stores) one = {};  // before the indices, which they still write to
  }

  StatementStore& at(std::size_t i) { return *stores[i % 2].statements; }
};

/// How many statements there are, once all that was stored before the call is consistent.
std::size_t listed(StatementStore& store) {
  const auto asked = now();
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  for (;;) {
    const auto through = store.consistent_through({});
    REQUIRE_MESSAGE(through.has_value(), through.error().message, through.error().detail);
    if (*through >= asked) {
      const auto page = store.query({}, {{}, {}, through.value()}, {});
      REQUIRE_MESSAGE(page.has_value(), page.error().message, page.error().detail);
      return page->rows.size();
    }
    REQUIRE(std::chrono::steady_clock::now() < give_up);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

/// A number among what an index tells of itself.
int number_in(const std::string& index, const std::string& group, const std::string& name) {
  const auto body = ask("GET", index + "/_stats/" + group + "?filter_path=_all.total").body;
  const auto key = '"' + name + "\":";
  const auto at = body.find(key);
  REQUIRE(at != std::string::npos);
  return std::stoi(body.substr(at + key.size()));
}

}  // namespace

TEST_CASE("two processes may serve one Elasticsearch index") {
  for (const auto& url : test_servers()) {
    CAPTURE(url);
    contract::check_two_processes([&] {
      const auto indices = std::make_shared<Indices>(url);
      const auto index = indices->add();
      return contract::SharedStore{indices, "",
                                   [url, index] { return open_at(url, index).statements; }};
    });
  }
}

TEST_CASE("a list asks Elasticsearch for a refresh only when a process has stored something") {
  for (const auto& url : test_servers()) {
    Two two(url);
    const auto index = two.indices.url + "/" + two.indices.names.front();
    const auto refreshes = [&] { return number_in(index, "refresh", "external_total"); };
    REQUIRE(two.at(0).query({}, {}, {}).has_value());  // makes the index
    REQUIRE(ask("PUT", index + "/_settings", R"({"refresh_interval":-1})").status == 200);
    for (std::size_t round = 0; round < 6; ++round) {
      contract::append_new(two.at(round), "", {{}, {}});
      for (const std::size_t reader : {0U, 1U}) CHECK(listed(two.at(reader)) == 2 * (round + 1));
    }
    two.stores[1] = {};  // the other one leaves
    const auto lists_without_refresh = [&] {
      const int before = refreshes();
      for (int i = 0; i < 50; ++i) CHECK(listed(two.at(0)) == 12);
      return refreshes() == before;
    };
    bool without = false;  // once the first one has seen that it is alone
    for (int i = 0; i < 100 && !without; ++i) without = lists_without_refresh();
    CHECK(without);
  }
}

TEST_CASE(
    "a batch with an id that another process has just written is refused and leaves nothing") {
  for (const auto& url : test_servers()) {
    Two two(url);
    const auto index = two.indices.url + "/" + two.indices.names.front();
    for (const std::size_t i : {0U, 1U}) REQUIRE(two.at(i).query({}, {}, {}).has_value());
    // So that no search sees what the other one wrote.
    REQUIRE(ask("PUT", index + "/_settings", R"({"refresh_interval":-1})").status == 200);
    const contract::Sample taken{.note = "taken"};
    contract::Sample other{.note = "another"};
    other.id = taken.id;
    const auto append = [&](std::size_t i, std::vector<Row> rows) {
      const auto outcomes = two.at(i).append({}, rows, OnConflict::refuse_batch);
      REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().detail);
      return *outcomes;
    };
    using enum AppendOutcome;
    CHECK(append(0, {contract::row_of(taken)}) == std::vector{stored});
    const contract::Sample before{.note = "before"}, after{.note = "after"};
    const auto batch = [&] {
      return std::vector{contract::row_of(before), contract::row_of(other),
                         contract::row_of(after)};
    };
    CHECK(append(1, batch()) == std::vector{refused, conflict, refused});
    const int before_known = number_in(index, "indexing", "index_total");
    CHECK(append(0, batch()) == std::vector{refused, conflict, refused});
    // Who wrote it knows before anything is written.
    CHECK(number_in(index, "indexing", "index_total") == before_known);
    for (const std::size_t i : {0U, 1U}) {
      const auto found = two.at(i).find({}, std::vector{before.id, taken.id, after.id});
      REQUIRE(found.has_value());
      REQUIRE(found->size() == 1);
      CHECK(found->front().json.find("taken") != std::string::npos);
      CHECK(listed(two.at(i)) == 1);
    }
    // The same statement is no conflict, and what was refused may still come.
    CHECK(append(1, {contract::row_of(before), contract::row_of(taken), contract::row_of(after)}) ==
          std::vector{stored, known, stored});
    CHECK(listed(two.at(0)) == 3);
  }
}

TEST_CASE("a document that was written over through another process is written as its etag says") {
  for (const auto& url : test_servers()) {
    Two two(url);
    auto& first = *two.stores[0].documents;
    auto& second = *two.stores[1].documents;
    const DocumentKey key{DocumentKind::state, "owner", "", "id"};
    const auto document = [](const std::string& bytes) {
      return Document{"text/plain", bytes, std::string(40, bytes.front()), now()};
    };
    const auto write = [&](DocumentStore& store, const std::string& bytes, const Expect& expect) {
      const auto written = store.put({}, key, document(bytes), expect);
      REQUIRE(written.has_value());
      return *written;
    };
    const auto current = [&](const std::string& bytes) {
      return Expect::current(document(bytes).etag);
    };
    CHECK(write(first, "a", Expect::absent()));
    REQUIRE(first.get({}, key).has_value());
    CHECK(write(second, "b", current("a")));
    CHECK_FALSE(write(first, "c", current("a")));
    REQUIRE(first.get({}, key).has_value());
    CHECK(write(second, "a", current("b")));
    CHECK(write(second, "b", current("a")));
    CHECK(write(first, "c", current("b")));  // another version of what was read
    const auto found = second.get_many({}, std::array{key, DocumentKey{}, key}, Freshness::exact);
    REQUIRE(found.has_value());
    REQUIRE(found->size() == 3);
    CHECK(found->at(0)->bytes == "c");
    CHECK_FALSE(found->at(1).has_value());
    CHECK(found->at(2)->bytes == "c");
  }
}

TEST_CASE("what another process learned of an activity is not written over unread") {
  for (const auto& url : test_servers()) {
    Two two(url);
    const DocumentKey key{DocumentKind::activity_definition, "activity", "", ""};
    const auto learn = [&](std::size_t i, const std::string& known, const std::string& bytes) {
      auto& store = *two.stores[i].documents;
      const auto recalled = store.get_many({}, std::span(&key, 1), Freshness::may_be_stale);
      REQUIRE(recalled.has_value());
      REQUIRE(recalled->front().has_value() == !known.empty());
      if (!known.empty()) CHECK(recalled->front()->bytes == known);
      const Document document{"application/json", bytes, std::string(40, bytes.back()), now()};
      const auto written =
          store.put({}, key, document,
                    known.empty() ? Expect::absent() : Expect::current(recalled->front()->etag));
      REQUIRE(written.has_value());
      return *written;
    };
    CHECK(learn(0, "", "a"));
    CHECK(learn(1, "a", "ab"));
    CHECK_FALSE(learn(0, "a", "ac"));  // as it knew it
    CHECK(learn(0, "ab", "abc"));      // once it has seen that this is not so any more
    CHECK_FALSE(learn(1, "ab", "abd"));
    CHECK(learn(1, "abc", "abcd"));
  }
}

}  // namespace lectern::store::elasticsearch
