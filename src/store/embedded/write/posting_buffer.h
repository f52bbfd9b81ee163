#pragma once

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include <rocksdb/write_batch.h>

#include "base/concurrency/mutex.h"
#include "store/embedded/format/posting_block.h"

namespace lectern::store::embedded {

/// A key of the family `postings` with its value.
struct Posting {
  PostingKey key;
  std::optional<VerbMark> mark;

  bool operator<(const Posting& other) const { return key < other.key; }
};

/// The key in Family::defaults of what covered() says.
inline constexpr std::string_view covered_key = "postings";

/// The own postings of the newest statements, in memory, since those of one term cost as much
/// together as one alone: some ten thousand statements' are gathered, then written as blocks
/// (format/posting_block.h), slice by slice with the commits that come next. The database says up
/// to which instant its blocks reach; what came later is made again, from the texts, when it is
/// opened (write/posting_recovery.h). So whatever a crash leaves of a half-written generation is
/// written once more, in the same blocks: what this is given depends on the bodies alone.
///
/// Written to by one thread; read by any.
class PostingBuffer {
 public:
  /// Postings that are written together, or more where a commit brings them: twice as many are in
  /// memory, of 24 bytes each beside their terms.
  static constexpr std::size_t postings_max = std::size_t{1} << 17;
  static constexpr std::size_t entries_of_block_max = 256;

  /// Those of one commit: the `stored` of a target's rows rise in it, and from commit to commit.
  /// Begins no generation: what is made again at a start is one, of all targets, as long as what
  /// a crash left half-written or longer. So its blocks begin where those did, and what covered()
  /// says holds for each target.
  void add(std::span<const Posting> postings);
  /// What else a start would read again, counted as postings: those that stand alone, of rows up to
  /// the one of this order, and KiB of texts.
  void add_weight(std::uint64_t newest, std::size_t weight);
  /// Empties it: nothing is lost that the database does not have. `covered`: what it says.
  void clear(std::uint64_t covered = ~std::uint64_t{0});

  /// Adds to a batch what is next to be written, and how far all blocks reach where that is the
  /// last of a generation; about as many terms as `terms` says. Whether it added something.
  bool begin_slice(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* defaults,
                   rocksdb::ColumnFamilyHandle* postings, std::size_t terms);
  /// The batch is on disk.
  void end_slice();
  /// Makes what is in memory next to be written, if no older generation is. Readers wait for an
  /// exchange of pointers only.
  void seal();
  /// Whether there is anything to be written.
  bool empty() const;

  /// For tests: how many postings are written together.
  void set_postings_max(std::size_t count) { seal_at_ = count; }

 private:
  struct Item {
    std::uint64_t order;
    VerbMark mark;
    bool has_mark;
    std::uint32_t before;  // the index of the same term's item before, plus one
  };
  struct Hash {
    std::size_t operator()(const TermHash& hash) const;
  };
  struct Generation {
    std::vector<Item> items;
    std::unordered_map<TermHash, std::uint32_t, Hash> last;  // index plus one
    std::uint64_t newest = ~std::uint64_t{0};                // as order
    std::uint64_t oldest = 0;                                // of its items, as order
    std::size_t weight = 0;                                  // beside its items

    bool empty() const { return newest == ~std::uint64_t{0}; }
    std::size_t size() const { return items.size() + weight; }
  };

 public:
  /// The postings of a term as they were in memory when it was made: an object that is made before
  /// a look at the database misses nothing. Thread-safe as its buffer is; outlived by it.
  class View {
   public:
    View(const PostingBuffer& buffer, const TermHash& hash);
    /// Those with order above `above`, the newest first: not all, but some where there are any.
    std::vector<BlockEntry> newest(std::optional<std::uint64_t> above);
    /// All of them, the newest first.
    std::vector<BlockEntry> all() const;

   private:
    void collect(std::optional<std::uint64_t> above, std::size_t count_max,
                 std::vector<BlockEntry>& found) const;

    struct Chain {
      std::shared_ptr<const Generation> generation;
      std::uint32_t last;
    };
    const PostingBuffer& buffer_;
    std::vector<Chain> chains_;  // the newer generation first
    std::size_t count_max_ = 256;
  };

 private:
  /// Whether enough has come for a generation.
  bool is_due() const;
  void put_term(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* family,
                const std::vector<Item>& items, const TermHash& hash, std::uint32_t last);

  std::size_t seal_at_ = postings_max;
  mutable SharedMutex mutex_;
  std::shared_ptr<Generation> recent_ GUARDED_BY(mutex_) = std::make_shared<Generation>();
  std::shared_ptr<Generation> sealed_ GUARDED_BY(mutex_);  // null: all of it is written
  // Of the writing thread:
  std::vector<std::pair<TermHash, std::uint32_t>> to_write_;  // the terms of sealed_, sorted
  std::vector<BlockEntry> entries_;                           // of one of them
  std::size_t written_ = 0, begun_ = 0;
  std::uint64_t covered_ = ~std::uint64_t{0};  // as the database says
};

}  // namespace lectern::store::embedded
