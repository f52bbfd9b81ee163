#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/result.h"
#include "lrs/lrs.h"
#include "store/document_store.h"

namespace lectern::lrs {

/// Counts bytes of memory before they are used; its errors are passed on. Empty: nothing is
/// counted.
using ChargeMemory = std::function<Result<void>(std::uint64_t bytes)>;

/// A request's reads of one document, whose memory is charged `factor` times. One thread at a time;
/// `lrs` and `charge` outlive it.
class ChargedReads {
 public:
  /// Bytes of a document that may be in memory while its charge waits for room.
  static constexpr std::uint64_t held_uncharged_bytes_max = 256 * 1024;

  /// Nothing is charged before the first read.
  ChargedReads(Lrs& lrs, const ChargeMemory& charge, std::uint64_t factor = 1)
      : lrs_(lrs), charge_(charge), factor_(factor) {}

  /// The document as it is now, charged. Errors: those of the store and of `charge`.
  Result<std::optional<store::Document>> read(const store::Context& context,
                                              const store::DocumentKey& key);

 private:
  Result<void> charge_for_guess(const store::Context& context, const store::DocumentKey& key);
  Result<void> charge_for(std::uint64_t bytes);

  Lrs& lrs_;
  const ChargeMemory& charge_;
  const std::uint64_t factor_;
  std::uint64_t charged_ = 0;
};

}  // namespace lectern::lrs
