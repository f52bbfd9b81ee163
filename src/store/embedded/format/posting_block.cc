#include "store/embedded/format/posting_block.h"

#include <algorithm>

namespace lectern::store::embedded {
namespace {

constexpr char tag = '\xB1';
constexpr std::size_t key_bytes = std::tuple_size_v<PostingKey>;
constexpr std::size_t hash_bytes = std::tuple_size_v<TermHash>;
constexpr std::size_t mark_bytes = std::tuple_size_v<VerbMark>;

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

/// Takes a number off the front that is not written longer than it need be.
bool take_varint(std::string_view& bytes, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (shift == 63 && byte > 1) return false;
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return byte != 0 || shift == 0;
  }
  return false;
}

std::vector<VerbMark> marks_of(std::span<const BlockEntry> entries) {
  std::vector<VerbMark> marks;
  // From the oldest on, as they are written.
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
    if (entry->mark && std::find(marks.begin(), marks.end(), *entry->mark) == marks.end())
      marks.push_back(*entry->mark);
  return marks;
}

}  // namespace

TermHash hash_of_blocks(const TermHash& hash) {
  TermHash other = hash;
  other.back() = static_cast<char>(other.back() ^ 1);
  return other;
}

std::string encode_block(std::span<const BlockEntry> entries) {
  const auto marks = marks_of(entries);
  const bool all_marked = std::all_of(entries.begin(), entries.end(), [](const BlockEntry& entry) {
    return entry.mark.has_value();
  });
  const bool indexed = marks.size() > 1 || (marks.size() == 1 && !all_marked);
  std::string bytes(1, tag);
  // One bit tells of the indexes, where one mark alone does not.
  append_varint(bytes, marks.size() * 2 + (indexed ? 1 : 0));
  for (const auto& mark : marks) bytes.append(mark.begin(), mark.end());
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (entry != entries.rbegin()) append_varint(bytes, std::prev(entry)->order - entry->order);
    if (!indexed) continue;
    const auto mark =
        entry->mark ? std::find(marks.begin(), marks.end(), *entry->mark) : marks.end();
    append_varint(bytes, entry->mark ? static_cast<std::uint64_t>(mark - marks.begin()) + 1 : 0);
  }
  if (bytes.size() == mark_bytes) bytes += '\0';
  return bytes;
}

std::optional<std::vector<BlockEntry>> decode_block(std::string_view bytes, std::uint64_t oldest) {
  const auto whole = bytes;
  std::uint64_t head = 0;
  if (bytes.empty() || bytes.front() != tag) return std::nullopt;
  bytes.remove_prefix(1);
  if (!take_varint(bytes, head) || head / 2 > bytes.size() / mark_bytes) return std::nullopt;
  std::vector<VerbMark> marks(head / 2);
  for (auto& mark : marks) {
    std::copy_n(bytes.begin(), mark_bytes, mark.begin());
    bytes.remove_prefix(mark_bytes);
  }
  const bool indexed = head % 2 == 1;
  std::vector<BlockEntry> entries;
  entries.reserve(bytes.size() / (indexed ? 2 : 1) + 1);
  for (std::uint64_t order = oldest;;) {
    std::uint64_t index = marks.empty() ? 0 : 1, delta = 0;
    if (indexed && !take_varint(bytes, index)) return std::nullopt;
    if (index > marks.size()) return std::nullopt;
    entries.push_back({order, index == 0 ? std::nullopt : std::optional(marks[index - 1])});
    if (bytes.empty() || (whole.size() == mark_bytes + 1 && bytes.size() == 1 && bytes[0] == '\0'))
      break;
    if (!take_varint(bytes, delta) || delta == 0 || delta > order) return std::nullopt;
    order -= delta;
  }
  std::reverse(entries.begin(), entries.end());
  return entries;
}

bool each_posting(
    std::string_view key, std::string_view value,
    const std::function<void(const PostingKey&, const std::optional<VerbMark>&)>& look) {
  if (key.size() != key_bytes) return false;
  const auto mark = decode_verb_mark(value);
  if (mark || value.empty()) {
    PostingKey alone;
    std::copy(key.begin(), key.end(), alone.begin());
    look(alone, mark);
    return true;
  }
  const auto entries = decode_block(value, be64(key.substr(hash_bytes)));
  if (!entries) return false;
  TermHash hash;
  std::copy_n(key.begin(), hash_bytes, hash.begin());
  hash = hash_of_blocks(hash);
  for (const auto& entry : *entries) look(posting_key(hash, entry.order), entry.mark);
  return true;
}

}  // namespace lectern::store::embedded
