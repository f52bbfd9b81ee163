#include "store/fs/statements.h"

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include <unistd.h>

#include "base/log.h"
#include "store/fs/check_target.h"
#include "store/fs/stored_line.h"
#include "xapi/stamp.h"

namespace lectern::store::fs {
namespace {

/// Whether a target names a folder below ours, and nothing else.
bool is_safe(const std::string& target) {
  const auto is_odd = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  if (target.empty()) return true;
  if (target.size() > 200 || std::any_of(target.begin(), target.end(), is_odd)) return false;
  std::string_view rest = target;
  for (;;) {
    const auto end = rest.find('/');
    const auto part = rest.substr(0, end);
    if (part.empty() || part == "." || part == "..") return false;
    if (end == rest.npos) return true;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace

Result<void> check_target(const StoreSettings&, const std::string& target) {
  if (!is_safe(target)) return fail(Code::invalid, "The target cannot be the name of a folder");
  return {};
}

Result<std::unique_ptr<FsStatements>> FsStatements::open(std::string folder, std::string file) {
  if (!is_safe(file) || file.empty() || file.find('/') != file.npos)
    return fail(Code::invalid, "DEFAULT_LRS_FILE is '" + file + "'; allowed is the name of a file");
  std::unique_ptr<FsStatements> store(new FsStatements(std::move(folder), std::move(file)));
  const MutexLock lock(store->mutex_);
  RETURN_IF_ERROR(store->file_of(""));
  return store;
}

Result<FsStatements::TargetFile*> FsStatements::file_of(const std::string& target) {
  auto at = places_.find(target);
  if (at == places_.end()) {
    RETURN_IF_ERROR(check_target({}, target));
    const auto path = std::filesystem::path(folder_) / target / file_;
    TRY(auto file, LineFile::open(path.string()));
    at = places_.try_emplace(target).first;
    at->second.file = std::move(file);
  }
  RETURN_IF_ERROR(read_new(at->second));
  return &at->second;
}

Result<void> FsStatements::read_new(TargetFile& place) {
  std::vector<Row> rows;
  std::unordered_set<Uuid> ids;
  std::size_t lines = 0, unreadable = 0;
  std::string reason;
  RETURN_IF_ERROR(place.file->read_new([&](std::string_view line) {
    ++lines;
    auto row = row_of_line(line);
    if (!row) {
      ++unreadable;
      reason = "line " + std::to_string(lines) + " of them: " + row.error().message;
    } else if (ids.insert(row->id).second) {
      if (row->stored == Time{}) row->stored = place.last;
      place.last = row->stored;
      rows.push_back(std::move(*row));
    }
  }));
  if (lines == 0) return {};
  if (unreadable > 0)
    log::warning("{} of {} new lines in {} are no statements ({})", unreadable, lines,
                 place.file->path(), reason);
  const auto outcomes = place.table.decide_outcomes(rows, OnConflict::skip);
  std::vector<Row> fresh;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    clock_.raise(rows[i].stored);
    if (outcomes[i] == AppendOutcome::stored) fresh.push_back(std::move(rows[i]));
  }
  place.table.keep(fresh);
  return {};
}

Result<std::vector<AppendOutcome>> FsStatements::append(const Context& context, std::span<Row> rows,
                                                        OnConflict on_conflict) {
  const MutexLock lock(mutex_);
  TRY(TargetFile* const here, file_of(context.target));
  auto outcomes = here->table.decide_outcomes(rows, on_conflict);
  std::vector<Row> fresh;
  std::string lines;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (outcomes[i] != AppendOutcome::stored) continue;
    Row& row = rows[i];
    row.stored = clock_.next();
    xapi::set_stored(row.json, row.stored_at, row.stored);
    row.json = line_of(std::move(row.json));
    (lines += row.json) += '\n';
    fresh.push_back(row);
  }
  if (fresh.empty()) return outcomes;
  RETURN_IF_ERROR(here->file->append(lines));
  here->last = fresh.back().stored;
  here->table.keep(fresh);
  return outcomes;
}

Result<std::vector<StoredStatement>> FsStatements::find(const Context& context,
                                                        std::span<const Uuid> ids) {
  const MutexLock lock(mutex_);
  TRY(const TargetFile* const here, file_of(context.target));
  return here->table.find(ids);
}

Result<Page> FsStatements::query(const Context& context, const Filter& filter,
                                 const PageRequest& page) {
  const MutexLock lock(mutex_);
  TRY(const TargetFile* const here, file_of(context.target));
  return here->table.query(filter, page);
}

Result<Time> FsStatements::consistent_through(const Context&) {
  const MutexLock lock(mutex_);
  return clock_.reached();
}

Health FsStatements::health() {
  return access(folder_.c_str(), R_OK | W_OK | X_OK) == 0 ? Health::ok : Health::error;
}

}  // namespace lectern::store::fs
