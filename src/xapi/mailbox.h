#pragma once

#include <string_view>

namespace lectern::xapi {

/// A mailto IRI with one address whose domain has a dot, and nothing else (Data 2.4.2.3):
///
///   mbox   = "mailto:" local "@" domain       ; the scheme in any letter case
///   local  = 1*( atext / "." / UTF-8 ) / quoted-string
///   domain = label 1*( "." label )            ; label = letters, digits, "-", UTF-8; no "-"
///   outside
bool is_mbox(std::string_view text);

}  // namespace lectern::xapi
