#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/statement_store.h"

namespace lectern::store::elasticsearch {

/// The texts of the statements that were stored or listed last, so that a list asks the database
/// for places alone: to fetch a hundred texts takes it five times as long as to find them. A place
/// has one text for ever, so nothing in here grows stale. Thread-safe.
class Texts {
 public:
  /// `bytes_max` bounds the texts together with what is kept beside them, roughly.
  explicit Texts(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Sets `json` and `refers` of those rows of an index whose text is here; returns the places in
  /// `rows` of the others.
  std::vector<std::size_t> fill(const std::string& index, std::span<Listed> rows);

  /// Keeps the text of a row; that of the row which was not used for the longest time gives way.
  void keep(const std::string& index, const xapi::Position& position, const std::string& json,
            bool refers);

 private:
  struct Key {
    std::size_t index;  // a hash of its name
    xapi::Position position;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  struct Entry {
    Key key;
    std::string json;
    bool refers = false;
  };
  static std::size_t bytes_of(const Entry& entry);

  const std::size_t bytes_max_;
  std::mutex mutex_;
  // Guarded by mutex_:
  std::list<Entry> entries_;  // the last used one first
  std::unordered_map<Key, std::list<Entry>::iterator, Hash> by_key_;
  std::size_t bytes_ = 0;
};

}  // namespace lectern::store::elasticsearch
