#include "pipeline/line_reader.h"

#include <algorithm>
#include <cstring>

#include <sys/stat.h>

namespace lectern::pipeline {

namespace {

/// std::count looks at each byte, and memchr at 32 of them.
std::uint64_t count_of_lines(std::string_view text) {
  std::uint64_t lines = 0;
  for (std::size_t at = 0; (at = text.find('\n', at)) != text.npos; ++at) ++lines;
  return lines;
}

}  // namespace

std::optional<Line> next_line(std::string_view& rest, std::uint64_t number) {
  if (rest.empty()) return std::nullopt;
  const std::size_t end = rest.find('\n');
  Line line{rest.substr(0, end), rest.substr(0, end == rest.npos ? end : end + 1), number};
  if (line.text.ends_with('\r')) line.text.remove_suffix(1);
  rest.remove_prefix(line.whole.size());
  return line;
}

LineReader::LineReader(Options options, const Interrupt& interrupt)
    : options_(std::move(options)), interrupt_(interrupt) {
  for (const auto& file : options_.files) {
    struct stat status = {};
    const bool known = (file == "-" ? fstat(0, &status) : stat(file.c_str(), &status)) == 0 &&
                       S_ISREG(status.st_mode);
    size_known_ = size_known_ && known;
    if (known) bytes_all_ += static_cast<std::uint64_t>(status.st_size);
  }
}

std::optional<Block> LineReader::fault(std::string what) {
  file_ = options_.files.size();
  return Block{{}, line_, file_, 0, std::move(what)};
}

/// The bytes before `end` as a block; the others stay.
std::optional<Block> LineReader::cut(std::size_t end) {
  std::string rest = buffer_.substr(end);
  buffer_.resize(end);
  Block block{std::move(buffer_), line_, file_, 0};
  line_ += count_of_lines(block.bytes);
  buffer_ = std::move(rest);
  searched_ = buffer_.size();
  return block;
}

/// True: some bytes were added. False: the file has ended, or an interrupt has.
Result<bool> LineReader::read_more() {
  const std::size_t had = buffer_.size();
  buffer_.reserve(std::max(buffer_.capacity(), options_.block_bytes * 2));
  buffer_.resize(had + options_.block_bytes);
  auto got = input_->read({buffer_.data() + had, options_.block_bytes});
  buffer_.resize(had + got.value_or(0));
  if (!got) return fail(std::move(got).error());
  return *got > 0;
}

std::optional<Block> LineReader::skip_long_line() {
  Block block{{}, line_, file_, 0};
  while (fault_ == std::nullopt) {
    const std::size_t end = buffer_.find('\n');
    if (end != buffer_.npos) {
      block.too_long_bytes += end + 1;
      buffer_.erase(0, end + 1);
      searched_ = 0;
      break;
    }
    block.too_long_bytes += buffer_.size();
    buffer_.clear();
    buffer_.shrink_to_fit();
    const auto more = read_more();
    if (!more) fault_ = more.error().message;
    if (!more || !*more) break;
  }
  ++line_;
  return block;
}

std::optional<Block> LineReader::next() {
  while (file_ < options_.files.size()) {
    if (fault_) return fault(*fault_);
    if (input_ == nullptr) {
      auto opened = Input::open(options_.files[file_], interrupt_);
      if (!opened) return fault(opened.error().message);
      input_ = std::move(*opened);
      ended_ = false;
      line_ = 1;
    }
    const auto more = read_more();
    if (!more) fault_ = more.error().message;
    ended_ = !more || !*more;
    if (ended_) {
      // Of a damaged file, or after an interrupt, an unfinished line is not one.
      const bool whole = more && !interrupt_.stopped();
      const std::size_t end = whole ? buffer_.size() : buffer_.rfind('\n') + 1;
      auto block = cut(end);
      buffer_.clear();
      if (!fault_) {
        bytes_before_ += input_->bytes_taken();
        input_.reset();
        ++file_;
      }
      if (interrupt_.stopped()) file_ = options_.files.size();
      if (!block->bytes.empty()) return block;
      continue;
    }
    if (buffer_.size() < options_.block_bytes && input_->at_hand()) continue;
    const std::string_view fresh = std::string_view(buffer_).substr(searched_);
    if (const std::size_t end = fresh.rfind('\n'); end != fresh.npos)
      return cut(searched_ + end + 1);
    searched_ = buffer_.size();
    if (buffer_.size() > options_.line_bytes_max) return skip_long_line();
  }
  return std::nullopt;
}

std::optional<double> LineReader::share() const {
  if (!size_known_ || bytes_all_ == 0) return std::nullopt;
  const std::uint64_t taken = bytes_before_ + (input_ == nullptr ? 0 : input_->bytes_taken());
  return std::min(1.0, static_cast<double>(taken) / static_cast<double>(bytes_all_));
}

}  // namespace lectern::pipeline
