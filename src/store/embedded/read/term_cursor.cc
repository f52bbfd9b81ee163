#include "store/embedded/read/term_cursor.h"

#include <algorithm>

#include "store/embedded/format/posting_block.h"

namespace lectern::store::embedded {
namespace {

std::string text_of(const TermHash& hash) { return {hash.begin(), hash.end()}; }

bool is_newer(const BlockEntry& entry, std::uint64_t order) { return entry.order < order; }

/// Postings that stand alone: from before there were blocks, of large batches, and inherited ones.
class Alone final : public PostingSource {
 public:
  Alone(const Database& database, const TermHash& hash, const ScanRange& range)
      : at_(database, Family::postings, text_of(hash), range) {}

  bool valid() const override { return at_.valid(); }
  std::uint64_t order() const override { return at_.order(); }
  std::optional<VerbMark> mark() const override { return decode_verb_mark(at_.value()); }
  void next() override { at_.next(); }
  void advance_to(std::uint64_t order) override { at_.advance_to(order); }
  rocksdb::Status status() const override { return at_.status(); }

 private:
  Cursor at_;
};

/// Those in blocks, whose keys have the order of the oldest in them.
class InBlocks final : public PostingSource {
 public:
  InBlocks(const Database& database, const TermHash& hash, const ScanRange& range)
      : prefix_(text_of(hash_of_blocks(hash))),
        range_(range),
        lower_(key_of(range.newest)),
        upper_(key_of(~std::uint64_t{0}) + '\0'),
        lower_slice_(lower_),
        upper_slice_(upper_) {
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = &lower_slice_;
    options.iterate_upper_bound = &upper_slice_;
    at_.reset(database.rocks().NewIterator(options, database.family(Family::postings)));
    seek(range.ascending ? range.oldest : range.newest);
  }

  bool valid() const override {
    return index_ < entries_.size() && entries_[index_].order >= range_.newest &&
           entries_[index_].order <= range_.oldest;
  }
  std::uint64_t order() const override { return entries_[index_].order; }
  std::optional<VerbMark> mark() const override { return entries_[index_].mark; }

  void next() override {
    if (range_.ascending) {
      if (index_ > 0) {
        --index_;
        return;
      }
      at_->Prev();
      if (load()) index_ = entries_.size() - 1;
      return;
    }
    if (++index_ < entries_.size()) return;
    at_->Next();
    load();
  }

  void advance_to(std::uint64_t goal) override {
    if (!valid()) return;
    if (range_.ascending ? order() <= goal : order() >= goal) return;
    if (range_.ascending ? goal >= entries_.front().order : goal <= entries_.back().order) {
      return stand_in_block(goal);
    }
    // The block behind it is near; what lies further is sought.
    if (range_.ascending) {
      at_->Prev();
    } else {
      at_->Next();
    }
    if (!load()) return;
    if (range_.ascending ? goal >= entries_.front().order : goal <= entries_.back().order) {
      stand_in_block(goal);
    } else {
      seek(goal);
    }
  }

  rocksdb::Status status() const override {
    return damaged_ ? rocksdb::Status::Corruption("a block of postings") : at_->status();
  }

 private:
  std::string key_of(std::uint64_t order) const {
    std::string key = prefix_;
    append_be64(key, order);
    return key;
  }

  void seek(std::uint64_t goal) {
    at_->Seek(key_of(goal));
    if (!range_.ascending) {
      if (load()) stand_in_block(goal);
      return;
    }
    if (at_->Valid() && load() && entries_.front().order <= goal) return stand_in_block(goal);
    if (at_->Valid()) {
      at_->Prev();
    } else if (at_->status().ok()) {
      at_->SeekToLast();
    }
    if (load()) index_ = entries_.size() - 1;
  }

  /// At `goal`, or behind it in the direction of the walk: the block has such an entry.
  void stand_in_block(std::uint64_t goal) {
    auto place = std::lower_bound(entries_.begin(), entries_.end(), goal, is_newer);
    if (range_.ascending && (place == entries_.end() || place->order > goal)) --place;
    index_ = static_cast<std::size_t>(place - entries_.begin());
  }

  /// The block at which the iterator stands; whether there is one.
  bool load() {
    entries_.clear();
    index_ = 0;
    std::uint64_t oldest = 0;
    if (!at_->Valid()) return false;
    decode_order(view(at_->key()), oldest);
    auto entries = decode_block(view(at_->value()), oldest);
    damaged_ = damaged_ || !entries;
    if (entries) entries_ = std::move(*entries);
    return entries.has_value();
  }

  const std::string prefix_;
  const ScanRange range_;
  const std::string lower_, upper_;
  const rocksdb::Slice lower_slice_, upper_slice_;  // the iterator keeps pointers to them
  std::unique_ptr<rocksdb::Iterator> at_;
  std::vector<BlockEntry> entries_;  // the newest first
  std::size_t index_ = 0;
  bool damaged_ = false;
};

/// Those that are in memory.
class InMemory final : public PostingSource {
 public:
  InMemory(const Database& database, const TermHash& hash, const ScanRange& range)
      : view_(database.posting_buffer(), hash), range_(range) {
    if (range.ascending) {
      entries_ = view_.all();
      std::reverse(entries_.begin(), entries_.end());
    } else {
      entries_ = view_.newest(range.newest == 0 ? std::nullopt : std::optional(range.newest - 1));
    }
    if (!entries_.empty()) advance_to(range.ascending ? range.oldest : range.newest);
  }

  bool valid() const override {
    return index_ < entries_.size() && order() >= range_.newest && order() <= range_.oldest;
  }
  std::uint64_t order() const override { return entries_[index_].order; }
  std::optional<VerbMark> mark() const override { return entries_[index_].mark; }

  void next() override {
    if (++index_ == entries_.size() && !range_.ascending) fetch(order_before_end());
  }

  void advance_to(std::uint64_t goal) override {
    const auto is_before = [&](const BlockEntry& entry, std::uint64_t order) {
      return range_.ascending ? entry.order > order : entry.order < order;
    };
    const auto from = entries_.begin() + static_cast<std::ptrdiff_t>(index_);
    index_ = static_cast<std::size_t>(std::lower_bound(from, entries_.end(), goal, is_before) -
                                      entries_.begin());
    if (index_ == entries_.size() && index_ > 0 && !range_.ascending)
      fetch(std::max(goal - 1, order_before_end()));
  }

  rocksdb::Status status() const override { return {}; }

 private:
  std::uint64_t order_before_end() const { return entries_.back().order; }

  void fetch(std::uint64_t above) {
    entries_ = view_.newest(above);
    index_ = 0;
  }

  PostingBuffer::View view_;
  const ScanRange range_;
  std::vector<BlockEntry> entries_;  // in the direction of the walk
  std::size_t index_ = 0;
};

}  // namespace

TermCursor::TermCursor(const Database& database, const TermHash& hash, const ScanRange& range)
    : ascending_(range.ascending) {
  // First what is in memory: it may go from there to the database meanwhile, never back.
  sources_[0] = std::make_unique<InMemory>(database, hash, range);
  sources_[1] = std::make_unique<InBlocks>(database, hash, range);
  sources_[2] = std::make_unique<Alone>(database, hash, range);
  pick();
}

void TermCursor::pick() {
  current_ = nullptr;
  for (const auto& source : sources_) {
    if (!source->valid()) continue;
    const auto order = source->order();
    if (current_ && (ascending_ ? order <= order_ : order >= order_)) continue;
    current_ = source.get();
    order_ = order;
  }
}

void TermCursor::next() {
  const auto order = order_;
  for (const auto& source : sources_)
    if (source->valid() && source->order() == order) source->next();
  pick();
}

void TermCursor::advance_to(std::uint64_t goal) {
  for (const auto& source : sources_)
    if (source->valid()) source->advance_to(goal);
  pick();
}

rocksdb::Status TermCursor::status() const {
  for (const auto& source : sources_)
    if (!source->status().ok()) return source->status();
  return {};
}

}  // namespace lectern::store::embedded
