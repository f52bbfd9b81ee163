#include "store/common/text_segment.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <zstd.h>

#include "base/assert.h"

namespace lectern::store {
namespace {

/// Twice as much saved a hundredth more.
constexpr std::size_t dictionary_bytes_max = 32UL * 1024;
constexpr int level = -1;  // 1 leaves a quarter less, and takes almost twice as long

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

ZSTD_DCtx* unpacking() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  return context.get();
}

}  // namespace

TextSegment::TextSegment(std::size_t bytes_max)
    : bytes_max_(std::min<std::size_t>(bytes_max, UINT32_MAX)),
      memory_(std::make_unique_for_overwrite<char[]>(bytes_max_)) {}

TextSegment::~TextSegment() {
  close();
  ZSTD_freeDDict(unpacking_dictionary_);
}

void TextSegment::close() {
  ZSTD_freeCCtx(std::exchange(packing_, nullptr));
  ZSTD_freeCDict(std::exchange(packing_dictionary_, nullptr));
}

void TextSegment::make_dictionary() {
  packing_ = ZSTD_createCCtx();
  packing_dictionary_ = ZSTD_createCDict(first_texts_.data(), first_texts_.size(), level);
  unpacking_dictionary_ = ZSTD_createDDict(first_texts_.data(), first_texts_.size());
  LECTERN_ASSERT(packing_ && packing_dictionary_ && unpacking_dictionary_);
  dictionary_bytes_ = ZSTD_sizeof_DDict(unpacking_dictionary_);
  first_texts_ = {};
}

std::optional<std::uint32_t> TextSegment::add(const TextKey& label, std::string_view text) {
  const std::size_t room = bytes_max_ - used_;
  if (room < sizeof(Head) + ZSTD_compressBound(text.size())) {
    close();
    return std::nullopt;
  }
  char* const to = memory_.get() + used_ + sizeof(Head);
  std::size_t packed_bytes = text.size();
  if (packing_)
    packed_bytes = ZSTD_compress_usingCDict(packing_, to, room - sizeof(Head), text.data(),
                                            text.size(), packing_dictionary_);
  if (!packing_ || ZSTD_isError(packed_bytes) || packed_bytes >= text.size()) {
    packed_bytes = text.size();
    std::memcpy(to, text.data(), text.size());
  }
  const Head head{label, static_cast<std::uint32_t>(text.size()),
                  static_cast<std::uint32_t>(packed_bytes)};
  std::memcpy(memory_.get() + used_, &head, sizeof head);
  const auto at = static_cast<std::uint32_t>(used_);
  used_ += sizeof head + packed_bytes;
  if (!packing_) {
    first_texts_ += text;
    if (first_texts_.size() >= std::min(dictionary_bytes_max, bytes_max_ / 8)) make_dictionary();
  }
  return at;
}

TextSegment::Head TextSegment::head(std::uint32_t at) const {
  Head head;
  std::memcpy(&head, memory_.get() + at, sizeof head);
  return head;
}

TextKey TextSegment::label(std::uint32_t at) const { return head(at).label; }

std::string TextSegment::text(std::uint32_t at) const {
  const auto [label, text_bytes, packed_bytes] = head(at);
  const char* const packed = memory_.get() + at + sizeof(Head);
  if (packed_bytes == text_bytes) return {packed, text_bytes};
  std::string text(text_bytes, '\0');
  const auto got = ZSTD_decompress_usingDDict(unpacking(), text.data(), text.size(), packed,
                                              packed_bytes, unpacking_dictionary_);
  LECTERN_ASSERT(got == text.size());
  return text;
}

void TextSegment::for_each_label(const std::function<void(const TextKey&)>& visit) const {
  for (std::size_t at = 0; at < used_;) {
    const auto [label, text_bytes, packed_bytes] = head(static_cast<std::uint32_t>(at));
    visit(label);
    at += sizeof(Head) + packed_bytes;
  }
}

}  // namespace lectern::store
