#include "lrs/documents/charged_reads.h"

namespace lectern::lrs {

Result<std::optional<store::Document>> ChargedReads::read(const store::Context& context,
                                                          const store::DocumentKey& key) {
  for (;;) {
    RETURN_IF_ERROR(charge_for_guess(context, key));
    TRY(auto document, stores_of(lrs_).documents.get(context, key));
    if (!document) return document;
    const std::uint64_t bytes = document->bytes.size();
    lrs_.document_sizes.remember(context, key, bytes);
    if (bytes <= held_uncharged_bytes_max || !charge_ || factor_ * bytes <= charged_) {
      RETURN_IF_ERROR(charge_for(bytes));
      return document;
    }
    // It is larger than was guessed: it is let go while the charge waits, and read again.
    document.reset();
    RETURN_IF_ERROR(charge_for(bytes));
  }
}

/// How large a document is shows only when it is read. A guess that is too large is forgotten, so
/// that it refuses nobody again, and if it can never fit nobody at all.
Result<void> ChargedReads::charge_for_guess(const store::Context& context,
                                            const store::DocumentKey& key) {
  const auto guess = lrs_.document_sizes.guess(context, key);
  if (guess <= held_uncharged_bytes_max) return {};
  const auto charged = charge_for(guess);
  if (charged) return {};
  lrs_.document_sizes.remember(context, key, 0);
  return charged.error().code == Code::too_large ? Result<void>() : charged;
}

Result<void> ChargedReads::charge_for(std::uint64_t bytes) {
  const auto needed = factor_ * bytes;
  if (!charge_ || needed <= charged_) return {};
  RETURN_IF_ERROR(charge_(needed - charged_));
  charged_ = needed;
  return {};
}

}  // namespace lectern::lrs
