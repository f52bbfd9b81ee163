#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time/time.h"
#include "base/uuid.h"
#include "store/statement_store.h"

struct ZSTD_CDict_s;
struct ZSTD_DDict_s;

/// How a statement's text is packed, alone, against a dictionary of what such texts have in common:
///
///   packed = frame *uuid               ; of zstd, without the four bytes that all begin with;
///                                      ; it unpacks to what is left of the text
///   uuid   = 16OCTET                   ; as random as they are, nothing packs them better
///   left   = *( %x01-03 / OCTET )      ; %x01: the statement's id; %x02: its `stored`;
///                                      ; %x03: the next uuid, in lower case
///
/// None of these three bytes is in a JSON text.
namespace lectern::store::embedded {

/// The number of a dictionary within its store, from 1 on.
using DictionaryNumber = std::uint8_t;
/// What a text has that is not packed.
inline constexpr DictionaryNumber no_dictionary = 0;
/// Dictionaries of one store: each takes 100 KiB of memory, and half a MiB more
/// once it has packed a text since the store was opened.
inline constexpr DictionaryNumber dictionaries_max = 64;

/// What texts have, and what is left of them when they are packed.
struct PackedBytes {
  std::size_t texts = 0, packed = 0;
};

/// A text without what is not worth packing: what the row's other fields say of it, and UUIDs.
struct CutText {
  std::string left;
  std::string uuids;  ///< one behind the other
};
/// Cuts a row's text; nothing where that has bytes which would mark what was cut.
std::optional<CutText> cut_text(const Row& row);

/// The bytes of a dictionary for texts like these, 32 KiB at most. `texts`: one behind the other,
/// of these sizes. Takes some hundredths of a second for a megabyte. Errors: invalid where they are
/// too few, or have too little in common.
Result<std::string> learn_dictionary(std::string_view texts, std::span<const std::size_t> sizes);

/// A dictionary, ready for use. Thread-safe.
class TextDictionary {
 public:
  TextDictionary(DictionaryNumber number, std::string_view bytes);
  ~TextDictionary();
  TextDictionary(const TextDictionary&) = delete;
  TextDictionary& operator=(const TextDictionary&) = delete;

  DictionaryNumber number() const { return number_; }
  /// Nothing where zstd has no memory.
  std::optional<std::string> pack(const CutText& text) const;
  /// The whole text again; nothing for bytes that pack() cannot have made.
  std::optional<std::string> unpack(std::string_view packed, const Uuid& id, Time stored) const;

 private:
  ZSTD_CDict_s* packing() const;

  const DictionaryNumber number_;
  const std::string bytes_;
  mutable std::atomic<ZSTD_CDict_s*> packing_ = nullptr;  // made when it is asked for
  ZSTD_DDict_s* const unpacking_;
};

}  // namespace lectern::store::embedded
