#include "store/embedded/write/posting_recovery.h"

#include "store/embedded/format/stored_row.h"

namespace lectern::store::embedded {
namespace {

Result<std::vector<Posting>> postings_of(const Database& database, TargetNumber target,
                                         std::string_view key, std::string_view value) {
  std::vector<Posting> postings;
  std::uint64_t order = 0;
  const auto body = decode_body(value);
  if (!body || !decode_order(key, order)) return fail(damaged("body"));
  if (body->postings_alone) return postings;
  auto row = row_of_body(*body, stored_of(order));
  if (!row) return fail(damaged("text of a statement: " + row.error().message));
  for (const auto& [posting, mark] : own_postings(database, target, *row))
    postings.push_back({posting, mark});
  return postings;
}

}  // namespace

Result<void> gather_postings(const Database& database, TargetNumber target, std::uint64_t covered,
                             PostingBuffer& buffer) {
  std::string from, to;
  append_be32(from, target);
  to = from;
  append_be64(to, covered);
  const rocksdb::Slice lower = from, upper = to;
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &lower;
  options.iterate_upper_bound = &upper;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> at(
      database.rocks().NewIterator(options, database.family(Family::bodies)));
  // From the oldest on, as they came.
  for (at->SeekToLast(); at->Valid(); at->Prev()) {
    const auto postings = postings_of(database, target, view(at->key()), view(at->value()));
    if (postings) {
      buffer.add(*postings);
    } else {
      database.notice(postings.error());
    }
  }
  if (!at->status().ok()) database.notice(error_of(at->status(), "reading the newest statements"));
  return {};
}

}  // namespace lectern::store::embedded
