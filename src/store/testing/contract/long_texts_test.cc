#include <algorithm>
#include <functional>
#include <set>

#include <doctest/doctest.h>

#include "base/page_bytes.h"
#include "store/find_each.h"
#include "store/testing/answer_bytes.h"
#include "store/testing/contract/walk.h"

namespace lectern::store::contract {
namespace {

/// Stores so many statements of so many bytes, and a short one.
std::vector<Uuid> append_long(Subject& subject, std::size_t count, std::size_t bytes) {
  constexpr std::size_t at_once = 8;
  std::vector<Uuid> ids;
  for (std::size_t i = 0; i < count; i += at_once) {
    std::vector<Sample> samples(std::min(at_once, count - i));
    for (auto& sample : samples) sample.note.assign(bytes, 'x');
    for (const auto& row : append_new(subject, samples)) ids.push_back(row.id);
  }
  ids.push_back(append_new(subject, Sample{}).id);
  return ids;
}

/// The ids of a walk whose pages have no more bytes than they may, or one row.
std::vector<Uuid> walk_by_bytes(Subject& subject, bool ascending) {
  std::vector<Uuid> ids;
  PageRequest request{{}, 100, ascending};
  for (;;) {
    const auto page = subject.statements->query({subject.target}, {}, request);
    REQUIRE_MESSAGE(page.has_value(), page.error().message, page.error().detail);
    std::size_t bytes = 0;
    for (const auto& row : page->rows) {
      bytes += row.json.size();
      ids.push_back(row.position.id);
    }
    CHECK((page->rows.size() == 1 || bytes <= page_bytes_max()));
    if (!page->more) return ids;
    REQUIRE(!page->rows.empty());
    request.after = page->rows.back().position;
  }
}

void check_found(Subject& subject, const std::vector<Uuid>& ids) {
  std::multiset<Uuid> told;
  std::size_t longest = 0;
  const auto done = find_each(*subject.statements, {subject.target}, ids,
                              [&](const StoredStatement& one) -> Result<void> {
                                longest = std::max(longest, one.json.size());
                                told.insert(one.position.id);
                                return {};
                              });
  REQUIRE_MESSAGE(done.has_value(), done.error().message, done.error().detail);
  CHECK(told == std::multiset<Uuid>(ids.begin(), ids.end()));
  const auto some = subject.statements->find({subject.target}, ids);
  REQUIRE(some.has_value());
  std::size_t bytes = 0;
  for (const auto& one : *some) bytes += one.json.size();
  CHECK(bytes < page_bytes_max() + longest);
}

}  // namespace

void check_long_texts(const Backend& backend) {
  constexpr std::size_t kib = 1024;
  const auto check = [&](std::size_t count, std::size_t text_bytes, std::size_t page_bytes) {
    auto subject = backend.open();
    const auto ids = append_long(subject, count, text_bytes);
    settle(backend, *subject.statements, subject.target);
    const PageBytes pages(page_bytes);
    const AnswerBytes answers(backend.answer_bytes_max);  // less than all texts have
    for (const bool again : {false, true}) {
      CAPTURE(again);
      CHECK(walk_by_bytes(subject, false) == reversed(ids));
      CHECK(walk_by_bytes(subject, true) == ids);
      check_found(subject, ids);
    }
  };
  SUBCASE("more texts than fit into memory come page by page, and are found one after the other") {
    check(24, 512 * kib, 1024 * kib);
  }
  SUBCASE("texts of some pages that are in memory come page by page as well") {
    check(64, 20 * kib, 100 * kib);
  }
}

}  // namespace lectern::store::contract
