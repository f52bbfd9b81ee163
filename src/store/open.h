#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/blob_store.h"
#include "store/document_store.h"
#include "store/maintenance.h"
#include "store/migration.h"
#include "store/statement_store.h"

namespace lectern::store {

/// What a backend is opened with: its name and its own settings as text, keyed by the part of the
/// variable's name behind `RALPH_BACKENDS__LRS__<NAME>__`, e.g. {"HOSTS": "http://db:9200"}.
struct StoreSettings {
  std::string backend = "embedded";
  std::map<std::string, std::string> values;
  std::string app_dir;                ///< where the embedded store keeps its files
  std::size_t connections_max = 32;   ///< to a database
  std::uint32_t timeout_ms = 30'000;  ///< of one call to a database
  /// Memory for texts of statements that a database keeps, where reading them there takes long
  /// (ClickHouse, Elasticsearch); 0 for none.
  std::size_t texts_bytes_max = 256UL * 1024 * 1024;
  /// Where documents are kept beside a backend that cannot hold them (ClickHouse, fs): the address
  /// of a MongoDB or an Elasticsearch, which processes share; or a folder, as an absolute path, for
  /// the embedded store; "" is the embedded store in app_dir.
  std::string documents_url{};
  /// Leave out the embedded store that keeps documents beside a database, which a running server
  /// may own: `documents` and `blobs` may then be null.
  bool statements_only = false;
};

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

/// The names that -b and RALPH_RUNSERVER_BACKEND take, Ralph's async ones too.
std::vector<std::string> backend_names();

/// Opens a backend; databases need not be up yet (their calls answer `unavailable` until then).
/// Errors: invalid, naming the setting, its value and what is allowed; unavailable when another
/// process owns the embedded store's folder.
Result<Stores> open_stores(const StoreSettings& settings);

}  // namespace lectern::store
