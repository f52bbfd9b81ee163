#pragma once

#include <memory>
#include <string>

#include "store/embedded/database.h"

namespace lectern::store::embedded {

/// The part of the time line that a walk covers, both ends included, and its direction.
struct ScanRange {
  std::uint64_t newest = 0;  ///< as order: the lower number
  std::uint64_t oldest = ~std::uint64_t{0};
  bool ascending = false;

  bool empty() const { return newest > oldest; }
};

/// Walks over the keys `prefix order` of a family within a range. Sees what was there when
/// it was made. Not thread-safe; lives no longer than the database.
class Cursor {
 public:
  Cursor(const Database& database, Family family, std::string prefix, const ScanRange& range);

  bool valid() const { return at_->Valid(); }
  /// The `order` in the key at which it stands; valid() must hold.
  std::uint64_t order() const;
  std::string_view value() const { return view(at_->value()); }
  /// Goes on by one, in the direction of the walk; valid() must hold.
  void next();
  /// Goes on to `order`, or to the first place behind it in the direction of the walk.
  void advance_to(std::uint64_t order);
  /// Why the walk ended, if not for good.
  rocksdb::Status status() const { return at_->status(); }

 private:
  bool is_before(std::uint64_t a, std::uint64_t b) const { return ascending_ ? a > b : a < b; }
  void seek(std::uint64_t order);

  const std::string prefix_;
  const bool ascending_;
  std::string lower_, upper_;
  rocksdb::Slice lower_slice_, upper_slice_;  // the iterator keeps pointers to them
  std::unique_ptr<rocksdb::Iterator> at_;
};

}  // namespace lectern::store::embedded
