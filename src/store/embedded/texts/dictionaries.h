#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include <rocksdb/db.h>

#include "base/concurrency/mutex.h"
#include "store/embedded/texts/dictionary.h"

namespace lectern::store::embedded {

/// The dictionaries of a store. None is ever removed before the store is. Thread-safe.
class TextDictionaries {
 public:
  /// The one to pack with; null: there is none yet.
  const TextDictionary* newest() const { return newest_; }
  /// Null where there is none of this number.
  const TextDictionary* find(DictionaryNumber number) const {
    return number <= dictionaries_max ? by_number_[number].load() : nullptr;
  }
  /// The number of the next one; no_dictionary where there may be no more.
  DictionaryNumber next_number() const;
  /// Adds one that is on disk, unless it is here.
  void add(DictionaryNumber number, std::string_view bytes);

 private:
  std::array<std::atomic<const TextDictionary*>, dictionaries_max + 1> by_number_{};
  std::atomic<const TextDictionary*> newest_ = nullptr;
  Mutex mutex_;
  std::vector<std::unique_ptr<const TextDictionary>> owned_ GUARDED_BY(mutex_);
};

/// The key of a dictionary: in the family `blobs`, and once more in `documents`, since without it
/// no text that was packed with it can be read.
std::string dictionary_key(DictionaryNumber number);

}  // namespace lectern::store::embedded
