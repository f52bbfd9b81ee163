#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time/time.h"
#include "http/wire/body_spool.h"
#include "http/wire/message.h"

namespace lectern::http {

/// Unzips (gzip, RFC 1952, any number of members) into `out`. Blocks. Errors: invalid for what is
/// not whole gzip, too_large beyond `bytes_max`, unavailable past the deadline and as
/// BodySpool::reserve() and spill().
Result<void> gunzip(std::string_view zipped, std::uint64_t bytes_max, BodySpool& out,
                    Deadline deadline = Deadline::max());

/// Zips fast rather than small.
std::string gzip(std::string_view bytes);

/// Whether an Accept-Encoding value (RFC 9110, 12.5.3) allows gzip.
bool accepts_gzip(std::string_view accept_encoding);

/// What a strong ETag of a zipped body has at its end, within the quotes.
inline constexpr std::string_view zipped_tag_suffix = "-gzip";

/// Zips the response's body when the request asks for it and it is worth it: more than 1 KiB of
/// JSON or other text, not coded yet. Says so in Content-Encoding, Vary and ETag.
void zip_if_worth(const Request& request, Response& response);

}  // namespace lectern::http
