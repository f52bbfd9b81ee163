#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/embedded/format/keys.h"
#include "store/embedded/format/values.h"

/// Postings of one term that were written together. They lie beside those that stand alone, under a
/// hash of their own, by the order of the oldest of them:
///
///   block = %xB1 head *mark [ index ] *( delta [ index ] ) [ %x00 ]
///                                    ; from the oldest on; the order of the first is in the key
///   head  = varint                   ; twice the number of marks; 1 more where there are indexes
///   mark  = 8OCTET                   ; of a verb (values.h)
///   index = varint                   ; of its mark, from 1 on; 0: it has none. Left out where
///                                    ; all have the only mark, or none has one
///   delta = varint                   ; by how much the next one's order is less, 1 at least
///   varint = *( %x80-FF ) %x00-7F    ; seven bits each, the lowest first
///
/// The zero at the end is there where the block would else have 8 bytes, like a mark alone.
namespace lectern::store::embedded {

/// One posting of a term.
struct BlockEntry {
  std::uint64_t order = 0;
  std::optional<VerbMark> mark;

  bool operator==(const BlockEntry&) const = default;
};

/// What stands for a term in the keys of blocks, and back.
TermHash hash_of_blocks(const TermHash& hash);

/// The bytes of a block. `entries`: one at least, from the newest (the least order) to the oldest.
std::string encode_block(std::span<const BlockEntry> entries);
/// The entries of the block whose key has this order, in the same order; nothing for bytes that
/// encode_block() cannot have made.
std::optional<std::vector<BlockEntry>> decode_block(std::string_view bytes, std::uint64_t oldest);

/// Calls `look` with each posting that a key and its value of the family `postings` hold, as if it
/// stood alone. False where they are unreadable.
bool each_posting(
    std::string_view key, std::string_view value,
    const std::function<void(const PostingKey&, const std::optional<VerbMark>&)>& look);

}  // namespace lectern::store::embedded
