#pragma once

#include <string>
#include <string_view>

/// Letter case that has no meaning, taken away: what differs only in it is the same.
namespace lectern::xapi {

/// ASCII to lower case; everything else as it is.
std::string lower_case(std::string_view text);

/// Whether the two are equal but for ASCII letter case.
bool equal_but_case(std::string_view a, std::string_view b);

/// A mailbox IRI with scheme and domain in lower case. The part before the `@` keeps its case:
/// only its own mail server knows whether that counts (RFC 5321, 2.4).
std::string normalised_mbox(std::string_view mbox);

}  // namespace lectern::xapi
