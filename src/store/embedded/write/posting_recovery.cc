#include "store/embedded/write/posting_recovery.h"

#include "store/embedded/format/stored_row.h"

namespace lectern::store::embedded {
namespace {

Result<void> gather_row(const Database& database, TargetNumber target, std::string_view key,
                        std::string_view value, PostingBuffer& buffer) {
  std::uint64_t order = 0;
  if (!decode_order(key, order)) return fail(damaged("body"));
  std::string unpacked;
  TRY(const auto body, database.read_body(value, stored_of(order), unpacked));
  if (body.postings_alone) {
    buffer.add_weight(order, 1 + value.size() / 1024);
    return {};
  }
  auto row = row_of_body(body, stored_of(order));
  if (!row) return fail(damaged("text of a statement: " + row.error().message));
  std::vector<Posting> postings;
  for (const auto& [posting, mark] : own_postings(database, target, *row))
    postings.push_back({posting, mark});
  buffer.add(postings);
  buffer.add_weight(order, value.size() / 1024);
  return {};
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
    const auto gathered = gather_row(database, target, view(at->key()), view(at->value()), buffer);
    if (!gathered) database.notice(gathered.error());
  }
  if (at->status().ok()) return {};
  const auto error = error_of(at->status(), "reading the newest statements");
  // What can be read later must not be left out: the next generation would be said to cover it.
  if (!at->status().IsCorruption()) return fail(error);
  database.notice(error);
  return {};
}

}  // namespace lectern::store::embedded
