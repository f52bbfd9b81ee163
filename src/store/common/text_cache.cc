#include "store/common/text_cache.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/assert.h"
#include "base/time/micros.h"

namespace lectern::store {
namespace {

/// What it takes to find a text: the node of the table, and its share of the buckets.
constexpr std::size_t place_bytes = 48;
constexpr std::size_t piece_bytes_max = 4UL * 1024 * 1024;
constexpr std::size_t pieces_min = 32;  // the oldest is dropped whole
/// Of a segment, for one text.
constexpr std::size_t texts_min = 16;
constexpr std::size_t bytes_min = 64UL * 1024;
/// Texts that wait to be packed.
constexpr std::size_t waiting_bytes_max = 16UL * 1024 * 1024;

std::uint64_t key_of(const TextKey& label) {
  const auto stored = static_cast<std::uint64_t>(micros_of(label.position.stored));
  return std::hash<Uuid>{}(label.position.id) ^ ((stored ^ label.index) * 0x9E3779B97F4A7C15U);
}

}  // namespace

TextCache::TextCache(std::size_t bytes_max)
    : bytes_max_(bytes_max < bytes_min ? 0 : bytes_max),
      segment_bytes_(std::min(bytes_max_ / pieces_min, piece_bytes_max)) {
  if (bytes_max_ == 0) return;
  segments_.push_back(std::make_shared<TextSegment>(segment_bytes_));
  packer_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

std::uint32_t TextCache::index_number(const std::string& name) {
  const MutexLock lock(waiting_mutex_);
  return indices_.emplace(name, static_cast<std::uint32_t>(indices_.size())).first->second;
}

std::optional<TextCache::Hit> TextCache::held(std::uint32_t index,
                                              const xapi::Position& position) const {
  TextKey label{position, index, 0};
  const MutexLock lock(mutex_);
  const auto there = slots_.find(key_of(label));
  if (there == slots_.end()) return std::nullopt;
  const auto [number, at] = there->second;
  const auto& segment = segments_[number - oldest_segment_];
  const auto its = segment->label(at);
  label.flags = its.flags;
  if (label != its) return std::nullopt;
  return Hit{segment, at, its};
}

bool TextCache::has(std::uint32_t index, const xapi::Position& position) const {
  return held(index, position).has_value();
}

std::optional<TextCache::Text> TextCache::find(std::uint32_t index,
                                               const xapi::Position& position) const {
  const auto there = held(index, position);
  if (!there) return std::nullopt;
  return Text{there->label, there->segment->text(there->at)};
}

void TextCache::keep(std::vector<Text> texts) {
  std::erase_if(texts, [&](const Text& text) {
    return bytes_max_ == 0 || text.json.size() > segment_bytes_ / texts_min;
  });
  std::size_t bytes = 0;
  for (const Text& text : texts) bytes += text.json.size();
  {
    const MutexLock lock(waiting_mutex_);
    if (texts.empty() || waiting_bytes_ + bytes > waiting_bytes_max) return;
    waiting_bytes_ += bytes;
    std::move(texts.begin(), texts.end(), std::back_inserter(waiting_));
  }
  changed_.notify_all();
}

void TextCache::flush() {
  const MutexLock lock(waiting_mutex_);
  changed_.wait(waiting_mutex_,
                [&]() REQUIRES(waiting_mutex_) { return waiting_.empty() && !packing_; });
}

void TextCache::work(const std::stop_token& stop) {
  MutexLock lock(waiting_mutex_);
  while (changed_.wait(waiting_mutex_, stop,
                       [&]() REQUIRES(waiting_mutex_) { return !waiting_.empty(); })) {
    const auto texts = std::exchange(waiting_, {});
    waiting_bytes_ = 0;
    packing_ = true;
    lock.unlock();
    pack(texts);
    lock.lock();
    packing_ = false;
    changed_.notify_all();
  }
}

void TextCache::pack(std::span<const Text> texts) {
  for (const Text& text : texts) pack_one(text);
}

void TextCache::pack_one(const Text& text) {
  const auto key = key_of(text.label);
  std::shared_ptr<TextSegment> newest, next;
  {
    const MutexLock lock(mutex_);
    if (slots_.contains(key)) return;
    newest = segments_.back();
  }
  // Without the lock, since it takes long; nobody else adds.
  auto at = newest->add(text.label, text.json);
  if (!at) {
    next = std::make_shared<TextSegment>(segment_bytes_);
    at = next->add(text.label, text.json);
    LECTERN_ASSERT(at);
  }
  const MutexLock lock(mutex_);
  if (next) {
    full_bytes_ += newest->bytes();
    segments_.push_back(std::move(next));
  }
  const auto number = oldest_segment_ + static_cast<std::uint32_t>(segments_.size()) - 1;
  slots_.emplace(key, Slot{number, *at});
  count_used_bytes();
  while (segments_.size() > 1 && used_bytes_ > bytes_max_) drop_oldest();
}

void TextCache::count_used_bytes() {
  used_bytes_ = full_bytes_ + segments_.back()->bytes() + slots_.size() * place_bytes;
}

std::size_t TextCache::free_bytes() const {
  const MutexLock lock(mutex_);
  return bytes_max_ - std::min(bytes_max_, used_bytes_);
}

void TextCache::drop_oldest() {
  const auto& oldest = *segments_.front();
  full_bytes_ -= oldest.bytes();
  oldest.for_each_label([this](const TextKey& label)
                            REQUIRES(mutex_) { slots_.erase(key_of(label)); });
  segments_.pop_front();
  ++oldest_segment_;
  count_used_bytes();
}

}  // namespace lectern::store
