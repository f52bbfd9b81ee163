#pragma once

#include <memory>
#include <string>
#include <vector>

#include "store/blob_store.h"
#include "store/document_store.h"
#include "store/maintenance.h"
#include "store/migration.h"
#include "store/statement_store.h"

namespace lectern::store {

/// Everything an LRS keeps, opened. `documents` and `blobs` are never null, unless that was asked
/// for: where a database cannot hold them (ClickHouse), they live beside it, as documents_url says.
/// Where that says nothing and app_dir cannot be written to, they have no place: each call on them
/// is refused (store/common/no_documents.h), and a warning says so.
struct Stores {
  std::unique_ptr<StatementStore> statements;
  std::unique_ptr<DocumentStore> documents;
  std::unique_ptr<BlobStore> blobs;
  std::unique_ptr<Migration> migration;  ///< null where there is nothing to complete
  std::string location;                  ///< for the log: folder or address, without passwords
  std::vector<std::string> warnings{};   ///< for the log, at the start
  /// One caller that brings many documents is served better than many with few each.
  bool few_document_callers = false;
  /// Of the embedded store, where statements or documents are in it; else null.
  std::unique_ptr<Maintenance> maintenance{};
};

}  // namespace lectern::store
