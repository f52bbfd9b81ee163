#include "pipeline/data/files.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fnmatch.h>

#include "base/json/writer.h"
#include "base/uuid.h"
#include "pipeline/data/history.h"

namespace lectern::pipeline {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed))
    names.push_back(it->path().filename().string());
  return names;
}

bool is_real_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() == fs::file_type::directory;
}

void collect(const fs::path& folder, std::string_view pattern, std::vector<std::string>& found) {
  const std::size_t end = std::min(pattern.find('/'), pattern.size());
  const std::string part(pattern.substr(0, end));
  const std::string_view rest = pattern.substr(std::min(end + 1, pattern.size()));
  if (part == "**") {
    collect(folder, rest, found);
    for (const auto& name : names_in(folder))
      if (is_real_folder(folder / name)) collect(folder / name, pattern, found);
    return;
  }
  for (const auto& name : names_in(folder)) {
    if (fnmatch(part.c_str(), name.c_str(), 0) != 0) continue;
    std::error_code ignored;
    if (!rest.empty())
      collect(folder / name, rest, found);
    else if (fs::is_regular_file(folder / name, ignored))
      found.push_back((folder / name).string());
  }
}

}  // namespace

Result<std::vector<std::string>> files_matching(const std::string& folder,
                                                std::string_view pattern) {
  if (pattern.empty() || pattern.front() == '/')
    return fail(Code::invalid,
                fmt::format("the query must be a pattern below the folder, not \"{}\"", pattern));
  std::vector<std::string> found;
  collect(folder, pattern, found);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());  // `**/**` finds twice
  return found;
}

std::string json_of(const HistoryEntry& entry) {
  json::Writer json(json::Writer::Style::spaced);
  json.object().member("backend", entry.backend).member("action", entry.action);
  json.member("id", entry.id).member("filename", entry.filename).member("size", entry.size);
  return json.member("timestamp", history_time()).end().take();
}

std::string fresh_file_name() {
  return fmt::format("{}-{}", history_time(), Uuid::random().text());
}

}  // namespace lectern::pipeline
