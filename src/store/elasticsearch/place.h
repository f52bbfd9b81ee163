#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "store/elasticsearch/index_names.h"
#include "store/elasticsearch/per_target.h"
#include "store/elasticsearch/shared_bulk.h"
#include "store/elasticsearch/visibility.h"

namespace lectern::store::elasticsearch {

/// One target's index of statements in use.
struct Place {
  Place(Cluster& cluster, Presence& presence, IndexNames its_names, const std::string& refresh)
      : names(std::move(its_names)),
        visibility(presence),
        bulk(cluster, names.statements, refresh) {}

  const IndexNames names;
  std::atomic<bool> references_ready{false};  ///< their index is there
  /// Microseconds: of the newest row that was seen, and the width of the last window (pages.h).
  std::atomic<std::int64_t> newest{INT64_MIN};
  std::atomic<std::int64_t> window_width{60'000'000};
  Visibility visibility;
  SharedBulk bulk;
};

/// The places that were used so far. A place is prepared when it is first asked for, and asked for
/// again until that succeeds, so the cluster need not be up at the start. Thread-safe.
class Places {
 public:
  Places(Cluster& cluster, Presence& presence, const Settings& settings)
      : cluster_(cluster), presence_(presence), settings_(settings) {}

  /// The place of a target; lives as long as this. Errors: invalid for a target that names no
  /// index, unavailable, internal.
  Result<Place*> of(const Context& context);

 private:
  Result<std::unique_ptr<Place>> prepare(const Context& context);

  Cluster& cluster_;
  Presence& presence_;
  const Settings& settings_;
  PerTarget<Place> ready_;
};

}  // namespace lectern::store::elasticsearch
