#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "store/elasticsearch/habits.h"
#include "store/elasticsearch/index_names.h"
#include "store/elasticsearch/per_target.h"
#include "store/elasticsearch/shared_bulk.h"
#include "store/elasticsearch/texts.h"
#include "store/elasticsearch/visibility.h"

namespace lectern::store::elasticsearch {

/// One target's index of statements in use.
struct Place {
  Place(Cluster& cluster, Presence& presence, Texts& its_texts, IndexNames its_names,
        const std::string& refresh)
      : names(std::move(its_names)),
        texts(its_texts),
        visibility(presence),
        bulk(cluster, names.statements, refresh) {}

  const IndexNames names;
  std::atomic<bool> references_ready{false};    ///< their index is there
  std::atomic<std::int64_t> newest{INT64_MIN};  ///< microseconds: of the newest row that was seen
  Habits habits;
  Texts& texts;
  Visibility visibility;
  SharedBulk bulk;
};

/// Memory for texts, of all places together.
inline constexpr std::size_t texts_bytes_max = 64UL * 1024 * 1024;

/// The places that were used so far. A place is prepared when it is first asked for, and asked for
/// again until that succeeds, so the cluster need not be up at the start. Thread-safe.
class Places {
 public:
  Places(Cluster& cluster, Presence& presence, const Settings& settings)
      : cluster_(cluster), presence_(presence), settings_(settings), texts_(texts_bytes_max) {}

  /// The place of a target; lives as long as this. Errors: invalid for a target that names no
  /// index, unavailable, internal.
  Result<Place*> of(const Context& context);

 private:
  Result<std::unique_ptr<Place>> prepare(const Context& context);

  Cluster& cluster_;
  Presence& presence_;
  const Settings& settings_;
  Texts texts_;
  PerTarget<Place> ready_;
};

}  // namespace lectern::store::elasticsearch
