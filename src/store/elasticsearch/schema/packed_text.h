#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

/// The exact text of a statement, packed against what `_source` keeps of it.
///
/// Elasticsearch writes the statement anew when it hides a part of the document: numbers lose
/// digits, white space and escapes go, and OpenSearch changes the order of members. What is sure to
/// survive, keys and strings and what stands in what, is written down in one way, the reference
/// text. The text is then kept as an LZ4 block with the reference text for its dictionary: the
/// values of the numbers, and where what follows what.
///
///   packed = base64( style size check block )
///   style  = OCTET        ; bit 0: a blank follows each ":" of the reference text, bit 1: each ","
///   size   = 4OCTET       ; bytes of the text; the low octet first, as in check
///   check  = 4OCTET       ; CRC-32 of the text
///   block  = *OCTET       ; an LZ4 block, its dictionary the reference text
///
///   reference text = value        ; of the statement, which is an object, without the member
///   `lectern` value  = object / array / string / "true" / "false" / ""   ; "" for a number object
///   = "{" [ member *( comma member ) ] "}"   ; in the order of the keys as written member = string
///   colon value array  = "[" [ value *( comma value ) ] "]" string = as json::append_quoted()
///   writes it colon  = ":" / ": " comma  = "," / ", "
///
/// Members and elements that are null, or hold nothing but such and empty ones, are left out.
namespace lectern::store::elasticsearch {

/// Packs the text of a statement. Nothing when that does not pay; when it is no JSON object; or
/// when a number is so large or small that `_source` might show it as a string.
std::optional<std::string> pack_text(std::string_view text);

/// The text that was packed; `source` is the JSON of the statement as Elasticsearch gives it back.
/// Errors: internal, for what pack_text() did not give, or with another statement. Takes memory for
/// the text alone, of at most 255 times the bytes of `packed`.
Result<std::string> unpack_text(std::string_view packed, std::string_view source);

}  // namespace lectern::store::elasticsearch
