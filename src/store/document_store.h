#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time/time.h"
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

/// One write among several.
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

/// How well a read document must be up to date.
enum class Freshness {
  exact,         ///< sees every write that returned before the call
  may_be_stale,  ///< may answer from a cache that is out of date
};

/// Documents (state, profiles, what is learned) with compare-and-set. Thread-safe; durable when a
/// write returns. Every implementation passes the contract (store/testing/contract/contract.h).
/// Common errors: unavailable.
class DocumentStore {
 public:
  virtual ~DocumentStore() = default;

  /// The documents with these keys, in their order; nothing for one that is not there. Stale ones
  /// are for callers that write only with Expect::current() of what they read: such a write is then
  /// refused, and nothing is lost.
  virtual Result<std::vector<std::optional<Document>>> get_many(const Context& context,
                                                                std::span<const DocumentKey> keys,
                                                                Freshness freshness) = 0;
  /// Writes each of these as given, in any order and not as one. True for those that were written;
  /// false: the expectation does not hold and nothing changed.
  virtual Result<std::vector<bool>> put_many(const Context& context,
                                             std::span<const DocumentWrite> writes) = 0;
  /// Removes it; removing what is absent succeeds when `expect` allows it. False as in put_many().
  virtual Result<bool> erase(const Context& context, const DocumentKey& key,
                             const Expect& expect) = 0;
  /// The documents of a space changed after `since` (exclusive), in no order.
  virtual Result<std::vector<DocumentName>> list(const Context& context, const DocumentSpace& space,
                                                 std::optional<Time> since) = 0;
  /// Removes all documents of a space.
  virtual Result<void> erase_all(const Context& context, const DocumentSpace& space) = 0;

  /// get_many() of one document, exactly.
  Result<std::optional<Document>> get(const Context& context, const DocumentKey& key) {
    TRY(auto found, get_many(context, std::span(&key, 1), Freshness::exact));
    return std::move(found.front());
  }
  /// put_many() of one document.
  Result<bool> put(const Context& context, DocumentKey key, Document document, Expect expect) {
    const DocumentWrite write{std::move(key), std::move(document), std::move(expect)};
    TRY(const auto written, put_many(context, std::span(&write, 1)));
    return written.front();
  }
};

}  // namespace lectern::store
