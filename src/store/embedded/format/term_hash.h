#pragma once

#include <array>
#include <string_view>

#include "store/embedded/format/keys.h"

namespace lectern::store::embedded {

/// SipHash-2-4 with 128 bits of outcome, keyed. The key is the store's own and secret, so nobody
/// can make two terms that share their postings.
TermHash sip_hash(const std::array<char, 16>& key, std::string_view bytes);

}  // namespace lectern::store::embedded
