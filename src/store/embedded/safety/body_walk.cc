#include "store/embedded/safety/body_walk.h"

#include <algorithm>

#include "store/embedded/format/values.h"

namespace lectern::store::embedded {
namespace {

constexpr std::size_t key_bytes = 12;

}  // namespace

BodyWalk::BodyWalk(const Database& database, const rocksdb::Snapshot* snapshot, Order order)
    : database_(database), order_(order) {
  options_.snapshot = snapshot;
  options_.fill_cache = false;
  options_.readahead_size = std::size_t{1} << 20;
  if (auto ahead = read_rows_ahead(database.rocks(), snapshot)) ahead_ = std::move(*ahead);
  at_.reset(database.rocks().NewIterator(options_, database.family(Family::bodies)));
  if (order_ == Order::newest_first) {
    at_->SeekToFirst();
  } else {
    at_->SeekToLast();
  }
}

std::optional<BodyWalk::Entry> BodyWalk::next() {
  for (;;) {
    if (auto entry = step()) {
      if (is_statement(*entry)) return entry;
      continue;
    }
    if (at_->status().ok()) return std::nullopt;
    if (first_damage_.empty()) first_damage_ = at_->status().ToString();
    if (auto entry = next_known()) return entry;
    return std::nullopt;
  }
}

bool BodyWalk::is_statement(const Entry& entry) const {
  return std::none_of(ahead_.begin(), ahead_.end(), [&](const RowsAhead& rows) {
    return rows.contain(entry.target, stored_of(entry.order));
  });
}

std::optional<BodyWalk::Entry> BodyWalk::step() {
  if (!at_->Valid()) return std::nullopt;
  const auto key = view(at_->key());
  last_ = key;
  Entry entry{be32(key.substr(0, 4)), be64(key.substr(4)), at_->value().ToString()};
  move();
  return entry;
}

void BodyWalk::move() {
  if (order_ == Order::newest_first) {
    at_->Next();
  } else {
    at_->Prev();
  }
}

void BodyWalk::learn_places() {
  known_.emplace();
  rocksdb::ReadOptions options = options_;
  const std::unique_ptr<rocksdb::Iterator> at(
      database_.rocks().NewIterator(options, database_.family(Family::ids)));
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
    const auto entry = decode_id_entry(view(at->value()));
    if (entry && entry->kept)
      known_->push_back(body_key(be32(view(at->key()).substr(0, 4)), entry->stored));
  }
  std::sort(known_->begin(), known_->end());
  if (order_ == Order::oldest_first) std::reverse(known_->begin(), known_->end());
}

std::optional<BodyWalk::Entry> BodyWalk::next_known() {
  if (!known_) learn_places();
  const auto is_before = [&](const std::string& a, const std::string& b) {
    return order_ == Order::newest_first ? a < b : a > b;
  };
  auto place = last_.empty() ? known_->begin()
                             : std::upper_bound(known_->begin(), known_->end(), last_, is_before);
  for (; place != known_->end(); ++place) {
    std::string bytes;
    const auto status =
        database_.rocks().Get(options_, database_.family(Family::bodies), *place, &bytes);
    last_ = *place;
    if (!status.ok()) {
      lost_.push_back(*place);
      continue;
    }
    if (order_ == Order::newest_first) {
      at_->Seek(*place);
    } else {
      at_->SeekForPrev(*place);
    }
    if (at_->Valid()) move();
    return Entry{be32(place->substr(0, 4)), be64(place->substr(4, key_bytes - 4)),
                 std::move(bytes)};
  }
  return std::nullopt;
}

}  // namespace lectern::store::embedded
