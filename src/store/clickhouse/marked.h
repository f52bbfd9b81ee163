#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include "store/clickhouse/presence.h"
#include "store/clickhouse/server.h"

namespace lectern::store::clickhouse {

/// Knows whether any statement of a target bears the mark `inherits_more` (store/references.h), so
/// that queries must look for those too. Hardly any ever does, and to ask the server with each page
/// would make pages dearer; so what it answered holds for all that was consistent before it was
/// asked, and once one is there, for good. Thread-safe.
class Marked {
 public:
  Marked(Server& server, const Names& names, Presence& presence)
      : server_(server), names_(names), presence_(presence) {}

  /// What is known without asking of statements stored up to `until`.
  std::optional<bool> known(const std::optional<Time>& until) const;
  /// Whether there may be one, as the server tells now; who asks at once with others shares the
  /// question. Errors: unavailable.
  Result<bool> ask(const std::optional<Time>& until, Deadline deadline);

 private:
  Server& server_;
  const Names& names_;
  Presence& presence_;
  std::timed_mutex asking_;
  std::atomic<bool> any_{false};
  std::atomic<std::int64_t> none_through_{INT64_MIN};  // microseconds
};

}  // namespace lectern::store::clickhouse
