#include "store/embedded/read/cursor.h"

namespace lectern::store::embedded {
namespace {

/// A step costs less than a seek, so a near goal is walked to.
constexpr int steps_before_seek = 6;

std::string key_of(const std::string& prefix, std::uint64_t order) {
  std::string key = prefix;
  append_be64(key, order);
  return key;
}

}  // namespace

Cursor::Cursor(const Database& database, Family family, std::string prefix, const ScanRange& range)
    : prefix_(std::move(prefix)),
      ascending_(range.ascending),
      lower_(key_of(prefix_, range.newest)),
      upper_(key_of(prefix_, range.oldest) + '\0'),
      lower_slice_(lower_),
      upper_slice_(upper_) {
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &lower_slice_;
  options.iterate_upper_bound = &upper_slice_;
  at_.reset(database.rocks().NewIterator(options, database.family(family)));
  if (ascending_) {
    at_->SeekToLast();
  } else {
    at_->SeekToFirst();
  }
}

std::uint64_t Cursor::order() const {
  std::uint64_t order = 0;
  decode_order(view(at_->key()), order);
  return order;
}

void Cursor::next() {
  if (ascending_) {
    at_->Prev();
  } else {
    at_->Next();
  }
}

void Cursor::seek(std::uint64_t order) {
  const auto key = key_of(prefix_, order);
  if (ascending_) {
    at_->SeekForPrev(key);
  } else {
    at_->Seek(key);
  }
}

void Cursor::advance_to(std::uint64_t goal) {
  for (int step = 0; step < steps_before_seek; ++step) {
    if (!valid() || !is_before(order(), goal)) return;
    next();
  }
  if (valid() && is_before(order(), goal)) seek(goal);
}

}  // namespace lectern::store::embedded
