#include "store/embedded/texts/dictionary.h"

#include <algorithm>
#include <array>
#include <memory>

#include <zdict.h>
#include <zstd.h>

namespace lectern::store::embedded {
namespace {

constexpr char id_here = '\1', stored_here = '\2', uuid_here = '\3';
constexpr std::string_view marks = "\1\2\3";
constexpr std::string_view magic = "\x28\xB5\x2F\xFD";

/// 1 packs 5 % worse and takes a seventh less; beyond 3 little is left to gain.
constexpr int level = 3;
/// Twice as many bytes save nothing more.
constexpr std::size_t dictionary_bytes_max = std::size_t{32} << 10;
/// Texts should have so many times the bytes of their dictionary, or it would be learned by heart.
constexpr std::size_t texts_of_dictionary = 16;
constexpr std::size_t dictionary_bytes_min = 256;

constexpr std::size_t uuid_bytes = 16, uuid_characters = 36;
constexpr std::size_t first_hyphen = 8;

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// The UUID that these characters spell, in lower case and with hyphens.
std::optional<Uuid> uuid_of(std::string_view text) {
  Uuid uuid;
  const auto* at = text.data();
  for (std::size_t i = 0; i < uuid_bytes; ++i) {
    if ((i == 4 || i == 6 || i == 8 || i == 10) && *at++ != '-') return std::nullopt;
    const int high = digit_of(at[0]), low = digit_of(at[1]);
    if (high < 0 || low < 0) return std::nullopt;
    uuid.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    at += 2;
  }
  return uuid;
}

/// Adds a piece of a row's text to what is cut of it.
void cut_uuids(std::string_view piece, const Uuid& id, CutText& cut) {
  std::size_t from = 0;
  for (auto hyphen = piece.find('-'); hyphen != piece.npos;) {
    const bool fits =
        hyphen >= from + first_hyphen && piece.size() - (hyphen - first_hyphen) >= uuid_characters;
    const auto uuid =
        fits ? uuid_of(piece.substr(hyphen - first_hyphen, uuid_characters)) : std::nullopt;
    if (!uuid) {
      hyphen = piece.find('-', hyphen + 1);
      continue;
    }
    cut.left.append(piece.substr(from, hyphen - first_hyphen - from));
    cut.left += *uuid == id ? id_here : uuid_here;
    if (*uuid != id) cut.uuids.append(uuid->bytes.begin(), uuid->bytes.end());
    from = hyphen - first_hyphen + uuid_characters;
    hyphen = piece.find('-', from);
  }
  cut.left.append(piece.substr(from));
}

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

ZSTD_CCtx* packing_context() {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context = [] {
    std::unique_ptr<ZSTD_CCtx, FreeContext> made(ZSTD_createCCtx());
    if (made) ZSTD_CCtx_setParameter(made.get(), ZSTD_c_dictIDFlag, 0);
    return made;
  }();
  return context.get();
}

ZSTD_DCtx* unpacking_context() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  return context.get();
}

/// The text that this was cut from; nothing where the UUIDs are not as many as their places.
std::optional<std::string> whole(std::string_view left, std::string_view uuids, const Uuid& id,
                                 Time stored) {
  std::string text;
  text.reserve(left.size() + uuids.size() / uuid_bytes * uuid_characters + uuid_characters +
               2 * stored_text_size);
  // Each mark is looked for on its own: that takes a tenth of a look at each byte.
  std::array<std::size_t, 3> next{};
  for (std::size_t i = 0; i < marks.size(); ++i) next[i] = left.find(marks[i]);
  std::size_t from = 0;
  for (;;) {
    const auto first = std::min_element(next.begin(), next.end());
    const auto at = std::min(*first, left.size());
    text.append(left, from, at - from);
    if (at == left.size()) break;
    from = at + 1;
    *first = left.find(left[at], from);
    if (left[at] == id_here) {
      id.append_to(text);
    } else if (left[at] == stored_here) {
      text += stored_text(stored);
    } else {
      if (uuids.size() < uuid_bytes) return std::nullopt;
      Uuid uuid;
      std::copy_n(uuids.begin(), uuid_bytes, uuid.bytes.begin());
      uuids.remove_prefix(uuid_bytes);
      uuid.append_to(text);
    }
  }
  if (!uuids.empty()) return std::nullopt;
  return text;
}

}  // namespace

std::optional<CutText> cut_text(const Row& row) {
  const std::string_view text = row.json;
  for (const char mark : marks)
    if (text.find(mark) != text.npos) return std::nullopt;
  auto places = row.stored_at;
  std::sort(places.begin(), places.end());
  CutText cut;
  cut.left.reserve(text.size());
  std::size_t from = 0;
  for (const auto at : places) {
    if (at < from || at + stored_text_size > text.size()) return std::nullopt;
    cut_uuids(text.substr(from, at - from), row.id, cut);
    cut.left += stored_here;
    from = at + stored_text_size;
  }
  cut_uuids(text.substr(from), row.id, cut);
  return cut;
}

Result<std::string> learn_dictionary(std::string_view texts, std::span<const std::size_t> sizes) {
  std::string bytes(
      std::clamp(texts.size() / texts_of_dictionary, dictionary_bytes_min, dictionary_bytes_max),
      '\0');
  const auto size = ZDICT_trainFromBuffer(bytes.data(), bytes.size(), texts.data(), sizes.data(),
                                          static_cast<unsigned>(sizes.size()));
  if (ZDICT_isError(size))
    return fail(Code::invalid, std::string("no dictionary: ") + ZDICT_getErrorName(size));
  bytes.resize(size);
  return bytes;
}

TextDictionary::TextDictionary(DictionaryNumber number, std::string_view bytes)
    : number_(number), bytes_(bytes), unpacking_(ZSTD_createDDict(bytes.data(), bytes.size())) {}

TextDictionary::~TextDictionary() {
  ZSTD_freeCDict(packing_);
  ZSTD_freeDDict(unpacking_);
}

ZSTD_CDict* TextDictionary::packing() const {
  if (auto* const made = packing_.load()) return made;
  auto* const fresh = ZSTD_createCDict(bytes_.data(), bytes_.size(), level);
  ZSTD_CDict* there = nullptr;
  if (packing_.compare_exchange_strong(there, fresh)) return fresh;
  ZSTD_freeCDict(fresh);  // another thread was first
  return there;
}

std::optional<std::string> TextDictionary::pack(const CutText& text) const {
  auto* const context = packing_context();
  auto* const dictionary = packing();
  if (context == nullptr || dictionary == nullptr) return std::nullopt;
  const auto& left = text.left;
  // What failed before may have left it in the midst of a text, where it keeps another dictionary.
  ZSTD_CCtx_reset(context, ZSTD_reset_session_only);
  if (ZSTD_isError(ZSTD_CCtx_refCDict(context, dictionary))) return std::nullopt;
  std::string frame(ZSTD_compressBound(left.size()), '\0');
  const auto size = ZSTD_compress2(context, frame.data(), frame.size(), left.data(), left.size());
  // The dictionary may be gone before the thread is.
  ZSTD_CCtx_reset(context, ZSTD_reset_session_only);
  ZSTD_CCtx_refCDict(context, nullptr);
  if (ZSTD_isError(size) || !frame.starts_with(magic)) return std::nullopt;
  return std::string(frame, magic.size(), size - magic.size()).append(text.uuids);
}

std::optional<std::string> TextDictionary::unpack(std::string_view packed, const Uuid& id,
                                                  Time stored) const {
  constexpr std::size_t block_bytes_max = std::size_t{128} << 10, block_head_bytes = 3;
  auto* const context = unpacking_context();
  if (context == nullptr || unpacking_ == nullptr) return std::nullopt;
  const auto bytes = std::string(magic).append(packed);
  const auto frame = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
  if (ZSTD_isError(frame)) return std::nullopt;
  const auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR ||
      size / block_bytes_max > frame / block_head_bytes)
    return std::nullopt;
  std::string left(size, '\0');
  const auto got = ZSTD_decompress_usingDDict(context, left.data(), left.size(), bytes.data(),
                                              frame, unpacking_);
  if (ZSTD_isError(got) || got != left.size()) return std::nullopt;
  return whole(left, std::string_view(bytes).substr(frame), id, stored);
}

}  // namespace lectern::store::embedded
