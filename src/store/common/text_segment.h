#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "xapi/position.h"

struct ZSTD_CCtx_s;
struct ZSTD_CDict_s;
struct ZSTD_DDict_s;

namespace lectern::store {

/// What a packed text belongs to.
struct TextKey {
  xapi::Position position;
  std::uint32_t index = 0;  ///< the number of an index or table
  std::uint8_t flags = 0;   ///< of whoever keeps the text

  bool operator==(const TextKey&) const = default;
};

/// A piece of memory that is filled with texts of statements once. Those that come first are kept
/// as they are and are the dictionary of those behind them, packed with zstd: the statements of one
/// system are much alike. Of the 1,324 bytes of real ones 290 were left; packing one took 2.5 us,
/// unpacking it 0.7.
///
///   memory = *record
///   record = head packed
///   head   = label text_bytes packed_bytes     ; a struct Head
///   packed = the text itself where both sizes are equal, or else a zstd frame
///
/// One thread may add while others read what was added before they were told of it.
class TextSegment {
 public:
  explicit TextSegment(std::size_t bytes_max);
  ~TextSegment();
  TextSegment(const TextSegment&) = delete;
  TextSegment& operator=(const TextSegment&) = delete;

  /// Where the text is now; nothing when it does not fit any more: then nothing is to be added
  /// again.
  std::optional<std::uint32_t> add(const TextKey& label, std::string_view text);

  /// What stands `at` a place that add() gave.
  TextKey label(std::uint32_t at) const;
  std::string text(std::uint32_t at) const;

  /// Those of all texts, in the order of their coming.
  void for_each_label(const std::function<void(const TextKey&)>& visit) const;

  /// Of all that is in use.
  std::size_t bytes() const { return used_ + dictionary_bytes_; }

 private:
  struct Head {
    TextKey label;
    std::uint32_t text_bytes = 0, packed_bytes = 0;
  };
  Head head(std::uint32_t at) const;
  void make_dictionary();
  void close();

  const std::size_t bytes_max_;
  const std::unique_ptr<char[]> memory_;
  std::size_t used_ = 0;
  std::string first_texts_;  // until they are the dictionary
  std::size_t dictionary_bytes_ = 0;
  ZSTD_CCtx_s* packing_ = nullptr;  // both until it is full
  ZSTD_CDict_s* packing_dictionary_ = nullptr;
  ZSTD_DDict_s* unpacking_dictionary_ = nullptr;
};

}  // namespace lectern::store
