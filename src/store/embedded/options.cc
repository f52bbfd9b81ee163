#include "store/embedded/options.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include "store/embedded/footprint.h"

namespace lectern::store::embedded {
namespace {

class SilentLog final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

constexpr std::size_t mebibyte = std::size_t{1} << 20;

using Options = rocksdb::ColumnFamilyOptions;

struct Bytes {
  std::size_t cache, unwritten;
  std::size_t share;  // how many times as large a server's memtable is
};

constexpr Bytes of_server{96 * mebibyte, 64 * mebibyte, 1};
constexpr Bytes of_command{8 * mebibyte, 16 * mebibyte, 4};
Bytes bytes_of_process = of_server;

enum class Lookups { of_keys, of_ranges };

Options small_family(const std::shared_ptr<rocksdb::Cache>& cache, std::size_t block_bytes,
                     Lookups lookups = Lookups::of_keys) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = block_bytes;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  // In pieces of 4 KiB: as one block each, filters and indexes pushed one another out of the
  // cache, and each look-up read a megabyte.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.metadata_block_size = 4096;
  if (lookups == Lookups::of_keys) {
    table.partition_filters = true;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  }
  Options options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = 4 * mebibyte / bytes_of_process.share;
  options.max_write_buffer_number = 3;
  options.level_compaction_dynamic_level_bytes = true;
  options.compression = rocksdb::kLZ4Compression;
  options.bottommost_compression = rocksdb::kZSTD;
  return options;
}

/// Texts are packed already; LZ4 is for those that were stored before there was a dictionary. Only
/// what is there is looked up: no filter.
Options bodies(const std::shared_ptr<rocksdb::Cache>& cache) {
  Options options = small_family(cache, 4 * 1024, Lookups::of_ranges);
  options.write_buffer_size = 16 * mebibyte / bytes_of_process.share;
  options.bottommost_compression = options.compression;
  return options;
}

/// Random keys, most of them looked up in vain: the filters also cover what is in memory.
Options ids(const std::shared_ptr<rocksdb::Cache>& cache) {
  Options options = small_family(cache, 4 * 1024);
  options.write_buffer_size = 8 * mebibyte / bytes_of_process.share;
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.05;
  return options;
}

/// A group's postings come sorted: each is placed from where the one before it went.
Options postings(const std::shared_ptr<rocksdb::Cache>& cache) {
  Options options = small_family(cache, 8 * 1024, Lookups::of_ranges);
  options.write_buffer_size = 16 * mebibyte / bytes_of_process.share;
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  return options;
}

Options blobs(const std::shared_ptr<rocksdb::Cache>& cache) {
  Options options = small_family(cache, 64 * 1024);
  options.write_buffer_size = 8 * mebibyte / bytes_of_process.share;
  return options;
}

}  // namespace

void set_footprint(Footprint footprint) {
  bytes_of_process = footprint == Footprint::command ? of_command : of_server;
}

rocksdb::DBOptions database_options() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.db_write_buffer_size = bytes_of_process.unwritten;
  options.max_total_wal_size = 32 * mebibyte;  // a start after a kill reads it again
  options.track_and_verify_wals_in_manifest = true;
  options.max_bgerror_resume_count = 0;  // store/embedded/safety/reopener.h
  options.max_background_jobs = 2;
  options.max_open_files = 512;
  options.bytes_per_sync = mebibyte;
  options.keep_log_file_num = 4;
  options.max_log_file_size = 4 * mebibyte;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.stats_dump_period_sec = 0;
  return options;
}

rocksdb::DBOptions reading_options() {
  rocksdb::DBOptions options = database_options();
  options.create_if_missing = false;
  options.create_missing_column_families = false;
  options.info_log = std::make_shared<SilentLog>();
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> family_options() {
  // In eight shards, since a shard must have room for the index of a large file.
  const auto cache = rocksdb::NewLRUCache(bytes_of_process.cache, 3, false, 0.5);
  return {
      {rocksdb::kDefaultColumnFamilyName, small_family(cache, 4 * 1024)},
      {"bodies", bodies(cache)},
      {"ids", ids(cache)},
      {"postings", postings(cache)},
      {"references", small_family(cache, 4 * 1024)},
      {"documents", small_family(cache, 8 * 1024)},
      {"blobs", blobs(cache)},
  };
}

}  // namespace lectern::store::embedded
