#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <map>
#include <utility>

namespace lectern {

/// Items that wait, each on somebody's account: each party's in the order in which they came, and
/// the parties in turn (round robin), so that one that brings many keeps another waiting for one
/// item only. Not thread-safe.
template <typename Party, typename Item>
class FairQueue {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  /// Adds an item behind the others of its party.
  void push(const Party& party, Item item) {
    auto& items = waiting_[party];
    if (items.empty()) turns_.push_back(party);
    items.push_back(std::move(item));
    ++size_;
  }

  /// Puts an item back that was taken last: it comes next.
  void push_front(const Party& party, Item item) {
    auto& items = waiting_[party];
    if (!items.empty()) std::erase(turns_, party);
    turns_.push_front(party);
    items.push_front(std::move(item));
    ++size_;
  }

  /// The next item, of the party whose turn it is. There must be one.
  Item pop() {
    const auto at = waiting_.find(turns_.front());
    turns_.pop_front();
    Item item = std::move(at->second.front());
    at->second.pop_front();
    --size_;
    if (at->second.empty()) {
      waiting_.erase(at);
    } else {
      turns_.push_back(at->first);
    }
    return item;
  }

  /// Takes an item out, if it waits.
  void erase(const Party& party, const Item& item) {
    const auto at = waiting_.find(party);
    if (at == waiting_.end()) return;
    size_ -= std::erase(at->second, item);
    if (!at->second.empty()) return;
    waiting_.erase(at);
    std::erase(turns_, party);
  }

 private:
  std::map<Party, std::deque<Item>> waiting_;  // none empty
  std::deque<Party> turns_;                    // each party of waiting_ once
  std::size_t size_ = 0;
};

}  // namespace lectern
