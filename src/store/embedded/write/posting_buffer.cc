#include "store/embedded/write/posting_buffer.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace lectern::store::embedded {
namespace {

constexpr std::size_t hash_bytes = std::tuple_size_v<TermHash>;
/// By how many times more is looked up each time that what was looked up was not enough.
constexpr std::size_t growth = 8;

rocksdb::Slice slice_of(const PostingKey& key) { return {key.data(), key.size()}; }

}  // namespace

std::size_t PostingBuffer::Hash::operator()(const TermHash& hash) const {
  std::size_t value = 0;  // it is a hash already, and keyed
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

void PostingBuffer::add(std::span<const Posting> postings) {
  const WriterLock lock(mutex_);
  auto& into = *recent_;
  for (const auto& posting : postings) {
    TermHash hash;
    std::copy_n(posting.key.begin(), hash_bytes, hash.begin());
    const auto order = be64({posting.key.data() + hash_bytes, 8});
    auto& last = into.last[hash];
    if (last != 0 && into.items[last - 1].order == order) continue;  // a term twice in a row
    LECTERN_ASSERT(last == 0 || order < into.items[last - 1].order);
    into.items.push_back(
        {order, posting.mark.value_or(VerbMark{}), posting.mark.has_value(), last});
    last = static_cast<std::uint32_t>(into.items.size());
    into.newest = std::min(into.newest, order);
    into.oldest = std::max(into.oldest, order);
  }
}

void PostingBuffer::add_weight(std::uint64_t newest, std::size_t weight) {
  const WriterLock lock(mutex_);
  recent_->newest = std::min(recent_->newest, newest);
  recent_->weight += weight;
}

void PostingBuffer::clear(std::uint64_t covered) {
  const WriterLock lock(mutex_);
  covered_ = covered;
  recent_ = std::make_shared<Generation>();
  sealed_.reset();
  to_write_.clear();
}

void PostingBuffer::seal() {
  auto fresh = std::make_shared<Generation>();
  std::shared_ptr<const Generation> sealed;
  {
    const ReaderLock lock(mutex_);
    if (sealed_ || recent_->empty()) return;
    sealed = recent_;
  }
  // As many as there were, most likely.
  fresh->items.reserve(sealed->items.size());
  fresh->last.reserve(sealed->last.size());
  {
    const WriterLock lock(mutex_);
    sealed_ = std::exchange(recent_, std::move(fresh));
  }
  to_write_.assign(sealed->last.begin(), sealed->last.end());
  std::sort(to_write_.begin(), to_write_.end());
  written_ = begun_ = 0;
}

bool PostingBuffer::is_due() const {
  const ReaderLock lock(mutex_);
  return !sealed_ && recent_->size() >= seal_at_;
}

bool PostingBuffer::empty() const {
  const ReaderLock lock(mutex_);
  return !sealed_ && recent_->empty();
}

void PostingBuffer::put_term(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* family,
                             const std::vector<Item>& items, const TermHash& hash,
                             std::uint32_t last) {
  entries_.clear();
  for (auto at = last; at != 0; at = items[at - 1].before) {
    const auto& item = items[at - 1];
    entries_.push_back({item.order, item.has_mark ? std::optional(item.mark) : std::nullopt});
  }
  const auto key_hash = hash_of_blocks(hash);
  // From the oldest on, so that more that come later change no block but the last.
  for (std::size_t end = entries_.size(); end > 0;) {
    const auto count = std::min(end, entries_of_block_max);
    const auto block = std::span(entries_).subspan(end - count, count);
    batch.Put(family, slice_of(posting_key(key_hash, block.back().order)), encode_block(block));
    end -= count;
  }
}

bool PostingBuffer::begin_slice(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* defaults,
                                rocksdb::ColumnFamilyHandle* postings, std::size_t terms) {
  if (is_due()) seal();
  std::shared_ptr<const Generation> sealed;  // which nothing is added to any more
  {
    const ReaderLock lock(mutex_);
    sealed = sealed_;
  }
  if (!sealed) return false;
  for (begun_ = written_; begun_ < to_write_.size() && begun_ < written_ + terms; ++begun_)
    put_term(batch, postings, sealed->items, to_write_[begun_].first, to_write_[begun_].second);
  if (begun_ == to_write_.size()) {
    std::string bytes;
    // Never back: a store that is built anew gets its targets one behind the other.
    append_be64(bytes, std::min(sealed->newest, covered_));
    batch.Put(defaults, rocksdb::Slice(covered_key.data(), covered_key.size()), bytes);
  }
  return true;
}

void PostingBuffer::end_slice() {
  written_ = begun_;
  if (written_ < to_write_.size()) return;
  const WriterLock lock(mutex_);
  covered_ = std::min(covered_, sealed_->newest);
  sealed_.reset();
  to_write_.clear();
}

PostingBuffer::View::View(const PostingBuffer& buffer, const TermHash& hash) : buffer_(buffer) {
  const ReaderLock lock(buffer.mutex_);
  for (const auto* generation : {&buffer.recent_, &buffer.sealed_}) {
    if (!*generation) continue;
    const auto found = (*generation)->last.find(hash);
    if (found != (*generation)->last.end()) chains_.push_back({*generation, found->second});
  }
}

void PostingBuffer::View::collect(std::optional<std::uint64_t> above, std::size_t count_max,
                                  std::vector<BlockEntry>& found) const {
  const ReaderLock lock(buffer_.mutex_);
  for (const auto& [generation, last] : chains_) {
    const auto& items = generation->items;
    if (above && generation->oldest <= *above) continue;  // as on most pages
    for (auto at = last; at != 0; at = items[at - 1].before) {
      const auto& item = items[at - 1];
      if (above && item.order <= *above) continue;
      if (found.size() == count_max) return;
      found.push_back({item.order, item.has_mark ? std::optional(item.mark) : std::nullopt});
    }
  }
}

std::vector<BlockEntry> PostingBuffer::View::newest(std::optional<std::uint64_t> above) {
  std::vector<BlockEntry> found;
  if (chains_.empty()) return found;
  collect(above, count_max_, found);
  count_max_ *= growth;
  return found;
}

std::vector<BlockEntry> PostingBuffer::View::all() const {
  std::vector<BlockEntry> found;
  if (!chains_.empty()) collect(std::nullopt, ~std::size_t{0}, found);
  return found;
}

}  // namespace lectern::store::embedded
