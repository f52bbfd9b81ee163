#include "store/open.h"

#include <array>
#include <filesystem>
#include <string_view>

#include <unistd.h>

#include "store/check_target.h"
#include "store/clickhouse/open.h"
#include "store/common/no_documents.h"
#include "store/elasticsearch/open.h"
#include "store/embedded/blobs.h"
#include "store/embedded/documents.h"
#include "store/embedded/footprint.h"
#include "store/embedded/safety/maintenance.h"
#include "store/embedded/statements.h"
#include "store/fs/check_target.h"
#include "store/fs/statements.h"
#include "store/memory/blobs.h"
#include "store/memory/documents.h"
#include "store/memory/statements.h"
#include "store/mongo/open.h"
#include "store/open_blobs.h"

namespace lectern::store {
namespace {

Result<Stores> open_memory(const StoreSettings&) {
  Stores stores;
  stores.statements = std::make_unique<memory::MemoryStatements>();
  stores.documents = std::make_unique<memory::MemoryDocuments>();
  stores.blobs = std::make_unique<memory::MemoryBlobs>();
  stores.location = "memory (nothing is kept)";
  return stores;
}

Result<Stores> open_in(const std::string& folder) {
  TRY(auto engine, embedded::Engine::open(folder));
  Stores stores;
  stores.statements = std::make_unique<embedded::EmbeddedStatements>(engine);
  stores.documents = std::make_unique<embedded::EmbeddedDocuments>(engine);
  stores.blobs = std::make_unique<embedded::EmbeddedBlobs>(engine);
  stores.location = folder;
  stores.maintenance = std::make_unique<embedded::EmbeddedMaintenance>(engine);
  return stores;
}

std::string embedded_folder(const StoreSettings& settings) {
  return (std::filesystem::path(settings.app_dir) / "embedded").string();
}

Result<Stores> open_embedded(const StoreSettings& settings) {
  const auto footprint = settings.values.find("FOOTPRINT");
  if (footprint != settings.values.end() && footprint->second == "command")
    embedded::set_footprint(embedded::Footprint::command);
  return open_in(embedded_folder(settings));
}

/// Whether files can be made in the folder, which is made where it is missing.
bool can_be_written(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  return !error && ::access(folder.c_str(), W_OK | X_OK) == 0;
}

/// Documents in the application folder, or nowhere: a folder that is mounted read-only, for its
/// credentials file, is no reason to serve no statements.
Result<Stores> open_in_app_dir(const StoreSettings& settings) {
  const auto folder = embedded_folder(settings);
  if (can_be_written(folder)) {
    auto stores = open_in(folder);
    if (stores || stores.error().code != Code::unavailable) return stores;
    stores.error().message += ": the documents of the backend " + settings.backend +
                              " lie there too; LECTERN_STORE_DOCUMENTS names another place";
    return stores;
  }
  Stores stores;
  stores.location = "no place";
  const std::string reason =
      "State, profiles and attachments have no place on this server: set LECTERN_STORE_DOCUMENTS";
  stores.documents = std::make_unique<NoDocuments>(reason);
  stores.blobs = std::make_unique<NoBlobs>(reason);
  stores.warnings.push_back(
      folder +
      " cannot be written to: statements are served, but State, profiles and attachments are "
      "refused with 503; set LECTERN_STORE_DOCUMENTS to a folder, or to a mongodb:// or http:// "
      "address");
  return stores;
}

/// A store for the documents of a backend that cannot hold them. Its statements stay unused.
Result<Stores> open_beside(const StoreSettings& settings) {
  const std::string& url = settings.documents_url;
  if (url.empty()) return open_in_app_dir(settings);
  if (url.starts_with('/')) return open_in(url);
  StoreSettings other = settings;
  if (url.starts_with("mongodb://") || url.starts_with("mongodb+srv://")) {
    other.values = {{"CONNECTION_URI", url}};
    return mongo::open_mongo(other);
  }
  if (url.starts_with("http://") || url.starts_with("https://")) {
    other.values = {{"HOSTS", url}};
    return elasticsearch::open(other);
  }
  return fail(
      Code::invalid,
      "STORE_DOCUMENTS must be empty, an absolute path of a folder, or an address that begins with "
      "mongodb://, http:// or https://");
}

/// Completes stores of statements alone by what lies beside them.
void add_documents(Stores& stores, Stores beside) {
  stores.documents = std::move(beside.documents);
  stores.blobs = std::move(beside.blobs);
  stores.few_document_callers = beside.few_document_callers;
  stores.maintenance = std::move(beside.maintenance);
  stores.location += "; documents in " + beside.location;
  stores.warnings = std::move(beside.warnings);
}

/// ClickHouse has no compare-and-set, which documents need: they live elsewhere.
Result<Stores> open_clickhouse(const StoreSettings& settings) {
  TRY(auto stores, clickhouse::open_clickhouse(settings));
  if (settings.statements_only) return stores;
  TRY(auto beside, open_beside(settings));
  add_documents(stores, std::move(beside));
  return stores;
}

/// Ralph's files hold statements only: documents live elsewhere.
Result<Stores> open_fs(const StoreSettings& settings) {
  const auto setting = [&](const char* name, const char* otherwise) {
    const auto at = settings.values.find(name);
    return at == settings.values.end() || at->second.empty() ? std::string(otherwise) : at->second;
  };
  const auto folder = setting("DEFAULT_DIRECTORY_PATH", ".");
  TRY(auto statements, fs::FsStatements::open(folder, setting("DEFAULT_LRS_FILE", "fs_lrs.jsonl")));
  TRY(auto beside, open_beside(settings));
  Stores stores;
  stores.statements = std::move(statements);
  stores.location = folder;
  add_documents(stores, std::move(beside));
  return stores;
}

Result<void> any_target(const StoreSettings&, const std::string&) { return {}; }

struct Backend {
  std::string_view name;
  Result<Stores> (*open)(const StoreSettings& settings);
  Result<void> (*check_target)(const StoreSettings& settings, const std::string& target);
};

// The one place that knows the backends: a line here, and its includes above.
constexpr std::array backends = {
    Backend{"clickhouse", open_clickhouse, clickhouse::check_target},
    Backend{"embedded", open_embedded, any_target},
    Backend{"fs", open_fs, fs::check_target},
    Backend{"memory", open_memory, any_target},
    Backend{"es", elasticsearch::open, elasticsearch::check_target},
    Backend{"async_es", elasticsearch::open, elasticsearch::check_target},
    Backend{"mongo", mongo::open_mongo, mongo::check_target},
    Backend{"async_mongo", mongo::open_mongo, mongo::check_target},
};

}  // namespace

std::vector<std::string> backend_names() {
  std::vector<std::string> names;
  for (const Backend& backend : backends) names.emplace_back(backend.name);
  return names;
}

Result<void> check_target(const StoreSettings& settings, const std::string& target) {
  for (const Backend& backend : backends)
    if (backend.name == settings.backend) return backend.check_target(settings, target);
  return {};
}

Result<std::unique_ptr<BlobStore>> open_blobs_beside(const StoreSettings& settings) {
  TRY(auto stores, open_beside(settings));
  return std::move(stores.blobs);
}

Result<std::vector<std::string>> missing_contents(BlobStore& blobs, const std::string& target,
                                                  const std::vector<std::string>& sha2) {
  std::vector<std::string> missing;
  for (const auto& one : sha2) {
    TRY(const auto size, blobs.size({target}, one));
    if (!size) missing.push_back(one);
  }
  return missing;
}

Result<Stores> open_stores(const StoreSettings& settings) {
  for (const Backend& backend : backends)
    if (backend.name == settings.backend) return backend.open(settings);
  std::string allowed;
  for (const Backend& backend : backends) (allowed += allowed.empty() ? "" : ", ") += backend.name;
  return fail(Code::invalid, "RUNSERVER_BACKEND is '" + settings.backend +
                                 "', which is no backend; allowed are: " + allowed);
}

}  // namespace lectern::store
