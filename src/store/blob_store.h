#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/statement_store.h"

namespace lectern::store {

/// An attachment's content on its way in. Views what outlives the call.
struct Blob {
  std::string_view sha2;   ///< lower-case hex
  std::string_view bytes;  ///< may be a mapped file larger than memory
};

/// The contents of attachments, by their hash. Thread-safe; durable when a write returns. Every
/// implementation passes the contract (store/testing/contract/contract.h). Common errors:
/// unavailable.
class BlobStore {
 public:
  virtual ~BlobStore() = default;

  /// Keeps contents under their sha2, each once however often it comes. They become durable
  /// together, in writes of some MiB at most: a thousand small ones cost hardly more than one.
  /// After an error some of them may be kept, each of them whole.
  virtual Result<void> put(const Context& context, std::span<const Blob> blobs) = 0;
  /// The size in bytes of a content that is there whole; nothing for one that is not.
  virtual Result<std::optional<std::uint64_t>> size(const Context& context,
                                                    std::string_view sha2) = 0;
  /// Up to `bytes_max` bytes of a content from `offset`; fewer at its end.
  virtual Result<std::string> read(const Context& context, std::string_view sha2,
                                   std::uint64_t offset, std::size_t bytes_max) = 0;
};

}  // namespace lectern::store
