#pragma once

#include <span>
#include <vector>

#include "store/document_store.h"
#include "store/embedded/write/committer.h"

namespace lectern::store::embedded {

/// One change of a document: a new value, or its removal.
struct DocumentChange {
  std::string key;  ///< document_key()
  Expect expect;
  const Document* document = nullptr;  ///< null: remove it
};

/// Compares and sets documents, each on its own.
class ChangeDocuments final : public Job {
 public:
  /// What the changes point to outlives the job.
  ChangeDocuments(const Database& database, std::vector<DocumentChange> changes)
      : database_(database), changes_(std::move(changes)) {}

  Result<Step> prepare(Group& group, StoredClock& clock) override;

  /// Once the job is done: for each change whether what it expects held, so that it was made.
  std::vector<bool>& made() { return made_; }

 private:
  Result<bool> holds(const DocumentChange& change) const;

  const Database& database_;
  const std::vector<DocumentChange> changes_;
  std::vector<bool> made_;
};

/// Removes all documents whose keys begin with a prefix.
class EraseSpace final : public Job {
 public:
  EraseSpace(const Database& database, std::string prefix)
      : database_(database), prefix_(std::move(prefix)) {}

  Result<Step> prepare(Group& group, StoredClock& clock) override;

 private:
  const Database& database_;
  const std::string prefix_;
};

/// A key of Family::blobs and its value: a piece of a blob, or its size, which tells that all
/// pieces are there.
struct BlobEntry {
  std::string key, value;
};

/// Writes the last pieces of some blobs, and how large they are.
class PutBlobEntries final : public Job {
 public:
  PutBlobEntries(const Database& database, std::vector<BlobEntry> entries)
      : database_(database), entries_(std::move(entries)) {}

  Result<Step> prepare(Group& group, StoredClock& clock) override;

 private:
  const Database& database_;
  const std::vector<BlobEntry> entries_;
};

}  // namespace lectern::store::embedded
