#pragma once

#include <atomic>
#include <memory>

#include "store/embedded/engine.h"
#include "store/embedded/read/fair_semaphore.h"
#include "store/statement_store.h"

namespace lectern::store::embedded {

/// Statements in a folder of this machine, by RocksDB. An answer to append() means that it is on
/// disk; what is answered is visible to everything at once.
class EmbeddedStatements final : public StatementStore {
 public:
  /// Shares the engine with the documents: whichever is destroyed last closes the folder.
  explicit EmbeddedStatements(std::shared_ptr<Engine> engine);

  Result<std::vector<AppendOutcome>> append(const Context& context, std::span<Row> rows,
                                            OnConflict on_conflict) override;
  Result<std::vector<StoredStatement>> find(const Context& context,
                                            std::span<const Uuid> ids) override;
  Result<Page> query(const Context& context, const Filter& filter,
                     const PageRequest& page) override;
  Result<Time> consistent_through(const Context& context) override;
  Health health() override;

 private:
  Result<std::vector<StoredStatement>> find_now(const Context& context, std::span<const Uuid> ids);

  const std::shared_ptr<Engine> engine_;
  FairSemaphore pages_;
  std::atomic<unsigned> pages_read_ = 0;
};

}  // namespace lectern::store::embedded
