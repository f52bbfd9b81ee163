#pragma once

#include <string>
#include <vector>

#include <rocksdb/db.h>

namespace lectern::store::embedded {

/// How RocksDB is set up: bounded memory, a write-ahead log that is replayed in under a second.
rocksdb::DBOptions database_options();
/// The same for a look that writes nothing, not even RocksDB's own log.
rocksdb::DBOptions reading_options();
/// The column families in the order of enum Family, each with its options.
std::vector<rocksdb::ColumnFamilyDescriptor> family_options();

}  // namespace lectern::store::embedded
