#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/common/text_segment.h"

namespace lectern::store {

/// The texts of the statements that were stored or listed last, so that a page asks the database
/// for places alone: to fetch a hundred scattered texts takes it longer than to find them. A place
/// has one text for ever, so nothing in here grows stale. Packing is done by a thread of its own:
/// nobody waits for it. Thread-safe.
class RecentTexts {
 public:
  struct Text {
    TextLabel label;
    std::string json;
  };

  /// `bytes_max` bounds all that this takes, roughly; with less than 64 KiB it keeps nothing.
  explicit RecentTexts(std::size_t bytes_max);

  /// By what number an index (or table) of this name goes here.
  std::uint32_t index_number(const std::string& name);

  /// The text of the row at a place of an index, with the flags that were kept with it; nothing if
  /// it is not here.
  std::optional<Text> find(std::uint32_t index, const xapi::Position& position) const;
  bool has(std::uint32_t index, const xapi::Position& position) const;

  /// Keeps texts of rows, soon; those that have been here longest give way. A text that would drive
  /// out many others is not kept, nor what comes faster than it can be packed.
  void keep(std::vector<Text> texts);

  /// Waits until what was given to keep() before is kept.
  void settle();

  /// What it may still take before texts give way.
  std::size_t room_bytes() const;

 private:
  struct Place {
    std::uint32_t piece = 0;  // counted from the first one ever
    std::uint32_t at = 0;
  };
  struct Held {
    std::shared_ptr<const PackedTexts> piece;
    std::uint32_t at = 0;
    TextLabel label;
  };
  std::optional<Held> held(std::uint32_t index, const xapi::Position& position) const;
  void work(const std::stop_token& stop);
  void pack(std::span<const Text> texts);
  Place pack_one(const Text& text);
  void count_used_bytes();
  void drop_oldest();

  const std::size_t bytes_max_, piece_bytes_;

  mutable std::mutex mutex_;
  // Guarded by mutex_; written by the packing thread alone:
  std::deque<std::shared_ptr<PackedTexts>> pieces_;  // the oldest first; the last is being filled
  std::uint32_t oldest_piece_ = 0;
  std::unordered_map<std::uint64_t, Place> places_;  // by a hash of the label
  std::size_t full_bytes_ = 0;                       // of all pieces but the last
  std::size_t used_bytes_ = 0;                       // of everything

  std::mutex waiting_mutex_;
  std::condition_variable_any changed_;
  // Guarded by waiting_mutex_:
  std::unordered_map<std::string, std::uint32_t> indices_;
  std::vector<Text> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool packing_ = false;

  std::jthread packer_;  // last: it uses the above
};

/// The texts of one index among those of several. A handle, for as long as they live.
class TextsOfIndex {
 public:
  TextsOfIndex(RecentTexts& texts, const std::string& index)
      : texts_(texts), index_(texts.index_number(index)) {}

  auto find(const xapi::Position& position) const { return texts_.find(index_, position); }
  bool has(const xapi::Position& position) const { return texts_.has(index_, position); }
  /// What keep() takes.
  RecentTexts::Text text(const xapi::Position& position, std::string json,
                         std::uint8_t flags) const {
    return {{position, index_, flags}, std::move(json)};
  }
  void keep(std::vector<RecentTexts::Text> texts) { texts_.keep(std::move(texts)); }
  RecentTexts& all() { return texts_; }

 private:
  RecentTexts& texts_;
  const std::uint32_t index_;
};

}  // namespace lectern::store
