#include "http/wire/body_spool.h"

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

tl::unexpected<Error> unavailable(const char* what) {
  return fail(Code::unavailable, "The request's body could not be kept: try again later",
              fmt::format("{} of a temporary file: {}", what, std::strerror(errno)));
}

/// Pages of a file that are given back with the last Body that views them.
struct Mapping {
  void* begin;
  std::size_t bytes;
  Charge disk;
  Mapping(void* at, std::size_t size, Charge charge)
      : begin(at), bytes(size), disk(std::move(charge)) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { ::munmap(begin, bytes); }
};

}  // namespace

std::string spool_folder(const std::string& dir) {
  if (!dir.empty()) return dir;
  const char* set = std::getenv("TMPDIR");
  return set != nullptr && *set != '\0' ? set : "/tmp";
}

BodySpool::BodySpool(std::size_t memory_bytes_max, std::string dir, Charge memory, Charge disk)
    : memory_bytes_max_(memory_bytes_max),
      dir_(std::move(dir)),
      memory_(std::move(memory)),
      disk_(std::move(disk)) {}

BodySpool::~BodySpool() {
  if (file_ >= 0) ::close(file_);
}

void BodySpool::expect(std::uint64_t bytes) { expected_bytes_ = bytes; }

/// What tail() is to have room for before `bytes` more come. An announced length is only a promise:
/// it does not make us take its memory at once.
std::size_t BodySpool::capacity_for(std::size_t bytes) const {
  const std::size_t least = tail_.size() + bytes;
  const auto announced = static_cast<std::size_t>(
      std::min<std::uint64_t>(expected_bytes_, std::max(reserve_bytes_max, 2 * least)));
  return std::max({least, announced, expected_bytes_ > 0 ? 0 : 2 * tail_.capacity()});
}

bool BodySpool::try_reserve(std::size_t bytes) {
  if (tail_.size() + bytes <= tail_.capacity()) return true;
  const std::size_t capacity = capacity_for(bytes);
  if (!memory_.try_resize(capacity)) return false;
  tail_.reserve(capacity);
  return true;
}

Result<void> BodySpool::reserve(std::size_t bytes) {
  if (try_reserve(bytes)) return {};
  const std::size_t capacity = capacity_for(bytes);
  RETURN_IF_ERROR(memory_.resize(capacity));
  tail_.reserve(capacity);
  return {};
}

bool BodySpool::should_spill() const {
  const bool to_file = file_ >= 0 || expected_bytes_ > memory_bytes_max_;
  return tail_.size() > (to_file ? std::min(piece_bytes, memory_bytes_max_) : memory_bytes_max_);
}

Result<void> BodySpool::open() {
  auto path = spool_folder(dir_) + "/lectern-body-XXXXXX";
  file_ = ::mkostemp(path.data(), O_CLOEXEC);
  if (file_ < 0) return unavailable("opening");
  ::unlink(path.c_str());
  return {};
}

Result<void> BodySpool::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file_, bytes.data(), std::min(piece_bytes, bytes.size()));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return unavailable("writing");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> BodySpool::spill() {
  if (file_ < 0) RETURN_IF_ERROR(open());
  RETURN_IF_ERROR(disk_.grow(tail_.size()));
  RETURN_IF_ERROR(write(tail_));
  file_bytes_ += tail_.size();
  if (tail_.capacity() > 2 * piece_bytes) std::string().swap(tail_);
  tail_.clear();
  memory_.resize_down(tail_.capacity());
  return {};
}

Result<Body> BodySpool::finish() {
  if (file_ < 0) return Body(std::move(tail_), std::move(memory_));
  RETURN_IF_ERROR(spill());
  const auto bytes = static_cast<std::size_t>(file_bytes_);
  void* const begin = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file_, 0);
  if (begin == MAP_FAILED) return unavailable("mapping");
  ::close(std::exchange(file_, -1));
  std::string().swap(tail_);
  memory_.resize_down(0);
  return Body({static_cast<const char*>(begin), bytes},
              std::make_shared<const Mapping>(begin, bytes, std::move(disk_)));
}

}  // namespace lectern::http
