#include "store/embedded/write/rows_ahead.h"

#include <algorithm>

#include "store/embedded/database.h"

namespace lectern::store::embedded {

std::string rows_ahead_key(const RowsAhead& rows) {
  std::string key(rows_ahead_prefix);
  append_be32(key, rows.target);
  append_be64(key, order_of(rows.first));
  return key;
}

std::string rows_ahead_value(const RowsAhead& rows) {
  std::string value;
  append_be64(value, order_of(rows.last));
  return value;
}

Result<std::vector<RowsAhead>> read_rows_ahead(rocksdb::DB& rocks,
                                               const rocksdb::Snapshot* snapshot) {
  std::vector<RowsAhead> all;
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  const rocksdb::Slice prefix(rows_ahead_prefix.data(), rows_ahead_prefix.size());
  const std::unique_ptr<rocksdb::Iterator> at(rocks.NewIterator(options));
  for (at->Seek(prefix); at->Valid() && at->key().starts_with(prefix); at->Next()) {
    const auto key = view(at->key()).substr(prefix.size());
    if (key.size() != 12 || at->value().size() != 8) return fail(damaged("note of rows ahead"));
    all.push_back({be32(key.substr(0, 4)), stored_of(be64(key.substr(4))),
                   stored_of(be64(view(at->value())))});
  }
  if (!at->status().ok()) return fail(error_of(at->status(), "reading notes of rows ahead"));
  return all;
}

void AllRowsAhead::reset(std::vector<RowsAhead> all) {
  const WriterLock lock(mutex_);
  all_ = std::move(all);
  any_ = !all_.empty();
}

void AllRowsAhead::add(const RowsAhead& rows) {
  const WriterLock lock(mutex_);
  all_.push_back(rows);
  any_ = true;
}

void AllRowsAhead::remove(const RowsAhead& rows) {
  const WriterLock lock(mutex_);
  std::erase(all_, rows);
  any_ = !all_.empty();
}

bool AllRowsAhead::contain(TargetNumber target, Time stored) const {
  if (!any_) return false;
  const ReaderLock lock(mutex_);
  return std::any_of(all_.begin(), all_.end(),
                     [&](const RowsAhead& rows) { return rows.contain(target, stored); });
}

std::optional<Time> AllRowsAhead::last() const {
  const ReaderLock lock(mutex_);
  std::optional<Time> last;
  for (const auto& rows : all_) last = std::max(last.value_or(rows.last), rows.last);
  return last;
}

}  // namespace lectern::store::embedded
