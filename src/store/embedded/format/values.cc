#include "store/embedded/format/values.h"

#include <algorithm>

#include "base/time/micros.h"

namespace lectern::store::embedded {
namespace {

enum Flag : unsigned char { refers = 1, voids = 2, voided = 4, postings_alone = 8, packed = 16 };

void append_id(std::string& out, const Uuid& id) { out.append(id.bytes.begin(), id.bytes.end()); }

/// Takes `count` bytes off the front.
bool take(std::string_view& bytes, std::size_t count, std::string_view& taken) {
  if (bytes.size() < count) return false;
  taken = bytes.substr(0, count);
  bytes.remove_prefix(count);
  return true;
}

bool take_flags(std::string_view& bytes, unsigned& flags) {
  std::string_view taken;
  if (!take(bytes, 1, taken)) return false;
  flags = static_cast<unsigned char>(taken[0]);
  return flags < 32;
}

template <std::size_t size>
bool take_array(std::string_view& bytes, std::array<std::uint8_t, size>& out) {
  std::string_view taken;
  if (!take(bytes, size, taken)) return false;
  std::copy(taken.begin(), taken.end(), out.begin());
  return true;
}

void append_instant(std::string& out, Time time) {
  append_be64(out, static_cast<std::uint64_t>(micros_of(time)));
}

bool take_instant(std::string_view& bytes, Time& time) {
  std::string_view taken;
  if (!take(bytes, 8, taken)) return false;
  time = Time{std::chrono::microseconds{static_cast<std::int64_t>(be64(taken))}};
  return true;
}

}  // namespace

std::string encode_body_head(const Body& body) {
  std::string head;
  head += static_cast<char>(
      (body.refers_to ? refers : 0) | (body.voids ? voids : 0) | (body.voided ? voided : 0) |
      (body.postings_alone ? postings_alone : 0) | (body.dictionary != no_dictionary ? packed : 0));
  append_id(head, body.id);
  if (body.refers_to) append_id(head, *body.refers_to);
  if (body.dictionary != no_dictionary) head += static_cast<char>(body.dictionary);
  return head;
}

std::optional<Body> decode_body(std::string_view bytes) {
  Body body;
  unsigned flags = 0;
  if (!take_flags(bytes, flags) || !take_array(bytes, body.id.bytes)) return std::nullopt;
  if ((flags & refers) != 0 && !take_array(bytes, body.refers_to.emplace().bytes))
    return std::nullopt;
  body.voids = (flags & voids) != 0;
  body.voided = (flags & voided) != 0;
  body.postings_alone = (flags & postings_alone) != 0;
  if ((flags & packed) != 0) {
    std::string_view number;
    if (!take(bytes, 1, number)) return std::nullopt;
    body.dictionary = static_cast<DictionaryNumber>(number[0]);
    if (body.dictionary == no_dictionary) return std::nullopt;
  }
  body.text = bytes;
  return body;
}

void set_voided(std::string& body) {
  body[0] = static_cast<char>(static_cast<unsigned char>(body[0]) | voided);
}

std::string encode_id_entry(const IdEntry& entry) {
  std::string bytes(1, entry.kept ? '\1' : '\0');
  if (!entry.kept) return bytes;
  append_be64(bytes, order_of(entry.stored));
  bytes.append(entry.fingerprint.hash.begin(), entry.fingerprint.hash.end());
  if (entry.fingerprint.timestamp) append_instant(bytes, *entry.fingerprint.timestamp);
  return bytes;
}

std::optional<IdEntry> decode_id_entry(std::string_view bytes) {
  IdEntry entry;
  std::string_view kind, order;
  if (!take(bytes, 1, kind)) return std::nullopt;
  if (kind[0] == '\0' && bytes.empty()) return entry;
  if (kind[0] != '\1' || !take(bytes, 8, order) || !take_array(bytes, entry.fingerprint.hash))
    return std::nullopt;
  entry.kept = true;
  entry.stored = stored_of(be64(order));
  if (!bytes.empty() && !take_instant(bytes, entry.fingerprint.timestamp.emplace()))
    return std::nullopt;
  if (!bytes.empty()) return std::nullopt;
  return entry;
}

VerbMark verb_mark_of(const TermHash& verb) {
  VerbMark mark;
  std::copy_n(verb.begin(), mark.size(), mark.begin());
  return mark;
}

std::optional<VerbMark> decode_verb_mark(std::string_view bytes) {
  VerbMark mark;
  if (bytes.size() != mark.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), mark.begin());
  return mark;
}

std::string encode_reference(const Reference& reference) {
  std::string bytes(1, static_cast<char>(refers | (reference.voids ? voids : 0)));
  append_id(bytes, reference.id);
  return bytes;
}

std::optional<Reference> decode_reference(std::string_view bytes) {
  Reference reference;
  unsigned flags = 0;
  if (!take_flags(bytes, flags) || (flags & refers) == 0 ||
      (flags & (voided | postings_alone | packed)) != 0)
    return std::nullopt;
  if (!take_array(bytes, reference.id.bytes) || !bytes.empty()) return std::nullopt;
  reference.voids = (flags & voids) != 0;
  return reference;
}

std::string encode_document_head(const Document& document) {
  std::string bytes;
  append_instant(bytes, document.updated);
  bytes += static_cast<char>(document.etag.size());
  bytes += document.etag;
  append_be32(bytes, static_cast<std::uint32_t>(document.content_type.size()));
  bytes += document.content_type;
  return bytes;
}

std::optional<Document> decode_document(std::string_view bytes, bool with_bytes) {
  Document document;
  std::string_view size, etag, type;
  if (!take_instant(bytes, document.updated) || !take(bytes, 1, size) ||
      !take(bytes, static_cast<unsigned char>(size[0]), etag) || !take(bytes, 4, size) ||
      !take(bytes, be32(size), type))
    return std::nullopt;
  document.etag = etag;
  document.content_type = type;
  if (with_bytes) document.bytes = bytes;
  return document;
}

}  // namespace lectern::store::embedded
