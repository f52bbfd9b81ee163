#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/concurrency/mutex.h"
#include "store/document_store.h"
#include "store/elasticsearch/client/bulk.h"

namespace lectern::store::elasticsearch {

/// The documents that were read or written lately, under the hashes of their keys: who writes over
/// one need not look for its version, and what is known of activities and persons need not be read
/// before it is merged with news. A version that is not the last one any more cannot be written
/// over, so nothing in here can do harm. Those that were noted first give way. Thread-safe.
class KnownDocuments {
 public:
  /// `bytes_max` bounds what is kept, roughly.
  explicit KnownDocuments(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Remembers a document as it was read or written just now.
  void note(const std::string& key, DocumentKind kind, const Document& document,
            const Version& version);
  /// Forgets it, since it was removed or nobody knows what became of it.
  void forget(const std::string& key);

  /// The version that a document had when it had this etag.
  std::optional<Version> version(const std::string& key, std::string_view etag);
  /// A definition or a person, as it was a while ago.
  std::optional<Document> recall(const std::string& key);

 private:
  struct Known {
    Document document;
    bool whole = false;  // else only its etag is kept
    Version version;
  };
  using Generation = std::unordered_map<std::string, Known>;

  const Known* find_locked(const std::string& key) const;

  const std::size_t bytes_max_;
  Mutex mutex_;
  Generation newer_ GUARDED_BY(mutex_);
  Generation older_ GUARDED_BY(mutex_);
  std::size_t newer_bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace lectern::store::elasticsearch
