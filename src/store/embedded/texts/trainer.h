#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "base/concurrency/mutex.h"
#include "store/embedded/database.h"

namespace lectern::store::embedded {

/// Learns a dictionary from the first thousand texts that are stored, and another one whenever
/// texts are no longer packed as well: those of another source, or of a new version of it. A thread
/// of its own does so; texts are stored as they are until there is one. The database lives longer.
class TextTrainer {
 public:
  explicit TextTrainer(Database& database);
  ~TextTrainer();  ///< learns first what it has the texts for
  TextTrainer(const TextTrainer&) = delete;
  TextTrainer& operator=(const TextTrainer&) = delete;

  /// To be told of what is stored. Thread-safe.
  void look(std::span<const Row> rows, const PackedBytes& bytes);

  /// Learns from so many texts, instead of 1,000: for tests, before anything is stored.
  void set_texts_min(std::size_t texts) { texts_min_ = texts; }

 private:
  void work();
  /// Whether a dictionary was made.
  bool learn(std::string_view texts, std::span<const std::size_t> sizes);
  void watch(std::size_t rows, const PackedBytes& bytes) REQUIRES(mutex_);

  Database& database_;
  std::atomic<std::size_t> texts_min_ = 1'000;
  std::atomic<bool> wanted_;  // texts, to learn from

  Mutex mutex_;
  Condition changed_;
  bool stop_ GUARDED_BY(mutex_) = false;
  std::string texts_ GUARDED_BY(mutex_);  // one behind the other
  std::vector<std::size_t> sizes_ GUARDED_BY(mutex_);
  std::size_t failures_ GUARDED_BY(mutex_) = 0;
  // Of the newest dictionary, since it was there or was last looked at:
  std::size_t rows_ GUARDED_BY(mutex_) = 0;
  PackedBytes bytes_ GUARDED_BY(mutex_);
  double first_share_ GUARDED_BY(mutex_) = 0;  // that was left of texts at first; 0: not known yet
  std::thread thread_;
};

}  // namespace lectern::store::embedded
