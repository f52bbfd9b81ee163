#include "store/embedded/texts/trainer.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace lectern::store::embedded {
namespace {

/// Texts that are learned from have so many bytes at most, and of one so many are taken.
constexpr std::size_t texts_bytes_max = std::size_t{4} << 20;
constexpr std::size_t text_bytes_max = std::size_t{16} << 10;
/// Rows, in multiples of the texts that are learned from, after which it is looked at how well
/// they were packed.
constexpr std::size_t rows_of_a_look = 100;
/// By how much more of them may be left than at first.
constexpr double share_growth_max = 1.3;
/// Texts that no dictionary could be made of so many times have nothing in common.
constexpr std::size_t failures_max = 4;

}  // namespace

TextTrainer::TextTrainer(Database& database)
    : database_(database),
      wanted_(database.dictionaries().newest() == nullptr),
      thread_([this] { work(); }) {}

TextTrainer::~TextTrainer() {
  {
    const MutexLock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void TextTrainer::look(std::span<const Row> rows, const PackedBytes& bytes) {
  const MutexLock lock(mutex_);
  if (!wanted_) return watch(rows.size(), bytes);
  for (const auto& row : rows) {
    const auto text = cut_text(row);
    if (!text) continue;
    sizes_.push_back(std::min(text->left.size(), text_bytes_max));
    texts_.append(text->left, 0, sizes_.back());
    if (sizes_.size() < texts_min_ && texts_.size() < texts_bytes_max) continue;
    wanted_ = false;
    changed_.notify_one();
    return;
  }
}

void TextTrainer::watch(std::size_t rows, const PackedBytes& bytes) {
  bytes_.texts += bytes.texts;
  bytes_.packed += bytes.packed;
  rows_ += rows;
  if (rows_ < rows_of_a_look * texts_min_) return;
  const auto share = static_cast<double>(bytes_.packed) / static_cast<double>(bytes_.texts);
  if (first_share_ == 0) first_share_ = share;
  if (share > share_growth_max * first_share_ &&
      database_.dictionaries().next_number() != no_dictionary)
    wanted_ = true;
  rows_ = 0;
  bytes_ = {};
}

void TextTrainer::work() {
  MutexLock lock(mutex_);
  for (;;) {
    const auto is_asked = [&]() REQUIRES(mutex_) { return !wanted_ && !sizes_.empty(); };
    changed_.wait(mutex_, [&]() REQUIRES(mutex_) { return stop_ || is_asked(); });
    if (!is_asked()) return;
    const auto texts = std::exchange(texts_, {});
    const auto sizes = std::exchange(sizes_, {});
    lock.unlock();
    const bool learned = learn(texts, sizes);
    lock.lock();
    if (!learned) wanted_ = ++failures_ < failures_max;
    rows_ = 0;
    bytes_ = {};
    first_share_ = 0;
  }
}

bool TextTrainer::learn(std::string_view texts, std::span<const std::size_t> sizes) {
  const auto bytes = learn_dictionary(texts, sizes);
  const auto added = bytes ? database_.add_dictionary(*bytes) : Result<void>(fail(bytes.error()));
  if (!added) log::debug("embedded store: {}", added.error().message);
  return added.has_value();
}

}  // namespace lectern::store::embedded
