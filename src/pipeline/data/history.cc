#include "pipeline/data/history.h"

#include <array>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/json.h"

namespace lectern::pipeline {
namespace {

namespace fs = std::filesystem;
using json::Type;

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

/// The list, or nothing where there is no file or an empty one.
Result<std::unique_ptr<json::Document>> read(const std::string& path) {
  std::string text = text_of(path);
  if (text.empty()) text = "[]";
  auto document = json::parse(std::move(text), {.bounded = false, .lenient = true});
  if (!document || !(*document)->root().is(Type::array))
    return fail(Code::invalid, fmt::format("the history {} is no JSON list", path));
  return document;
}

bool says(json::Value entry, std::string_view member, std::string_view text) {
  const auto value = entry.is(Type::object) ? entry.find(member) : std::nullopt;
  return value && value->is(Type::string) && value->string() == text;
}

/// Several commands of a pipe may end at once.
class FileLock {
 public:
  explicit FileLock(const std::string& path)
      : fd_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (fd_ >= 0) flock(fd_, LOCK_EX);
  }
  ~FileLock() {
    if (fd_ >= 0) close(fd_);
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  const int fd_;
};

}  // namespace

Result<std::set<std::string>> History::ids(std::string_view backend,
                                           std::string_view action) const {
  TRY(const auto document, read(path_));
  std::set<std::string> ids;
  for (const auto entry : document->root().children()) {
    if (!says(entry, "backend", backend)) continue;
    if (!says(entry, "action", action) && !says(entry, "command", action)) continue;
    if (const auto id = entry.find("id"); id && id->is(Type::string)) ids.emplace(id->string());
  }
  return ids;
}

Result<void> History::append(std::string_view entry) {
  added_ += added_.empty() ? "" : ", ";
  added_ += entry;
  // The whole file is written each time: not for each of ten thousand files.
  return Clock::now() - flushed_ < std::chrono::seconds(1) ? Result<void>() : flush();
}

Result<void> History::flush() {
  flushed_ = Clock::now();
  if (added_.empty()) return {};
  std::error_code ignored;
  fs::create_directories(fs::path(path_).parent_path(), ignored);
  const FileLock lock(path_ + ".lock");
  TRY(const auto document, read(path_));
  const std::string_view list = document->root().source();
  const bool empty = document->root().size() == 0;
  const std::string fresh = path_ + ".new";
  {
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    file << (empty ? "[" : list.substr(0, list.size() - 1)) << (empty ? "" : ", ") << added_ << "]";
    file.close();
    if (!file) return fail(Code::internal, fmt::format("the history {} cannot be written", path_));
  }
  std::error_code failed;
  fs::rename(fresh, path_, failed);
  if (failed)
    return fail(Code::internal,
                fmt::format("the history {} cannot be written: {}", path_, failed.message()));
  added_.clear();
  return {};
}

std::string history_time() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  const std::time_t seconds = micros / 1'000'000;
  std::tm parts = {};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text = {};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  return fmt::format("{}.{:06}+00:00", text.data(), micros % 1'000'000);
}

}  // namespace lectern::pipeline
