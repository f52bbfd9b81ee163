#pragma once

#include <memory>

#include <rocksdb/file_system.h>

namespace lectern::store::embedded {

/// The files of `base`, where a file that was synced is found by its name after a power cut.
///
/// POSIX keeps the bytes of a synced file, but its name only once the folder is synced too. RocksDB
/// syncs the folder behind a flush, but at a start it makes tables of what it replays from the log,
/// and names the MANIFEST that lists them, before it does: a store that is cut off in between would
/// miss a table for good, where the file system does not keep names in their order.
std::shared_ptr<rocksdb::FileSystem> durable_names(std::shared_ptr<rocksdb::FileSystem> base);

}  // namespace lectern::store::embedded
