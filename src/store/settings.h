#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

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

}  // namespace lectern::store
