#include "cli/commands/pipe/export_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/json/json.h"

namespace lectern::cli {
namespace {

namespace fs = std::filesystem;

/// Bytes that are read at a time from the end of a part.
constexpr std::size_t block_bytes = 1 << 20;
/// A statement is not longer than that as a line.
constexpr std::size_t line_bytes_max = 256UL * 1024 * 1024;

/// The last whole line of a file, and where what is behind it begins.
struct LastLine {
  std::string text;
  std::uintmax_t end = 0;
};

LastLine last_line_of(std::FILE* file, std::uintmax_t size) {
  std::string tail;
  for (std::uintmax_t begin = size; begin > 0;) {
    const auto count = std::min<std::uintmax_t>(block_bytes, begin);
    begin -= count;
    std::string block(count, '\0');
    if (std::fseek(file, static_cast<long>(begin), SEEK_SET) != 0 ||
        std::fread(block.data(), 1, block.size(), file) != block.size())
      return {};
    tail.insert(0, block);
    const auto end = tail.rfind('\n');
    if (end == tail.npos || (end == 0 && begin > 0)) continue;
    const auto before = end == 0 ? tail.npos : tail.rfind('\n', end - 1);
    if (before == tail.npos && begin > 0) continue;
    const auto first = before == tail.npos ? 0 : before + 1;
    return {tail.substr(first, end - first), begin + end + 1};
  }
  return {};
}

}  // namespace

std::string numbered_path(const std::string& path, std::uint64_t number) {
  fs::path name(path);
  const auto stem =
      fmt::format("{}-{:05}{}", name.stem().string(), number, name.extension().string());
  return name.replace_filename(stem).string();
}

std::string part_path(const std::string& path) { return path + ".part"; }

ExportFiles::ExportFiles(Options options)
    : options_(std::move(options)), number_(options_.number) {}

ExportFiles::~ExportFiles() = default;

tl::unexpected<Error> ExportFiles::fault() const {
  return fail(Code::internal,
              (options_.path.empty() ? "stdout" : path()) + ": " + std::strerror(errno));
}

std::string ExportFiles::path() const {
  return options_.numbered ? numbered_path(options_.path, number_ + 1) : options_.path;
}

std::string ExportFiles::written_path() const {
  std::error_code error;
  const auto status = fs::status(path(), error);
  const bool may_be_replaced = !fs::exists(status) || fs::is_regular_file(status);
  return may_be_replaced ? part_path(path()) : path();
}

Result<void> ExportFiles::open() {
  now_ = {path(), 0, 0};
  if (options_.path.empty()) return {};
  written_path_ = written_path();
  file_.reset(std::fopen(written_path_.c_str(), "wb"));
  if (!file_) return fault();
  return {};
}

Result<void> ExportFiles::take_up() {
  const auto part = part_path(path());
  std::error_code error;
  const auto size = fs::file_size(part, error);
  if (error) return {};
  if (options_.unit != ExportUnit::line) {
    fs::remove(part, error);
    return {};
  }
  written_path_ = part;
  file_.reset(std::fopen(part.c_str(), "r+b"));
  if (!file_) return fault();
  auto last = last_line_of(file_.get(), size);
  last_line_ = std::move(last.text);
  if (last_id().empty()) {  // nothing tells where to go on
    file_.reset();
    last_line_.clear();
    fs::remove(part, error);
    return {};
  }
  if (ftruncate(fileno(file_.get()), static_cast<off_t>(last.end)) != 0 ||
      std::fseek(file_.get(), 0, SEEK_END) != 0)
    return fault();
  now_ = {path(), last.end, 0};
  return {};
}

/// What `rest_` and these bytes come to; keeps whether what is behind it is in quotes.
ExportFiles::Units ExportFiles::whole_units(std::string_view bytes) {
  if (options_.unit == ExportUnit::file) return {bytes.size(), 0};
  if (options_.unit == ExportUnit::line) {
    const auto end = bytes.rfind('\n');
    const auto whole = bytes.substr(0, end == bytes.npos ? 0 : end + 1);
    return {whole.size(), static_cast<std::uint64_t>(std::count(whole.begin(), whole.end(), '\n'))};
  }
  Units whole;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (bytes[at] == '"') in_quotes_ = !in_quotes_;
    if (bytes[at] == '\n' && !in_quotes_) whole = {at + 1, whole.count + 1};
  }
  return whole;
}

Result<bool> ExportFiles::take(std::string_view bytes) {
  const auto whole = whole_units(bytes);
  if (whole.bytes == 0) {
    rest_ += bytes;
    if (rest_.size() > line_bytes_max) return fail(Code::too_large, "a line has no end");
    return true;
  }
  if (rest_.empty()) {
    RETURN_IF_ERROR(put(bytes.substr(0, whole.bytes), whole.count));
  } else {
    rest_ += bytes.substr(0, whole.bytes);
    RETURN_IF_ERROR(put(rest_, whole.count));
  }
  rest_ = bytes.substr(whole.bytes);
  return true;
}

Result<void> ExportFiles::write(std::string_view bytes) {
  std::FILE* const to = file_ ? file_.get() : stdout;
  if (std::fwrite(bytes.data(), 1, bytes.size(), to) != bytes.size()) return fault();
  now_.bytes += bytes.size();
  return {};
}

/// Whole units. The first row of CSV is its head.
Result<void> ExportFiles::put(std::string_view units, std::uint64_t count) {
  if (options_.unit == ExportUnit::row && head_.empty()) {
    const auto end = units.find('\n') + 1;  // names of columns hold no line ends
    head_ = units.substr(0, end);
    units.remove_prefix(end);
    --count;
  }
  if (units.empty()) return {};
  const bool full = options_.bytes_max > 0 && now_.bytes + units.size() > options_.bytes_max;
  if (now_.bytes > 0 && full) RETURN_IF_ERROR(end_file());
  if (now_.bytes == 0) {
    RETURN_IF_ERROR(open());
    RETURN_IF_ERROR(write(head_));
  }
  RETURN_IF_ERROR(write(units));
  now_.statements += count;
  statements_ += count;
  bytes_ += units.size();
  if (options_.unit != ExportUnit::line) return {};
  const auto before = units.size() < 2 ? units.npos : units.rfind('\n', units.size() - 2);
  last_line_ = units.substr(before == units.npos ? 0 : before + 1);
  return {};
}

void ExportFiles::forget_rest() {
  rest_.clear();
  in_quotes_ = false;
}

std::string ExportFiles::last_id() const {
  if (last_line_.empty()) return {};
  const auto document = json::parse_view(last_line_);
  const auto id = document && (*document)->root().is(json::Type::object)
                      ? (*document)->root().find("id")
                      : std::nullopt;
  return id && id->is(json::Type::string) ? std::string(id->string()) : std::string();
}

Result<void> ExportFiles::end_file() {
  if (!file_) return std::fflush(stdout) == 0 ? Result<void>() : Result<void>(fault());
  const auto name = path();
  const bool is_part = written_path_ != name;
  if (std::fflush(file_.get()) != 0) return fault();
  if (is_part && fsync(fileno(file_.get())) != 0) return fault();
  if (std::fclose(file_.release()) != 0) return fault();
  if (before_naming) RETURN_IF_ERROR(before_naming(number_ + 1, last_id()));
  if (is_part && std::rename(written_path_.c_str(), name.c_str()) != 0) return fault();
  whole_.push_back(std::exchange(now_, {}));
  ++number_;
  return {};
}

Result<void> ExportFiles::finish() {
  if (!rest_.empty()) return fail(Code::unavailable, "The export ends within a line");
  if (now_.bytes == 0 && !options_.numbered) {
    RETURN_IF_ERROR(open());
    RETURN_IF_ERROR(write(head_));
  }
  return file_ || options_.path.empty() ? end_file() : Result<void>();
}

}  // namespace lectern::cli
