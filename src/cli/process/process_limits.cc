#include "cli/process/process_limits.h"

#include <algorithm>

#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/vfs.h>

#include "base/budget.h"
#include "http/wire/body_spool.h"

namespace lectern::cli {
namespace {

/// RocksDB opens up to 512 files; logs, libraries, bodies that are spooled and outbound connections
/// take the rest.
constexpr std::uint64_t reserved_descriptors = 512 + 128;
constexpr std::size_t connections_least = 16;
/// Where not even the folder can be looked at; opening a file in it will tell.
constexpr std::uint64_t spool_bytes_unknown = std::uint64_t{1} << 30;

}  // namespace

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    const rlimit wanted{limit.rlim_max, limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &wanted) == 0) limit = wanted;
  }
  return limit.rlim_cur;
}

std::size_t connections_within(std::uint64_t descriptors, std::size_t wanted,
                               std::size_t store_connections) {
  const std::uint64_t reserved = reserved_descriptors + store_connections;
  const std::uint64_t room = descriptors > reserved ? descriptors - reserved : 0;
  return static_cast<std::size_t>(
      std::min<std::uint64_t>(wanted, std::max<std::uint64_t>(connections_least, room)));
}

std::uint64_t default_memory_bytes_max() { return memory_bytes() / 2; }

std::uint64_t default_spool_bytes_max(const std::string& dir) {
  struct statfs status {};
  if (statfs(http::spool_folder(dir).c_str(), &status) != 0) return spool_bytes_unknown;
  const std::uint64_t quarter =
      static_cast<std::uint64_t>(status.f_bavail) * static_cast<std::uint64_t>(status.f_bsize) / 4;
  const bool is_memory = static_cast<unsigned long>(status.f_type) == TMPFS_MAGIC;
  return std::max<std::uint64_t>(1, is_memory ? std::min(quarter, memory_bytes() / 8) : quarter);
}

}  // namespace lectern::cli
