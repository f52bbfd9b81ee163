#include <algorithm>

#include <doctest/doctest.h>

#include "store/elasticsearch/fixture.h"
#include "store/testing/sample.h"

namespace lectern::store::elasticsearch {
namespace {

std::vector<Uuid> walk(StatementStore& store, const Filter& filter, bool ascending) {
  std::vector<Uuid> ids;
  PageRequest request{std::nullopt, 700, ascending};
  for (;;) {
    const auto page = store.query({}, filter, request);
    REQUIRE_MESSAGE(page.has_value(), page.error().message, page.error().detail);
    for (const auto& row : page->rows) ids.push_back(row.position.id);
    if (!page->more) return ids;
    request.after = page->rows.back().position;
  }
}

}  // namespace

TEST_CASE("the newest of very many rows come page by page, wherever in time they lie") {
  for (const auto& url : test_servers()) {
    Indices indices(url);
    {
      auto stores = open_at(url, indices.add());
      auto& store = *stores.statements;
      std::vector<Uuid> all, rare;
      for (int batch = 0; batch < 26; ++batch) {
        std::vector<Row> rows;
        for (int i = 0; i < 500; ++i)
          rows.push_back(contract::row_of({.agent = i == 7 ? "bob" : "ada"}));
        REQUIRE(store.append({}, rows, OnConflict::skip).has_value());
        for (const auto& row : rows) all.push_back(row.id);
        rare.push_back(rows[7].id);
      }
      CHECK(walk(store, {}, true) == all);
      for (const std::size_t count : {5, 2, 40, 5}) {
        const auto oldest = store.query({}, {}, {std::nullopt, count, true});
        REQUIRE(oldest.has_value());
        std::vector<Uuid> ids;
        for (const auto& row : oldest->rows) ids.push_back(row.position.id);
        CHECK(ids == std::vector(all.begin(), all.begin() + static_cast<long>(count)));
        CHECK(oldest->more);
      }
      const auto until = store.consistent_through({}).value();
      std::reverse(all.begin(), all.end());
      std::reverse(rare.begin(), rare.end());
      CHECK(walk(store, {}, false) == all);
      CHECK(walk(store, {{contract::verb("did")}, {}, until}, false) == all);
      CHECK(walk(store, {{contract::verb("did")}, {}, until + std::chrono::hours(99'999)}, false) ==
            all);
      CHECK(walk(store, {{contract::agent("bob")}, {}, until}, false) == rare);
      const auto page = store.query({}, {}, {std::nullopt, 12'000});
      REQUIRE(page.has_value());
      CHECK(page->rows.size() == 12'000);
      CHECK(page->more);
    }
  }
}

}  // namespace lectern::store::elasticsearch
