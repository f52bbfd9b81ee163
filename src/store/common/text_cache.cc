#include "store/common/text_cache.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/assert.h"

namespace lectern::store {
namespace {

/// What it takes to find a text: the node of the table, and its share of the buckets.
constexpr std::size_t place_bytes = 48;
constexpr std::size_t piece_bytes_max = 4UL * 1024 * 1024;
constexpr std::size_t pieces_min = 32;  // the oldest is dropped whole
/// Of a piece, for one text.
constexpr std::size_t texts_min = 16;
constexpr std::size_t bytes_min = 64UL * 1024;
/// Texts that wait to be packed.
constexpr std::size_t waiting_bytes_max = 16UL * 1024 * 1024;

std::uint64_t key_of(const TextLabel& label) {
  const auto stored = static_cast<std::uint64_t>(label.position.stored.time_since_epoch().count());
  return std::hash<Uuid>{}(label.position.id) ^ ((stored ^ label.index) * 0x9E3779B97F4A7C15U);
}

}  // namespace

RecentTexts::RecentTexts(std::size_t bytes_max)
    : bytes_max_(bytes_max < bytes_min ? 0 : bytes_max),
      piece_bytes_(std::min(bytes_max_ / pieces_min, piece_bytes_max)) {
  if (bytes_max_ == 0) return;
  pieces_.push_back(std::make_shared<PackedTexts>(piece_bytes_));
  packer_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

std::uint32_t RecentTexts::index_number(const std::string& name) {
  const std::lock_guard lock(waiting_mutex_);
  return indices_.emplace(name, static_cast<std::uint32_t>(indices_.size())).first->second;
}

std::optional<RecentTexts::Held> RecentTexts::held(std::uint32_t index,
                                                   const xapi::Position& position) const {
  TextLabel label{position, index, 0};
  const std::lock_guard lock(mutex_);
  const auto there = places_.find(key_of(label));
  if (there == places_.end()) return std::nullopt;
  const auto [number, at] = there->second;
  const auto& piece = pieces_[number - oldest_piece_];
  const auto its = piece->label(at);
  label.flags = its.flags;
  if (label != its) return std::nullopt;
  return Held{piece, at, its};
}

bool RecentTexts::has(std::uint32_t index, const xapi::Position& position) const {
  return held(index, position).has_value();
}

std::optional<RecentTexts::Text> RecentTexts::find(std::uint32_t index,
                                                   const xapi::Position& position) const {
  const auto there = held(index, position);
  if (!there) return std::nullopt;
  return Text{there->label, there->piece->text(there->at)};
}

void RecentTexts::keep(std::vector<Text> texts) {
  std::erase_if(texts, [&](const Text& text) {
    return bytes_max_ == 0 || text.json.size() > piece_bytes_ / texts_min;
  });
  std::size_t bytes = 0;
  for (const Text& text : texts) bytes += text.json.size();
  {
    const std::lock_guard lock(waiting_mutex_);
    if (texts.empty() || waiting_bytes_ + bytes > waiting_bytes_max) return;
    waiting_bytes_ += bytes;
    std::move(texts.begin(), texts.end(), std::back_inserter(waiting_));
  }
  changed_.notify_all();
}

void RecentTexts::settle() {
  std::unique_lock lock(waiting_mutex_);
  changed_.wait(lock, [&] { return waiting_.empty() && !packing_; });
}

void RecentTexts::work(const std::stop_token& stop) {
  std::unique_lock lock(waiting_mutex_);
  while (changed_.wait(lock, stop, [&] { return !waiting_.empty(); })) {
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

void RecentTexts::pack(std::span<const Text> texts) {
  for (const Text& text : texts) {
    const auto key = key_of(text.label);
    // Nobody else writes to these.
    if (places_.contains(key)) continue;
    const auto place = pack_one(text);
    const std::lock_guard lock(mutex_);
    places_.emplace(key, place);
    count_used_bytes();
    while (pieces_.size() > 1 && used_bytes_ > bytes_max_) drop_oldest();
  }
}

RecentTexts::Place RecentTexts::pack_one(const Text& text) {
  const auto newest = [&] {
    return oldest_piece_ + static_cast<std::uint32_t>(pieces_.size()) - 1;
  };
  auto at = pieces_.back()->add(text.label, text.json);
  if (at) return {newest(), *at};
  auto next = std::make_shared<PackedTexts>(piece_bytes_);
  at = next->add(text.label, text.json);
  LECTERN_ASSERT(at);
  const std::lock_guard lock(mutex_);
  full_bytes_ += pieces_.back()->bytes();
  pieces_.push_back(std::move(next));
  return {newest(), *at};
}

void RecentTexts::count_used_bytes() {
  used_bytes_ = full_bytes_ + pieces_.back()->bytes() + places_.size() * place_bytes;
}

std::size_t RecentTexts::room_bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_max_ - std::min(bytes_max_, used_bytes_);
}

void RecentTexts::drop_oldest() {
  const auto& oldest = *pieces_.front();
  full_bytes_ -= oldest.bytes();
  oldest.for_each_label([this](const TextLabel& label) { places_.erase(key_of(label)); });
  pieces_.pop_front();
  ++oldest_piece_;
  count_used_bytes();
}

}  // namespace lectern::store
