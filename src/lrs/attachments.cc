#include "lrs/attachments.h"

namespace lectern::lrs {

Result<std::optional<std::uint64_t>> attachment_bytes(Lrs& lrs, const auth::Principal& principal,
                                                      std::string_view sha2) {
  return stores_of(lrs).blobs.size({principal.target}, sha2);
}

Result<std::string> read_attachment(Lrs& lrs, const auth::Principal& principal,
                                    std::string_view sha2, std::uint64_t offset,
                                    std::size_t bytes_max) {
  return stores_of(lrs).blobs.read({principal.target}, sha2, offset, bytes_max);
}

}  // namespace lectern::lrs
