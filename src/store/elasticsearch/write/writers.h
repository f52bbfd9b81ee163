#pragma once

#include <map>
#include <string>

#include "base/uuid.h"
#include "store/common/watermark/peer_clocks.h"
#include "store/common/watermark/writer_registry.h"
#include "store/elasticsearch/client/bulk.h"

namespace lectern::store::elasticsearch {

/// The document in which the processes that use one cluster tell each other how far they are:
///
///   <default index>-lectern-writers/_doc/writers =
///     { "processes": { <UUID>: { beat, floor, ceiling, clock, places } } }
///   ; microseconds since 1970
///
/// It is compared and set, so an exchange reads and writes as one. The entry `left` has the highest
/// ceiling of those that have left: what they promised last still holds.
class ElasticsearchWriters final : public WriterRegistry {
 public:
  /// `cluster` must outlive it.
  ElasticsearchWriters(Cluster& cluster, std::string index, Uuid self)
      : cluster_(cluster), index_(std::move(index)), self_(self.text()) {}

  Result<Others> exchange(const WriterEntry& own, Deadline deadline) override;
  Result<Others> look(Deadline deadline) override;
  Result<void> leave(Deadline deadline) override;
  Result<Time> database_now(Deadline deadline) override;

 private:
  using Entries = std::map<std::string, Read>;
  struct Document {
    Entries entries;
    std::map<std::string, Time> clocks;  // of their processes when they wrote them
    std::string condition;               // under which to write
    Version version;
  };

  Result<Document> read(Deadline deadline);
  void compare_clocks(const Document& document);
  /// False: another process was faster.
  Result<bool> write(const Document& document, Deadline deadline);

  Cluster& cluster_;
  const std::string index_;
  const std::string self_;
  bool prepared_ = false;
  std::int64_t beat_ = 0;
  PeerClocks clocks_;
  Version written_;  // of the document as this process left it
};

}  // namespace lectern::store::elasticsearch
