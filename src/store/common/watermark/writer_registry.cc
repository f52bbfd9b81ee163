#include "store/common/watermark/writer_registry.h"

#include <algorithm>

#include "store/common/watermark/visibility_watermark.h"

namespace lectern::store {

WriterRegistry::Others WriterRegistry::sum_up(const std::map<std::string, Read>& all,
                                              std::set<std::string>& retired,
                                              std::chrono::steady_clock::time_point now) {
  std::map<std::string, Seen> seen;
  std::set<std::string> still_retired;
  Others others;
  for (const auto& [process, read] : all) {
    const auto known = seen_.find(process);
    const bool same = known != seen_.end() && known->second.beat == read.beat;
    const Seen now_seen{read.beat, same ? known->second.since : now};
    seen[process] = now_seen;
    others.ceiling = std::max(others.ceiling, read.entry.ceiling);
    const bool dead = now - now_seen.since > VisibilityWatermark::dead_after;
    if (dead && (!read.entry.floor || retired_.count(process) > 0)) {
      retired.insert(process);
      still_retired.insert(process);
      continue;
    }
    if (dead)
      others.dead.push_back({process, read.entry});
    else
      others.any = true;
    if (read.entry.floor) others.floor = std::min(others.floor, *read.entry.floor);
  }
  seen_ = std::move(seen);
  retired_ = std::move(still_retired);
  return others;
}

}  // namespace lectern::store
