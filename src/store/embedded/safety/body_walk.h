#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/embedded/database.h"

namespace lectern::store::embedded {

/// Walks over all bodies of a database, also past damaged blocks: from there on it goes by the
/// places that the ids tell of. Not thread-safe; lives no longer than the database.
class BodyWalk {
 public:
  /// The direction of the walk, by `stored`.
  enum class Order { newest_first, oldest_first };

  /// `snapshot`: what it sees; null: what is there.
  BodyWalk(const Database& database, const rocksdb::Snapshot* snapshot, Order order);

  /// A body with its place.
  struct Entry {
    TargetNumber target = 0;
    std::uint64_t order = 0;
    std::string bytes;
  };
  /// The next body that can be read; nothing at the end.
  std::optional<Entry> next();

  /// The keys of bodies that could not be read so far.
  const std::vector<std::string>& lost() const { return lost_; }
  /// What RocksDB said of the first damage; "" for none.
  const std::string& first_damage() const { return first_damage_; }

 private:
  /// Whether it is more than a row written ahead.
  bool is_statement(const Entry& entry) const;
  std::optional<Entry> step();
  std::optional<Entry> next_known();
  void learn_places();
  void move();

  const Database& database_;
  rocksdb::ReadOptions options_;
  const Order order_;
  std::vector<RowsAhead> ahead_;
  std::unique_ptr<rocksdb::Iterator> at_;
  std::string last_;                               // the key of the last body that was given
  std::optional<std::vector<std::string>> known_;  // keys of bodies, sorted as they are walked
  std::vector<std::string> lost_;
  std::string first_damage_;
};

}  // namespace lectern::store::embedded
