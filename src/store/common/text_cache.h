#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/concurrency/mutex.h"
#include "store/common/text_segment.h"

namespace lectern::store {

/// A cache of the texts of statements that were stored or listed last, so that a page asks the
/// database for positions alone: fetching a hundred scattered texts takes longer than finding
/// them. The text at a position never changes, so no entry grows stale. First in, first out.
/// Packing is done by a thread of its own: no caller waits for it. Thread-safe.
class TextCache {
 public:
  /// A statement's text with what it belongs to.
  struct Text {
    TextKey label;
    std::string json;
  };

  /// `bytes_max` bounds all that this takes, roughly; with less than 64 KiB it keeps nothing.
  explicit TextCache(std::size_t bytes_max);

  /// The number that stands for an index (or table) of this name in this cache.
  std::uint32_t index_number(const std::string& name);

  /// The text of the row at a place of an index, with the flags that were kept with it; nothing if
  /// it is not here.
  std::optional<Text> find(std::uint32_t index, const xapi::Position& position) const;
  bool has(std::uint32_t index, const xapi::Position& position) const;

  /// Keeps texts of rows, soon; those that have been here longest give way. A text that would drive
  /// out many others is not kept, nor what comes faster than it can be packed.
  void keep(std::vector<Text> texts);

  /// Waits until what was given to keep() before is kept.
  void flush();

  /// Bytes that are free before the oldest texts are dropped.
  std::size_t free_bytes() const;

 private:
  struct Slot {
    std::uint32_t segment = 0;  // counted from the first one ever
    std::uint32_t at = 0;
  };
  struct Hit {
    std::shared_ptr<const TextSegment> segment;
    std::uint32_t at = 0;
    TextKey label;
  };
  std::optional<Hit> held(std::uint32_t index, const xapi::Position& position) const;
  void work(const std::stop_token& stop);
  void pack(std::span<const Text> texts);
  void pack_one(const Text& text);
  void count_used_bytes() REQUIRES(mutex_);
  void drop_oldest() REQUIRES(mutex_);

  const std::size_t bytes_max_, segment_bytes_;

  mutable Mutex mutex_;
  // Written by the packing thread alone. The oldest first; the last is being filled:
  std::deque<std::shared_ptr<TextSegment>> segments_ GUARDED_BY(mutex_);
  std::uint32_t oldest_segment_ GUARDED_BY(mutex_) = 0;
  std::unordered_map<std::uint64_t, Slot> slots_ GUARDED_BY(mutex_);  // by a hash of the label
  std::size_t full_bytes_ GUARDED_BY(mutex_) = 0;  // of all segments but the last
  std::size_t used_bytes_ GUARDED_BY(mutex_) = 0;  // of everything

  Mutex waiting_mutex_;
  StoppableCondition changed_;
  std::unordered_map<std::string, std::uint32_t> indices_ GUARDED_BY(waiting_mutex_);
  std::vector<Text> waiting_ GUARDED_BY(waiting_mutex_);
  std::size_t waiting_bytes_ GUARDED_BY(waiting_mutex_) = 0;
  bool packing_ GUARDED_BY(waiting_mutex_) = false;

  std::jthread packer_;  // last: it uses the above
};

/// The texts of one index among those of several. A handle, for as long as they live.
class IndexTexts {
 public:
  IndexTexts(TextCache& texts, const std::string& index)
      : texts_(texts), index_(texts.index_number(index)) {}

  auto find(const xapi::Position& position) const { return texts_.find(index_, position); }
  bool has(const xapi::Position& position) const { return texts_.has(index_, position); }
  /// What keep() takes.
  TextCache::Text text(const xapi::Position& position, std::string json, std::uint8_t flags) const {
    return {{position, index_, flags}, std::move(json)};
  }
  void keep(std::vector<TextCache::Text> texts) { texts_.keep(std::move(texts)); }
  TextCache& all() { return texts_; }

 private:
  TextCache& texts_;
  const std::uint32_t index_;
};

}  // namespace lectern::store
