#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/concurrency/mutex.h"
#include "store/statement_store.h"

namespace lectern::store::clickhouse {

/// Reads a page once for all who ask for the same one at the same time, as many do who look at
/// what is new. Thread-safe.
class PageSingleFlight {
 public:
  using Read = std::function<Result<Page>()>;

  /// What `read` answers, or has answered another who began earlier and is not done yet. Only
  /// pages with an `until` are shared, so `read` must find all that is stored up to it. `version`
  /// is another when what the caller knows to be stored may tell on the page. An error of
  /// another's is nobody else's: the caller then reads itself.
  Result<Page> read(const Filter& filter, const PageRequest& request, std::uint64_t version,
                    Deadline deadline, const Read& read);

 private:
  using Reading = std::optional<Result<Page>>;

  Mutex mutex_;
  Condition done_;
  std::map<std::string, std::shared_ptr<Reading>> under_way_ GUARDED_BY(mutex_);
};

}  // namespace lectern::store::clickhouse
