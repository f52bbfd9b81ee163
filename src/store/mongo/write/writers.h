#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/uuid.h"
#include "store/common/watermark/peer_clocks.h"
#include "store/common/watermark/visibility_watermark.h"
#include "store/mongo/client/client.h"

namespace lectern::store::mongo {

/// The collection `lectern.writers`, in which the processes that use one database tell each other
/// how far they are, a document each:
///   { _id: a UUID of the process, beat: rises with each change,
///     floor: microseconds (absent: it writes nothing before it has changed this document),
///     ceiling: microseconds, places: [ names of collections ],
///     clock: microseconds, of the process when it wrote this }
/// An exchange writes our document and reads the others afterwards.
class MongoWriters final : public WriterRegistry {
 public:
  /// `pool` must outlive it.
  MongoWriters(Pool& pool, std::string database, Uuid self)
      : pool_(pool), database_(std::move(database)), self_(self) {}

  Result<Others> exchange(const WriterEntry& own, Deadline deadline) override;
  Result<Others> look(Deadline deadline) override;
  Result<void> leave(Deadline deadline) override;
  Result<Time> database_now(Deadline deadline) override;

 private:
  Result<void> write_own(Client& client, const WriterEntry& own);
  Result<std::map<std::string, Read>> read_others(Client& client);
  Result<void> remove(Client& client, const Uuid& process, std::int64_t beat);

  Pool& pool_;
  const std::string database_;
  const Uuid self_;
  std::int64_t beat_ = 0;
  PeerClocks clocks_;
};

/// The watermark of one database: `entries` is for the short calls, `pool` for the long ones. Both
/// must outlive it.
std::unique_ptr<VisibilityWatermark> open_watermark(Pool& entries, Pool& pool,
                                                    const std::string& database);

}  // namespace lectern::store::mongo
