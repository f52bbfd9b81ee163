#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace lectern::cli {

/// Raises the soft limit of descriptors to the hard one. What it is then.
std::uint64_t raise_descriptor_limit();

/// How many of `wanted` client connections `descriptors` can carry: the store's files, its
/// connections to a database and those of requests that are spooled keep their own. At least 16.
std::size_t connections_within(std::uint64_t descriptors, std::size_t wanted,
                               std::size_t store_connections);

/// Half of the memory this process may use (base/budget.h).
std::uint64_t default_memory_bytes_max();

/// A quarter of what is free where bodies are spooled ("": $TMPDIR, /tmp); of a tmpfs, which is
/// memory, no more than an eighth of that.
std::uint64_t default_spool_bytes_max(const std::string& dir);

}  // namespace lectern::cli
