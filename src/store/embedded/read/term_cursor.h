#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "store/embedded/read/cursor.h"
#include "store/embedded/write/posting_buffer.h"

namespace lectern::store::embedded {

/// One of the places where postings of a term lie, walked in order. Not thread-safe.
class PostingSource {
 public:
  virtual ~PostingSource() = default;
  /// Whether it stands at a posting.
  virtual bool valid() const = 0;
  /// Of the posting at which it stands; valid() must hold, here and below.
  virtual std::uint64_t order() const = 0;
  /// Of the same; nothing where it bears none.
  virtual std::optional<VerbMark> mark() const = 0;
  /// Goes on by one, in the direction of the walk.
  virtual void next() = 0;
  /// Goes on to `order`, or to the first posting behind it in the direction of the walk.
  virtual void advance_to(std::uint64_t order) = 0;
  /// Why the walk ended, if not for good.
  virtual rocksdb::Status status() const = 0;
};

/// Walks over all postings of a term within a range: those in memory, in blocks, and that stand
/// alone. One that is in two places is met once. Sees what was there when it was made. Not
/// thread-safe; lives no longer than the database.
class TermCursor {
 public:
  TermCursor(const Database& database, const TermHash& hash, const ScanRange& range);

  bool valid() const { return current_ != nullptr; }
  /// Of the posting at which it stands; valid() must hold, here and below.
  std::uint64_t order() const { return order_; }
  std::optional<VerbMark> mark() const { return current_->mark(); }
  void next();
  /// Goes on to `order`, or to the first posting behind it in the direction of the walk.
  void advance_to(std::uint64_t order);
  /// Why the walk ended, if not for good.
  rocksdb::Status status() const;

 private:
  void pick();

  const bool ascending_;
  std::array<std::unique_ptr<PostingSource>, 3> sources_;
  PostingSource* current_ = nullptr;
  std::uint64_t order_ = 0;
};

}  // namespace lectern::store::embedded
