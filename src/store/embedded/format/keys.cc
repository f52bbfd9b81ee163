#include "store/embedded/format/keys.h"

#include <algorithm>

#include "base/time/micros.h"

namespace lectern::store::embedded {
namespace {

void append_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    out += c;
    if (c == '\0') out += '\xFF';
  }
  out += '\0';
  out += '\1';
}

/// Takes one text off the front of `bytes`.
bool take_text(std::string_view& bytes, std::string& text) {
  text.clear();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != '\0') {
      text += bytes[i];
      continue;
    }
    if (++i == bytes.size()) return false;
    if (bytes[i] == '\1') {
      bytes.remove_prefix(i + 1);
      return true;
    }
    if (bytes[i] != '\xFF') return false;
    text += '\0';
  }
  return false;
}

void append_id(std::string& out, const Uuid& id) { out.append(id.bytes.begin(), id.bytes.end()); }

template <typename Integer>
void append_be(std::string& out, Integer value) {
  for (int shift = 8 * (static_cast<int>(sizeof value) - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(value >> shift & 0xFF);
}

template <typename Integer>
Integer read_be(std::string_view bytes) {
  Integer value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i)
    value = static_cast<Integer>(value << 8 | static_cast<unsigned char>(bytes[i]));
  return value;
}

}  // namespace

std::uint64_t order_of(Time stored) { return ~static_cast<std::uint64_t>(micros_of(stored)); }

Time stored_of(std::uint64_t order) {
  return Time{std::chrono::microseconds{static_cast<std::int64_t>(~order)}};
}

void append_be32(std::string& out, std::uint32_t value) { append_be(out, value); }
void append_be64(std::string& out, std::uint64_t value) { append_be(out, value); }
std::uint32_t be32(std::string_view bytes) { return read_be<std::uint32_t>(bytes); }
std::uint64_t be64(std::string_view bytes) { return read_be<std::uint64_t>(bytes); }

std::string body_key(TargetNumber target, Time stored) {
  std::string key;
  append_be32(key, target);
  append_be64(key, order_of(stored));
  return key;
}

std::string id_key(TargetNumber target, const Uuid& id) {
  std::string key;
  key.reserve(20);
  append_be32(key, target);
  append_id(key, id);
  return key;
}

PostingKey posting_key(const TermHash& hash, std::uint64_t order) {
  PostingKey key;
  std::copy(hash.begin(), hash.end(), key.begin());
  for (std::size_t i = 0; i < 8; ++i) key[16 + i] = static_cast<char>(order >> (56 - 8 * i) & 0xFF);
  return key;
}

std::string reference_key(TargetNumber target, const Uuid& referred, Time stored) {
  std::string key = id_key(target, referred);
  append_be64(key, order_of(stored));
  return key;
}

std::string document_prefix(TargetNumber target, const DocumentSpace& space) {
  std::string key;
  append_be32(key, target);
  key += static_cast<char>(space.kind);
  append_text(key, space.owner);
  if (space.registration) append_text(key, *space.registration);
  return key;
}

std::string document_key(TargetNumber target, const DocumentKey& key) {
  std::string bytes = document_prefix(target, {key.kind, key.owner, key.registration});
  append_text(bytes, key.id);
  return bytes;
}

std::string blob_key(TargetNumber target, std::string_view sha2, std::uint32_t piece) {
  std::string key;
  append_be32(key, target);
  key += sha2;
  append_be32(key, piece);
  return key;
}

bool decode_order(std::string_view key, std::uint64_t& order) {
  if (key.size() < 8) return false;
  order = be64(key.substr(key.size() - 8));
  return true;
}

bool decode_document_key(std::string_view key, std::string& registration, std::string& name) {
  if (key.size() < 5) return false;
  key.remove_prefix(5);
  std::string owner;
  return take_text(key, owner) && take_text(key, registration) && take_text(key, name) &&
         key.empty();
}

}  // namespace lectern::store::embedded
