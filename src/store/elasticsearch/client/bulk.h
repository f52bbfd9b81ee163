#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/elasticsearch/client/cluster.h"

namespace lectern::store::elasticsearch {

/// What became of one action of a bulk request.
struct BulkItem {
  int status = 0;  ///< as of HTTP: 201 created, 200 changed, 404, 409 (there already), 429, 4xx
  std::int64_t seq_no = 0;
  std::int64_t primary_term = 0;
  std::string reason;  ///< of a refusal

  bool ok() const { return status / 100 == 2; }
  /// Whether the index takes no writes: an operator made it read-only, or its disk is full.
  bool blocked() const { return reason.find("cluster_block_exception") != std::string::npos; }
};

/// A version of a document, for writes that must not meet another one.
struct Version {
  std::int64_t seq_no = 0;
  std::int64_t primary_term = 0;

  bool operator==(const Version&) const = default;
};

/// Appends the action lines of a bulk request; the caller appends the document and a line feed.
void append_create(std::string& lines, std::string_view id);
void append_index(std::string& lines, std::string_view id);
void append_index(std::string& lines, std::string_view id, const Version& version);
void append_delete(std::string& lines, std::string_view id);
void append_delete(std::string& lines, std::string_view id, const Version& version);

/// Sends `lines` to an index; the items come in their order. `refresh`: "" or a value of the
/// parameter of that name. `once` as of Call. Errors: as Cluster::call(); internal when the whole
/// is refused.
Result<std::vector<BulkItem>> send_bulk(Cluster& cluster, std::string_view index,
                                        std::string_view refresh, std::string_view lines,
                                        Deadline deadline, bool once = false);

/// As send_bulk(), for writes that the database must not refuse: fails unless each item is ok.
Result<void> send_whole_bulk(Cluster& cluster, std::string_view index, std::string_view lines,
                             Deadline deadline);

}  // namespace lectern::store::elasticsearch
