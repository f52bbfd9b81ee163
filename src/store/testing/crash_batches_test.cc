#include "store/testing/crash_batches.h"

#include <algorithm>
#include <set>

#include "base/digest.h"
#include "store/testing/sample.h"

namespace lectern::store::contract {
namespace {

constexpr std::size_t page_rows = 1000;
constexpr std::size_t voided_row = 2;

/// The ids of all rows that carry the terms, or what is wrong with the pages.
Result<std::set<Uuid>> listed(StatementStore& store, const xapi::Terms& terms, bool voided_too) {
  std::set<Uuid> ids;
  PageRequest request{std::nullopt, page_rows, true};
  for (bool more = true; more;) {
    TRY(const auto page, store.query({}, {terms, {}, {}, voided_too}, request));
    for (const auto& row : page.rows) {
      if (request.after && row.position <= *request.after)
        return fail(Code::internal, "a page goes back");
      request.after = row.position;
      if (!ids.insert(row.position.id).second) return fail(Code::internal, "a row is listed twice");
    }
    more = page.more;
  }
  return ids;
}

Result<void> check_whole(StatementStore& store) {
  TRY(const auto everything, listed(store, {}, true));
  TRY(const auto visible, listed(store, {}, false));
  TRY(const auto indexed, listed(store, {authority("lms")}, false));
  TRY(const auto referring, listed(store, {agent("target")}, false));
  if (everything.size() % batch_rows != 0) return fail(Code::internal, "a batch is there in part");
  const auto batches = everything.size() / batch_rows;
  if (visible.size() != everything.size() - batches)
    return fail(Code::internal, "a voided statement is listed");
  if (indexed != visible) return fail(Code::internal, "the index differs from the texts");
  if (referring.size() != 2 * batches) return fail(Code::internal, "a reference is not followed");
  return {};
}

}  // namespace

std::vector<Row> rows_of_batch() {
  std::array<Sample, batch_rows> samples;
  for (auto& sample : samples) sample.note = std::string(600, 'n');
  samples[1].refers_to = samples[4].id;
  samples[3].refers_to = samples[voided_row].id;
  samples[3].voids = true;
  samples[4].agent = "target";
  std::vector<Row> rows;
  for (const auto& sample : samples) rows.push_back(row_of(sample));
  return rows;
}

Acknowledgement acknowledgement_of(std::span<const Row> rows) {
  Acknowledgement batch{};
  for (std::size_t i = 0; i < batch_rows; ++i) {
    batch.ids[i] = rows[i].id;
    const auto digest = sha1(rows[i].json);
    std::copy(digest.begin(), digest.end(), batch.digests[i].begin());
  }
  return batch;
}

std::string fault_of_batch(StatementStore& store, const Acknowledgement& batch) {
  for (std::size_t i = 0; i < batch_rows; ++i) {
    const auto id = batch.ids[i].text();
    const auto found = store.find({}, std::vector{batch.ids[i]});
    if (!found) return found.error().message + found.error().detail;
    if (found->size() != 1) return "an acknowledged statement is lost: " + id;
    const auto digest = sha1(found->front().json);
    if (!std::equal(digest.begin(), digest.end(), batch.digests[i].begin()))
      return "a statement changed: " + id;
    if (found->front().voided != (i == voided_row)) return "voiding is wrong: " + id;
  }
  return {};
}

std::string fault_of_whole(StatementStore& store) {
  const auto whole = check_whole(store);
  return whole ? std::string() : whole.error().message + whole.error().detail;
}

}  // namespace lectern::store::contract
