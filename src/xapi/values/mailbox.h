#pragma once

#include <string_view>

namespace lectern::xapi {

/// A mailto IRI with one address and nothing else (Data 2.4.2.3). It is an IRI like any other
/// (RFC 3987), and its address one of RFC 5322: what an IRI cannot hold is percent-encoded, as in a
/// quoted local part; a host without a dot is one.
///
///   mbox   = "mailto:" local "@" domain       ; the scheme in any letter case
///   local  = 1*( atext / "." / UTF-8 / pct-encoded )
///   domain = atom *( "." atom )               ; atom = 1*( atext / UTF-8 / pct-encoded )
bool is_mbox(std::string_view text);

}  // namespace lectern::xapi
