#pragma once

#include <cstddef>
#include <cstdint>

/// Every fixed bound of the program, with its unit. What an operator may change is a setting
/// (cli/settings.h); what is here protects the process itself.
namespace lectern::limits {

/// Levels of nesting in a JSON text; deeper ones are refused with 400.
inline constexpr std::size_t json_depth_max = 128;
/// Bytes of one JSON text: offsets into it are 32 bits wide.
inline constexpr std::size_t json_bytes_max = 0xFFFF'0000;
/// Statements followed along a chain of StatementRefs before it is taken for endless.
inline constexpr std::size_t reference_chain_max = 64;
/// Bytes of an xAPI document id, IRI or agent in a key.
inline constexpr std::size_t key_bytes_max = 16 * 1024;

/// Parts of one multipart request: the statements and their attachments.
inline constexpr std::size_t multipart_parts_max = 4096;
/// Headers of one part of a multipart request.
inline constexpr std::size_t part_headers_max = 32;

/// Bytes of a language tag: beyond what any registry holds (RFC 5646, 4.4.1 asks for 35).
inline constexpr std::size_t language_tag_bytes_max = 255;

}  // namespace lectern::limits
