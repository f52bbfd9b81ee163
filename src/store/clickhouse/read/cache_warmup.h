#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "store/clickhouse/client/server.h"
#include "store/clickhouse/schema/layout.h"
#include "store/common/text_cache.h"

namespace lectern::store::clickhouse {

/// Fills the memory for texts with the newest rows of a table, so that pages are fast soon after a
/// process was started. Works in the background and rests as long as it works; stops at the first
/// error. Thread-safe.
class CacheWarmup {
 public:
  CacheWarmup(Server& server, const TableNames& names, IndexTexts texts);

  /// Begins, if that has not been done.
  void begin();

 private:
  void run(const std::stop_token& stop);
  Result<std::string> where_to_begin();
  Result<std::string> read_behind(const std::string& place);

  Server& server_;
  const TableNames& names_;
  IndexTexts texts_;
  std::atomic_flag begun_;
  std::jthread thread_;  // last: it uses the above
};

}  // namespace lectern::store::clickhouse
