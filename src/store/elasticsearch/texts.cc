#include "store/elasticsearch/texts.h"

#include <functional>

namespace lectern::store::elasticsearch {
namespace {

/// What an entry takes beside its text: the nodes of the list and of the table.
constexpr std::size_t entry_overhead_bytes = 160;

std::size_t hash_of(const std::string& index) { return std::hash<std::string>{}(index); }

}  // namespace

std::size_t Texts::Hash::operator()(const Key& key) const {
  return std::hash<Uuid>{}(key.position.id) ^ key.index;
}

std::size_t Texts::bytes_of(const Entry& entry) {
  return entry.json.capacity() + entry_overhead_bytes;
}

std::vector<std::size_t> Texts::fill(const std::string& index, std::span<Listed> rows) {
  std::vector<std::size_t> missing;
  const std::size_t hash = hash_of(index);
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto there = by_key_.find({hash, rows[i].position});
    if (there == by_key_.end()) {
      missing.push_back(i);
      continue;
    }
    entries_.splice(entries_.begin(), entries_, there->second);
    rows[i].json = there->second->json;
    rows[i].refers = there->second->refers;
  }
  return missing;
}

void Texts::keep(const std::string& index, const xapi::Position& position, const std::string& json,
                 bool refers) {
  Entry entry{{hash_of(index), position}, json, refers};
  const std::size_t bytes = bytes_of(entry);
  if (bytes > bytes_max_ / 16) return;  // one row must not drive out the others
  const std::lock_guard lock(mutex_);
  if (by_key_.contains(entry.key)) return;
  bytes_ += bytes;
  entries_.push_front(std::move(entry));
  by_key_.emplace(entries_.front().key, entries_.begin());
  while (bytes_ > bytes_max_) {
    bytes_ -= bytes_of(entries_.back());
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
}

}  // namespace lectern::store::elasticsearch
