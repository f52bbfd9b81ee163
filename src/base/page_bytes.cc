#include "base/page_bytes.h"

#include <atomic>

namespace lectern {
namespace {

std::atomic<std::size_t> bytes_max{8 * 1024 * 1024};

}  // namespace

std::size_t page_bytes_max() { return bytes_max.load(std::memory_order_relaxed); }

void set_page_bytes_max(std::size_t bytes) { bytes_max = bytes; }

}  // namespace lectern
