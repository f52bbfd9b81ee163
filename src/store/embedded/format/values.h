#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time/time.h"
#include "base/uuid.h"
#include "store/document_store.h"
#include "store/embedded/format/keys.h"
#include "store/embedded/texts/dictionary.h"
#include "xapi/equality/fingerprint.h"

/// The values of the embedded store, under the keys of keys.h.
///
///   body       = flags id [ id ] text            ; its own id; where it refers, the target's
///   text       = json / dictionary packed        ; texts/dictionary.h; dictionary = OCTET
///   flags      = OCTET                           ; 1: refers, 2: is a voiding statement,
///                                                ; 4: voided, 8: its own postings stand alone,
///                                                ; 16: packed
///   id-entry   = awaited / kept
///   awaited    = %x00                            ; not here, but statements refer to it
///   kept       = %x01 order 16OCTET [ instant ]  ; hash and timestamp of the fingerprint
///   posting    = [ 8OCTET ] / block              ; what the hash of its verb's term begins with;
///                                                ; nothing where it refers: it may inherit others.
///                                                ; A block: posting_block.h
///   reference  = flags id                        ; of the referring statement
///   document   = instant OCTET etag 4OCTET content-type bytes   ; sizes before their texts
///   blob       = 1*1048576OCTET / 8OCTET         ; a piece, or the size
///   ahead      = order                           ; of the last of the rows
///   instant    = 8OCTET                          ; microseconds since 1970, big-endian
///
/// Reading: nothing for bytes that the writing side cannot have made. Views live as long as the
/// bytes they were read from.
namespace lectern::store::embedded {

/// A statement as the family `bodies` has it.
struct Body {
  Uuid id;
  std::optional<Uuid> refers_to;
  bool voids = false;
  bool voided = false;
  bool postings_alone = false;  ///< its own postings were not gathered (write/posting_buffer.h)
  DictionaryNumber dictionary = no_dictionary;  ///< that `text` was packed with
  std::string_view text;                        ///< the statement's json, or what it was packed to
};

/// The body's bytes before its text.
std::string encode_body_head(const Body& body);
std::optional<Body> decode_body(std::string_view bytes);
/// Marks the statement of these bytes, which must be a body's, as voided.
void set_voided(std::string& body);

/// What is known of an id: where its statement is, or that some statement refers to it and it has
/// not come.
struct IdEntry {
  bool kept = false;  ///< false: awaited
  Time stored;
  xapi::Fingerprint fingerprint;
};

/// Its bytes; reading gives nothing for bytes that writing cannot have made.
std::string encode_id_entry(const IdEntry& entry);
std::optional<IdEntry> decode_id_entry(std::string_view bytes);

/// Keyed hashes cannot be made to collide, and by chance two verbs of a store share a mark once in
/// 10^19 pairs.
using VerbMark = std::array<char, 8>;

/// The first 8 bytes of the hash of a verb's term.
VerbMark verb_mark_of(const TermHash& verb);
/// Nothing where the posting has no mark.
std::optional<VerbMark> decode_verb_mark(std::string_view bytes);

/// A statement that refers to another, as the family `references` has it.
struct Reference {
  Uuid id;
  bool voids = false;
};

/// Its bytes; reading gives nothing for bytes that writing cannot have made.
std::string encode_reference(const Reference& reference);
std::optional<Reference> decode_reference(std::string_view bytes);

/// All of a document's value but its bytes.
std::string encode_document_head(const Document& document);
/// With `bytes` left empty where only the rest is wanted.
std::optional<Document> decode_document(std::string_view bytes, bool with_bytes = true);

}  // namespace lectern::store::embedded
