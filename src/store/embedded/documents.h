#pragma once

#include <semaphore>

#include "store/document_store.h"
#include "store/embedded/engine.h"
#include "store/embedded/write/document_jobs.h"

namespace lectern::store::embedded {

/// Documents in the folder of the embedded store. Writes of documents share
/// commits with statements.
class EmbeddedDocuments final : public DocumentStore {
 public:
  /// Shares the engine with the statements: whichever is destroyed last closes the folder.
  explicit EmbeddedDocuments(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {}

  Result<std::vector<std::optional<Document>>> get_many(const Context& context,
                                                        std::span<const DocumentKey> keys,
                                                        Freshness freshness) override;
  Result<std::vector<bool>> put_many(const Context& context,
                                     std::span<const DocumentWrite> writes) override;
  Result<bool> erase(const Context& context, const DocumentKey& key, const Expect& expect) override;
  Result<std::vector<DocumentName>> list(const Context& context, const DocumentSpace& space,
                                         std::optional<Time> since) override;
  Result<void> erase_all(const Context& context, const DocumentSpace& space) override;

 private:
  // What list() does while the database stays open.
  Result<std::vector<DocumentName>> list_now(const Context& context, const DocumentSpace& space,
                                             std::optional<Time> since);

  const std::shared_ptr<Engine> engine_;
  /// Documents may be large, and have two copies while they are read: so many are at a time.
  using Reads = std::counting_semaphore<>;
  static constexpr int reads_max = 2;
  Reads reads_{reads_max};
};

}  // namespace lectern::store::embedded
