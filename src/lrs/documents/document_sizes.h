#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "store/document_store.h"

namespace lectern::lrs {

/// How large documents were when they were last read in this process: a guess, of 4,096 documents
/// at most, since others may have written them meanwhile. Thread-safe.
class DocumentSizes {
 public:
  /// The bytes that this document had, 4 GiB at most; 0 if nothing is known.
  std::uint64_t guess(const store::Context& context, const store::DocumentKey& key) const;
  /// Remembers how many bytes it has, in the place of another document of its hash; 0: forgets it.
  void remember(const store::Context& context, const store::DocumentKey& key, std::uint64_t bytes);

 private:
  // Bytes in the low half, and in the high half whose they are: a part of the hash.
  std::array<std::atomic<std::uint64_t>, 4096> entries_{};
};

}  // namespace lectern::lrs
