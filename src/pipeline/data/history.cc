#include "pipeline/data/history.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include "base/descriptor.h"
#include "base/json/json.h"
#include "base/time/time.h"

namespace lectern::pipeline {
namespace {

namespace fs = std::filesystem;
using json::Type;

/// "" where there is no file. What cannot be read is not replaced by what is added.
Result<std::string> text_of(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open() && errno == ENOENT) return std::string();
  std::string text;
  std::array<char, 65536> buffer;
  ssize_t bytes = file.is_open() ? 1 : -1;
  while (bytes > 0) {
    bytes = ::read(file.number(), buffer.data(), buffer.size());
    if (bytes > 0) text.append(buffer.data(), static_cast<std::size_t>(bytes));
  }
  if (bytes == 0) return text;
  return fail(Code::internal,
              fmt::format("the history {} cannot be read: {}", path, std::strerror(errno)));
}

/// The list, or nothing where there is no file or an empty one.
Result<std::unique_ptr<json::Document>> read(const std::string& path) {
  TRY(std::string text, text_of(path));
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
  // Several commands of a pipe may end at once.
  const Descriptor lock(open((path_ + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.is_open()) flock(lock.number(), LOCK_EX);
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
  std::string text = utc_text(now());
  text.pop_back();
  return text + "+00:00";
}

}  // namespace lectern::pipeline
