#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include <doctest/doctest.h>

#include "base/page_bytes.h"
#include "store/testing/contract/walk.h"

namespace lectern::store::contract {
namespace {

using Ids = std::vector<Uuid>;

/// Appends one by one, so that other batches lie between.
Ids append_each(Subject& subject, const std::vector<Sample>& samples) {
  Ids ids;
  for (const auto& sample : samples) ids.push_back(append_new(subject, sample).id);
  return ids;
}

}  // namespace

void check_listing(const Backend& backend) {
  SUBCASE("without a filter all rows come, newest first, or oldest first") {
    auto subject = backend.open();
    CHECK(walk(backend, subject, {}).empty());
    const auto ids = append_each(subject, std::vector<Sample>(7));
    CHECK(walk(backend, subject, {}) == reversed(ids));
    CHECK(walk(backend, subject, {}, 100, true) == ids);
  }
  SUBCASE("a row is listed when it carries every term of the filter") {
    auto subject = backend.open();
    const auto registration = Uuid::random();
    const auto ids = append_each(
        subject, {{.agent = "ada", .verb = "did", .activity = "a", .registration = registration},
                  {.agent = "ada", .verb = "saw", .activity = "b"},
                  {.agent = "bob", .verb = "did", .activity = "b", .authority = "ada"},
                  {.agent = "bob", .verb = "saw", .activity = "a"}});
    const auto listed = [&](xapi::Terms terms) {
      return walk(backend, subject, {std::move(terms), {}, {}}, 100, true);
    };
    CHECK(listed({agent("ada")}) == Ids{ids[0], ids[1]});
    CHECK(listed({verb("did")}) == Ids{ids[0], ids[2]});
    CHECK(listed({related_agent("ada")}) == Ids{ids[0], ids[1], ids[2]});
    CHECK(listed({verb("saw"), agent("bob")}) == Ids{ids[3]});
    CHECK(listed({agent("bob"), verb("did"), activity("b")}) == Ids{ids[2]});
    CHECK(listed({authority("ada")}) == Ids{ids[2]});
    CHECK(listed({xapi::registration_term(registration), agent("ada")}) == Ids{ids[0]});
    CHECK(listed({agent("ada"), verb("did"), activity("b")}).empty());
    CHECK(listed({agent("nobody")}).empty());
    CHECK(listed({agent("nobody"), verb("did")}).empty());
  }
  SUBCASE("terms are compared whole and bytewise") {
    auto subject = backend.open();
    const auto ids = append_each(subject, {{.activity = "a"},
                                           {.activity = "a/b"},
                                           {.activity = "A"},
                                           {.activity = "a'b\\\\c%_*"},
                                           {.activity = "caf\xC3\xA9"}});
    const std::vector<std::string> names{"a", "a/b", "A", "a'b\\\\c%_*", "caf\xC3\xA9"};
    for (std::size_t i = 0; i < names.size(); ++i)
      CHECK(walk(backend, subject, {{activity(names[i])}, {}, {}}) == Ids{ids[i]});
    CHECK(walk(backend, subject, {{activity("")}, {}, {}}).empty());
  }
  SUBCASE("since leaves its own instant out, until does not") {
    auto subject = backend.open();
    const auto rows = append_new(subject, std::vector<Sample>(6));
    const auto ids = ids_of(rows);
    for (const auto& terms :
         {xapi::Terms{}, xapi::Terms{agent("ada")}, xapi::Terms{agent("ada"), verb("did")}}) {
      CHECK(walk(backend, subject, {terms, rows[1].stored, rows[4].stored}, 2, true) ==
            Ids{ids[2], ids[3], ids[4]});
      CHECK(walk(backend, subject, {terms, rows[1].stored, rows[4].stored}, 2, false) ==
            Ids{ids[4], ids[3], ids[2]});
      CHECK(walk(backend, subject, {terms, rows[5].stored, {}}).empty());
      CHECK(walk(backend, subject, {terms, {}, rows[0].stored}) == Ids{ids[0]});
      CHECK(walk(backend, subject, {terms, rows[3].stored, rows[2].stored}).empty());
    }
  }
  SUBCASE("what is consistent through an instant never changes before it") {
    auto subject = backend.open();
    std::atomic<bool> stop = false;
    std::thread writer([&] {
      while (!stop) {
        std::vector<Row> rows{row_of({}), row_of({})};
        (void)subject.statements->append({subject.target}, rows, OnConflict::skip).has_value();
      }
    });
    std::vector<std::pair<Time, std::size_t>> seen;
    for (int i = 0; i < 20; ++i) {
      const auto through = subject.statements->consistent_through({subject.target});
      if (!through) continue;
      const auto page =
          subject.statements->query({subject.target}, {{}, {}, *through}, {{}, 100000});
      if (page) seen.emplace_back(*through, page->rows.size());
    }
    stop = true;
    writer.join();
    REQUIRE(seen.size() == 20);
    for (const auto& [through, size] : seen)
      CHECK(walk(backend, subject, {{}, {}, through}, 100000).size() == size);
  }
}

void check_walking(const Backend& backend) {
  SUBCASE("pages of any size, in both directions, make up the whole") {
    auto subject = backend.open();
    std::vector<Sample> samples(20);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      samples[i].agent = i % 2 == 0 ? "ada" : "bob";
      samples[i].verb = i % 3 == 0 ? "did" : "saw";
    }
    append_new(subject, samples);
    for (const auto& terms :
         {xapi::Terms{}, xapi::Terms{agent("ada")}, xapi::Terms{agent("bob"), verb("saw")}}) {
      const Filter filter{terms, {}, {}};
      const auto all = walk(backend, subject, filter);
      CHECK(all.size() == (terms.empty() ? 20 : terms.size() == 1 ? 10 : 7));
      for (const std::size_t rows_max : {1, 2, 3, 7, 10, 19, 20, 21}) {
        CHECK(walk(backend, subject, filter, rows_max) == all);
        CHECK(walk(backend, subject, filter, rows_max, true) == reversed(all));
      }
    }
  }
  SUBCASE("a page says whether another row follows") {
    auto subject = backend.open();
    append_new(subject, std::vector<Sample>(3));
    settle(backend, *subject.statements, subject.target);
    for (const std::size_t rows_max : {1, 2, 3, 4}) {
      const auto page = subject.statements->query({subject.target}, {}, {{}, rows_max});
      REQUIRE(page.has_value());
      CHECK(page->rows.size() == std::min<std::size_t>(rows_max, 3));
      CHECK(page->more == (rows_max < 3));
    }
  }
  SUBCASE("a page ends by bytes as well as by rows, but has at least one row") {
    auto subject = backend.open();
    append_new(subject, std::vector<Sample>(5));
    settle(backend, *subject.statements, subject.target);
    for (const bool ascending : {false, true}) {
      const auto ask = [&](std::size_t rows_max, std::size_t bytes_max,
                           std::optional<xapi::Position> after = {}) {
        const PageBytes limit(bytes_max);
        auto page = subject.statements->query({subject.target}, {}, {after, rows_max, ascending});
        REQUIRE(page.has_value());
        return std::move(*page);
      };
      const auto all = ask(5, SIZE_MAX).rows;
      REQUIRE(all.size() == 5);
      const std::size_t two = all[0].json.size() + all[1].json.size();
      const auto check = [&](std::size_t rows_max, std::size_t bytes_max, std::size_t rows) {
        CAPTURE(bytes_max);
        const auto page = ask(rows_max, bytes_max);
        CHECK(page.rows.size() == rows);
        CHECK(page.more == (rows < 5));
        for (std::size_t i = 0; i < page.rows.size(); ++i)
          CHECK(page.rows[i].position == all[i].position);
      };
      check(5, 1, 1);
      check(5, two - 1, 1);
      check(5, two, 2);
      check(100, two, 2);
      check(1, two, 1);
      check(100, 10 * two, 5);
      const auto rest = ask(5, 1, all[3].position);
      REQUIRE(rest.rows.size() == 1);
      CHECK(rest.rows[0].position == all[4].position);
      CHECK_FALSE(rest.more);
    }
  }
  SUBCASE("a walk meets each row that was there at its start once, while others are stored") {
    auto subject = backend.open();
    append_new(subject, std::vector<Sample>(60));
    settle(backend, *subject.statements, subject.target);
    const auto until = subject.statements->consistent_through({subject.target}).value();
    std::atomic<bool> stop = false;
    std::thread writer([&] {
      while (!stop) {
        std::vector<Row> rows{row_of({})};
        (void)subject.statements->append({subject.target}, rows, OnConflict::skip).has_value();
      }
    });
    std::vector<Ids> walks;
    for (const bool ascending : {false, true})
      walks.push_back(walk(backend, subject, {{agent("ada")}, {}, until}, 7, ascending));
    stop = true;
    writer.join();
    for (const auto& ids : walks) {
      CHECK(ids.size() == 60);
      CHECK(std::set<Uuid>(ids.begin(), ids.end()).size() == 60);
    }
    CHECK(walks[0] == reversed(walks[1]));
  }
}

}  // namespace lectern::store::contract
