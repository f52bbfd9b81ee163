#include "http/body_spool.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

namespace lectern::http {
namespace {

constexpr std::size_t piece_bytes = 1024 * 1024;
constexpr std::size_t reserve_bytes_max = 256 * 1024;
constexpr std::size_t spare_bytes = 64;

tl::unexpected<Error> unavailable(const char* what) {
  return fail(Code::unavailable, "The request's body could not be kept: try again later",
              fmt::format("{} of a temporary file: {}", what, std::strerror(errno)));
}

/// Pages of a file that are given back with the last Body that views them.
struct Mapping {
  void* begin;
  std::size_t bytes;
  Mapping(void* at, std::size_t size) : begin(at), bytes(size) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { ::munmap(begin, bytes); }
};

std::string folder(const std::string& dir) {
  if (!dir.empty()) return dir;
  const char* set = std::getenv("TMPDIR");
  return set != nullptr && *set != '\0' ? set : "/tmp";
}

}  // namespace

BodySpool::BodySpool(std::size_t memory_bytes_max, std::string dir)
    : memory_bytes_max_(memory_bytes_max), dir_(std::move(dir)) {}

BodySpool::~BodySpool() {
  if (file_ >= 0) ::close(file_);
}

void BodySpool::expect(std::uint64_t bytes) {
  expected_bytes_ = bytes;
  // An announced length is only a promise: it must not make us take its memory.
  tail_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, reserve_bytes_max)) +
                spare_bytes);
}

bool BodySpool::should_spill() const {
  const bool to_file = file_ >= 0 || expected_bytes_ > memory_bytes_max_;
  return tail_.size() > (to_file ? std::min(piece_bytes, memory_bytes_max_) : memory_bytes_max_);
}

Result<void> BodySpool::open() {
  auto path = folder(dir_) + "/lectern-body-XXXXXX";
  file_ = ::mkostemp(path.data(), O_CLOEXEC);
  if (file_ < 0) return unavailable("opening");
  ::unlink(path.c_str());
  return {};
}

Result<void> BodySpool::spill() {
  if (file_ < 0) RETURN_IF_ERROR(open());
  std::size_t at = 0;
  while (at < tail_.size()) {
    const auto written =
        ::write(file_, tail_.data() + at, std::min(piece_bytes, tail_.size() - at));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return unavailable("writing");
    at += static_cast<std::size_t>(written);
  }
  file_bytes_ += tail_.size();
  if (tail_.capacity() > 2 * piece_bytes) tail_ = {};
  tail_.clear();
  return {};
}

Result<Body> BodySpool::finish() {
  if (file_ < 0) return Body(std::move(tail_));
  RETURN_IF_ERROR(spill());
  const auto bytes = static_cast<std::size_t>(file_bytes_);
  if (::ftruncate(file_, static_cast<off_t>(bytes + spare_bytes)) != 0)
    return unavailable("lengthening");
  void* const begin = ::mmap(nullptr, bytes + spare_bytes, PROT_READ, MAP_PRIVATE, file_, 0);
  if (begin == MAP_FAILED) return unavailable("mapping");
  ::close(std::exchange(file_, -1));
  tail_ = {};
  return Body({static_cast<const char*>(begin), bytes}, spare_bytes,
              std::make_shared<const Mapping>(begin, bytes + spare_bytes));
}

}  // namespace lectern::http
