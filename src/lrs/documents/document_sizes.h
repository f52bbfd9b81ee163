#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "store/document_store.h"

namespace lectern::lrs {

/// How large documents were when they were last read in this process: a guess, which documents
/// with the same hash share. Thread-safe.
class DocumentSizes {
 public:
  /// The bytes that this document, or another of its hash, had; 0 if nothing is known.
  std::uint64_t guess(const store::Context& context, const store::DocumentKey& key) const;
  /// Remembers how many bytes it has.
  void remember(const store::Context& context, const store::DocumentKey& key, std::uint64_t bytes);

 private:
  std::array<std::atomic<std::uint64_t>, 4096> bytes_{};
};

}  // namespace lectern::lrs
