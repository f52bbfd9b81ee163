#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time/time.h"
#include "base/uuid.h"
#include "store/document_store.h"

/// The keys of the embedded store: bytes that sort as they are walked. Values: values.h.
///
///   target     = 4OCTET              ; the number of a target (database.h), big-endian; from 1 on
///   no-target  = 4%x00
///   number     = 4OCTET              ; of a dictionary, big-endian
///   id         = 16OCTET             ; of a statement
///   order      = 8OCTET              ; all bits of `stored` (microseconds since 1970) flipped,
///                                    ; big-endian: the newest comes first
///   text       = *( %x01-FF / %x00 %xFF ) %x00 %x01   ; any bytes; 00 is escaped
///
///   bodies     : target order                         ; a statement
///   ids        : target id                            ; where it is, or that it is awaited
///   postings   : term-hash order                      ; a statement that carries the term, or
///                                                    ; several: posting_block.h
///   references : target id order                      ; of a statement that refers to id
///   documents  : target kind owner registration name  ; kind = OCTET; the others are text
///   blobs      : target sha2 piece                    ; sha2 in hex, piece = 4OCTET, big-endian
///              / no-target "dictionary" number        ; texts/dictionaries.h; and in `documents`
///   default    : "format" / "hash-key" / "target:" name / "commits"
///              / "postings"                          ; whose value is the order of the newest
///                                                    ; statement up to which all own postings are
///                                                    ; here: posting_buffer.h
///              / "ahead:" target order               ; rows_ahead.h
///
///   term-hash  = 16OCTET             ; term_hash.h, of target and term
namespace lectern::store::embedded {

using TargetNumber = std::uint32_t;
/// What no target has.
inline constexpr TargetNumber no_target = 0;
/// What stands before all keys of targets, and behind those of none.
inline constexpr std::string_view first_target{"\0\0\0\1", 4};
using TermHash = std::array<char, 16>;
using PostingKey = std::array<char, 24>;

/// What flips to and fro between `stored` and the bytes of `order`.
std::uint64_t order_of(Time stored);
Time stored_of(std::uint64_t order);

/// Appends 4 or 8 bytes, big-endian, so that they sort as the numbers do.
void append_be32(std::string& out, std::uint32_t value);
/// Likewise.
void append_be64(std::string& out, std::uint64_t value);
/// Reads 4 or 8 bytes, which must be there.
std::uint32_t be32(std::string_view bytes);
std::uint64_t be64(std::string_view bytes);

/// The keys of the grammar above, one function each.
std::string body_key(TargetNumber target, Time stored);
std::string id_key(TargetNumber target, const Uuid& id);
PostingKey posting_key(const TermHash& hash, std::uint64_t order);
std::string reference_key(TargetNumber target, const Uuid& referred, Time stored);
std::string document_key(TargetNumber target, const DocumentKey& key);
/// What the keys of all documents of a space begin with.
std::string document_prefix(TargetNumber target, const DocumentSpace& space);
std::string blob_key(TargetNumber target, std::string_view sha2, std::uint32_t piece);

/// The piece that says how large a blob is; written last.
inline constexpr std::uint32_t blob_size_piece = 0xFFFF'FFFF;
inline constexpr std::size_t blob_piece_bytes = std::size_t{1} << 20;

/// The last 8 bytes of a body, posting or reference key. False where there are fewer.
bool decode_order(std::string_view key, std::uint64_t& order);
/// Reads a document's registration and name back. False for bytes that document_key() cannot make.
bool decode_document_key(std::string_view key, std::string& registration, std::string& name);

}  // namespace lectern::store::embedded
