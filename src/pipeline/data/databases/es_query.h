#pragma once

#include <cstdint>
#include <optional>
#include <string>

/// What a read of Elasticsearch is asked for, as Ralph takes it.
namespace lectern::pipeline::es {

/// Parts of a search; those that are JSON are texts to be sent as they came.
struct Query {
  std::string lucene;                         ///< query string syntax; in the place of `query`
  std::string query = R"({"match_all":{}})";  ///< JSON
  std::string point_in_time;                  ///< one that the user has opened; "" for a fresh one
  std::string keep_alive;                     ///< "" is the setting
  std::optional<std::int64_t> size;           ///< of all documents; nothing: as many as there are
  std::string sort = R"("_shard_doc")";       ///< JSON
  std::string sort_parameter;                 ///< `field:direction`, in the place of `sort`
  std::string search_after;                   ///< JSON; "" is the beginning
};

/// An object of these members is Ralph's query: q, query, pit, size, sort, search_after,
/// track_total_hits. Any other text is a query string of Lucene, and the log says so.
Query read_query(const std::string& text);

}  // namespace lectern::pipeline::es
