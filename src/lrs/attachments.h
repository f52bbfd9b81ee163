#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/principal.h"
#include "base/result.h"
#include "lrs/lrs.h"

/// The contents of attachments on their way out (Communication 1.5.2), in pieces, since one may be
/// larger than memory. Sending may take long: these calls have no deadline in common, each has that
/// of the store. Errors: unavailable.
namespace lectern::lrs {

/// The size in bytes of the content with this hash (lower-case hex); nothing where there is none.
Result<std::optional<std::uint64_t>> attachment_bytes(Lrs& lrs, const auth::Principal& principal,
                                                      std::string_view sha2);

/// Up to `bytes_max` bytes of it from `offset`; fewer at its end.
Result<std::string> read_attachment(Lrs& lrs, const auth::Principal& principal,
                                    std::string_view sha2, std::uint64_t offset,
                                    std::size_t bytes_max);

}  // namespace lectern::lrs
