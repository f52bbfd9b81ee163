#include "pipeline/input.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/assert.h"
#include "base/descriptor.h"

namespace lectern::pipeline {
namespace {

constexpr std::size_t buffer_bytes = 256 * 1024;
constexpr int window_bits_gzip = 15 + 16;

/// The bytes as they are in the file, a buffer at a time.
class Packed {
 public:
  Packed(std::string name, int fd, const Interrupt& interrupt)
      : name_(std::move(name)), file_(fd), interrupt_(interrupt), buffer_(buffer_bytes) {
    struct stat status = {};
    if (fstat(fd, &status) != 0) return;
    waits_ = !S_ISREG(status.st_mode);
    if (!waits_) total_ = static_cast<std::uint64_t>(status.st_size);
  }

  /// What was read and not yet taken.
  std::string_view rest() const { return {buffer_.data() + begin_, end_ - begin_}; }
  void take(std::size_t bytes) { begin_ += bytes; }
  bool ended() const { return ended_; }

  /// Reads until rest() has `least` bytes or the file ends.
  Result<void> fill(std::size_t least) {
    while (end_ - begin_ < least && !ended_) {
      if (begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
      RETURN_IF_ERROR(read_more());
    }
    return {};
  }

  bool at_hand() const {
    if (!waits_ || ended_ || begin_ < end_) return true;
    pollfd waited{file_.number(), POLLIN, 0};
    return poll(&waited, 1, 0) != 0;
  }

  const std::string& name() const { return name_; }
  std::uint64_t taken() const { return taken_; }
  std::optional<std::uint64_t> total() const { return total_; }
  bool interrupted() const { return interrupt_.stopped(); }

 private:
  Result<void> read_more() {
    if (waits_) {
      std::array<pollfd, 2> waited = {pollfd{file_.number(), POLLIN, 0},
                                      pollfd{interrupt_.descriptor(), POLLIN, 0}};
      while (poll(waited.data(), waited.size(), -1) < 0 && errno == EINTR) {
      }
    }
    if (interrupted()) {
      ended_ = true;
      return {};
    }
    const auto got = ::read(file_.number(), buffer_.data() + end_, buffer_.size() - end_);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return {};
    if (got < 0) return fail(Code::internal, fmt::format("{}: {}", name_, std::strerror(errno)));
    ended_ = got == 0;
    end_ += static_cast<std::size_t>(got);
    taken_ += static_cast<std::uint64_t>(got);
    return {};
  }

  const std::string name_;
  const Descriptor file_;
  const Interrupt& interrupt_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  bool ended_ = false;
  bool waits_ = true;  // poll() tells of a pipe or a terminal, never of a file
  std::uint64_t taken_ = 0;
  std::optional<std::uint64_t> total_;
};

/// What all kinds of inputs share.
class OfFile : public Input {
 public:
  explicit OfFile(std::unique_ptr<Packed> packed)
      : Input(packed->name()), packed_(std::move(packed)) {}
  bool at_hand() const override { return packed_->at_hand(); }
  std::uint64_t bytes_taken() const override { return packed_->taken(); }
  std::optional<std::uint64_t> bytes_total() const override { return packed_->total(); }

 protected:
  tl::unexpected<Error> damaged(std::string_view what) const {
    return fail(Code::invalid, fmt::format("{}: {}", name(), what));
  }
  Packed& packed() { return *packed_; }

 private:
  const std::unique_ptr<Packed> packed_;
};

class PlainInput : public OfFile {
 public:
  using OfFile::OfFile;
  Result<std::size_t> read(std::span<char> into) override {
    RETURN_IF_ERROR(packed().fill(1));
    const std::size_t bytes = packed().rest().copy(into.data(), into.size());
    packed().take(bytes);
    return bytes;
  }
};

class GzipInput : public OfFile {
 public:
  explicit GzipInput(std::unique_ptr<Packed> packed) : OfFile(std::move(packed)) {
    LECTERN_ASSERT(inflateInit2(&stream_, window_bits_gzip) == Z_OK);
  }
  ~GzipInput() override { inflateEnd(&stream_); }
  GzipInput(const GzipInput&) = delete;
  GzipInput& operator=(const GzipInput&) = delete;

  Result<std::size_t> read(std::span<char> into) override {
    for (;;) {
      RETURN_IF_ERROR(packed().fill(1));
      const std::string_view rest = packed().rest();
      if (packed().interrupted()) return std::size_t{0};
      if (rest.empty() && !inside_) return std::size_t{0};
      if (rest.empty()) return damaged("the gzip data ends early: the file was cut");
      if (!inside_ && rest.find_first_not_of('\0') == rest.npos) {  // tapes are padded so
        packed().take(rest.size());
        continue;
      }
      TRY(const std::size_t made, inflate_some(rest, into));
      if (made > 0) return made;
    }
  }

 private:
  Result<std::size_t> inflate_some(std::string_view rest, std::span<char> into) {
    inside_ = true;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest.data()));
    stream_.avail_in = static_cast<uInt>(rest.size());
    stream_.next_out = reinterpret_cast<Bytef*>(into.data());
    stream_.avail_out = static_cast<uInt>(into.size());
    const int outcome = inflate(&stream_, Z_NO_FLUSH);
    packed().take(rest.size() - stream_.avail_in);
    const std::size_t made = into.size() - stream_.avail_out;
    if (outcome == Z_STREAM_END) {
      inside_ = false;
      inflateReset(&stream_);
    } else if (outcome != Z_OK && outcome != Z_BUF_ERROR && made == 0) {  // else the next call's
      return damaged(fmt::format("the gzip data is damaged ({})",
                                 stream_.msg == nullptr ? "unknown" : stream_.msg));
    }
    return made;
  }

  z_stream stream_ = {};
  bool inside_ = false;  // of a member
};

class ZstdInput : public OfFile {
 public:
  explicit ZstdInput(std::unique_ptr<Packed> packed) : OfFile(std::move(packed)) {
    LECTERN_ASSERT(stream_ != nullptr);
  }
  ~ZstdInput() override { ZSTD_freeDStream(stream_); }
  ZstdInput(const ZstdInput&) = delete;
  ZstdInput& operator=(const ZstdInput&) = delete;

  Result<std::size_t> read(std::span<char> into) override {
    for (;;) {
      RETURN_IF_ERROR(packed().fill(1));
      const std::string_view rest = packed().rest();
      if (packed().interrupted()) return std::size_t{0};
      if (rest.empty() && !inside_ && !full_) return std::size_t{0};
      if (!fault_.empty()) return damaged(fault_);
      ZSTD_inBuffer in{rest.data(), rest.size(), 0};
      ZSTD_outBuffer out{into.data(), into.size(), 0};
      const std::size_t outcome = ZSTD_decompressStream(stream_, &out, &in);
      if (ZSTD_isError(outcome) != 0)
        fault_ = fmt::format("the zstd data is damaged ({})", ZSTD_getErrorName(outcome));
      packed().take(in.pos);
      inside_ = outcome != 0;
      full_ = out.pos == into.size();
      if (out.pos > 0) return out.pos;
      if (rest.empty() && inside_) return damaged("the zstd data ends early: the file was cut");
    }
  }

 private:
  ZSTD_DStream* const stream_ = ZSTD_createDStream();
  bool inside_ = false;  // of a frame
  std::string fault_;
  bool full_ = false;  // the last output left no room: more may wait inside
};

bool begins_as_zstd(std::string_view bytes) {
  // A frame, or a skippable one (RFC 8878, 3.1).
  return bytes.starts_with("\x28\xb5\x2f\xfd") ||
         (bytes.size() >= 4 && bytes.substr(1, 3) == "\x2a\x4d\x18" &&
          (static_cast<unsigned char>(bytes[0]) & 0xF0) == 0x50);
}

}  // namespace

Result<std::unique_ptr<Input>> Input::open(const std::string& path, const Interrupt& interrupt) {
  const bool is_stdin = path == "-";
  const int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                          : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail(Code::invalid, fmt::format("{}: {}", path, std::strerror(errno)));
  auto packed = std::make_unique<Packed>(is_stdin ? "stdin" : path, fd, interrupt);
  RETURN_IF_ERROR(packed->fill(4));
  const std::string_view begin = packed->rest();
  std::unique_ptr<Input> input;
  if (begin.starts_with("\x1f\x8b"))
    input = std::make_unique<GzipInput>(std::move(packed));
  else if (begins_as_zstd(begin))
    input = std::make_unique<ZstdInput>(std::move(packed));
  else
    input = std::make_unique<PlainInput>(std::move(packed));
  return input;
}

}  // namespace lectern::pipeline
