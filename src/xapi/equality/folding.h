#pragma once

#include <string>
#include <string_view>

/// Letter case that has no meaning, taken away: what differs only in it is the same.
namespace lectern::xapi {

/// A mailbox IRI with scheme and domain in lower case. The part before the `@` keeps its case:
/// only its own mail server knows whether that counts (RFC 5321, 2.4).
std::string normalised_mbox(std::string_view mbox);

}  // namespace lectern::xapi
