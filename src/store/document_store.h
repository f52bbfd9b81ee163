#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/statement_store.h"

namespace lectern::store {

/// What a document belongs to. Definitions and persons hold what the LRS learns from statements,
/// forwarding how far other LRSs have been served.
enum class DocumentKind : std::uint8_t {
  state = 1,
  agent_profile = 2,
  activity_profile = 3,
  activity_definition = 4,
  person = 5,
  forwarding = 6,
};

/// The documents that are listed or erased together.
struct DocumentSpace {
  DocumentKind kind = DocumentKind::state;
  std::string owner;  ///< activity IRI and/or agent `ifi`, joined by the caller without ambiguity
  /// For State: nothing: documents of every registration; "": those stored without one.
  std::optional<std::string> registration;
};

/// One document's place. Any bytes may stand in the texts; together up to limits::key_bytes_max.
struct DocumentKey {
  DocumentKind kind = DocumentKind::state;
  std::string owner;
  std::string registration;  ///< "" for none
  std::string id;            ///< stateId or profileId

  auto operator<=>(const DocumentKey&) const = default;
};

/// A document with what is told of it in headers.
struct Document {
  std::string content_type;
  std::string bytes;
  std::string etag;  ///< 40 lower-case hex digits: the SHA-1 of the bytes (Communication 3.1)
  Time updated;
};

/// What must hold for a write to happen; checked and written atomically.
struct Expect {
  /// What the document must be just before the write.
  enum class Kind { anything, absent, etag } kind = Kind::anything;
  std::string etag;

  /// Nothing is asked: the write replaces what is there.
  static Expect anything() { return {}; }
  /// Nothing may be there.
  static Expect absent() { return {Kind::absent, {}}; }
  /// The document must have this etag.
  static Expect current(std::string etag) { return {Kind::etag, std::move(etag)}; }
};

/// One write among several (put_all).
struct DocumentWrite {
  DocumentKey key;
  Document document;
  Expect expect;
};

/// A document as lists have it.
struct DocumentName {
  std::string registration;
  std::string id;
  Time updated;
};

/// An attachment's content on its way in. Views what outlives the call.
struct Blob {
  std::string_view sha2;   ///< lower-case hex
  std::string_view bytes;  ///< may be a mapped file larger than memory
};

/// Documents (state, profiles) with compare-and-set, and attachment contents by their hash.
/// Thread-safe; durable when a write returns. Every implementation passes the contract.
class DocumentStore {
 public:
  virtual ~DocumentStore() = default;

  /// The document; nothing where there is none.
  virtual Result<std::optional<Document>> get(const Context& context, const DocumentKey& key) = 0;
  /// get() for each of these, in their order. Stores that can do it in one round trip override it.
  virtual Result<std::vector<std::optional<Document>>> get_all(const Context& context,
                                                               std::span<const DocumentKey> keys) {
    std::vector<std::optional<Document>> found;
    for (const auto& key : keys) {
      TRY(auto one, get(context, key));
      found.push_back(std::move(one));
    }
    return found;
  }
  /// As get_all(), but may answer from a cache that is out of date. For callers that write only
  /// with Expect::current() of what they read: such a write is then refused, and nothing is lost.
  /// Stores that save a round trip by it override it.
  virtual Result<std::vector<std::optional<Document>>> recall_all(
      const Context& context, std::span<const DocumentKey> keys) {
    return get_all(context, keys);
  }
  /// Whether one caller with many documents is served better than many callers with few.
  virtual bool prefers_few_callers() const { return false; }
  /// Writes the document as given. False: the expectation does not hold and nothing changed.
  virtual Result<bool> put(const Context& context, const DocumentKey& key, const Document& document,
                           const Expect& expect) = 0;
  /// put() for each of these, in any order and not as one: true for those that were written. Stores
  /// that can do it in one round trip override it.
  virtual Result<std::vector<bool>> put_all(const Context& context,
                                            std::span<const DocumentWrite> writes) {
    std::vector<bool> written;
    for (const auto& write : writes) {
      TRY(const bool one, put(context, write.key, write.document, write.expect));
      written.push_back(one);
    }
    return written;
  }
  /// Removes it; removing what is absent succeeds when `expect` allows it. False as in put().
  virtual Result<bool> erase(const Context& context, const DocumentKey& key,
                             const Expect& expect) = 0;
  /// The documents of a space changed after `since` (exclusive), in no order.
  virtual Result<std::vector<DocumentName>> list(const Context& context, const DocumentSpace& space,
                                                 std::optional<Time> since) = 0;
  /// Removes all documents of a space.
  virtual Result<void> erase_all(const Context& context, const DocumentSpace& space) = 0;

  /// Keeps attachments' contents under their sha2, each once however often it comes. They become
  /// durable together, in writes of some MiB at most: a thousand small ones cost hardly more than
  /// one. After an error some of them may be kept, each of them whole.
  virtual Result<void> put_blobs(const Context& context, std::span<const Blob> blobs) = 0;
  /// The size in bytes of a content that is there whole.
  virtual Result<std::optional<std::uint64_t>> blob_size(const Context& context,
                                                         std::string_view sha2) = 0;
  /// Up to `bytes_max` bytes of a content from `offset`; fewer at its end.
  virtual Result<std::string> read_blob(const Context& context, std::string_view sha2,
                                        std::uint64_t offset, std::size_t bytes_max) = 0;
};

}  // namespace lectern::store
