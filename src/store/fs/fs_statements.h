#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "store/common/statement_table.h"
#include "store/common/stored_clock.h"
#include "store/fs/line_file.h"
#include "store/statement_store.h"

namespace lectern::store::fs {

/// Statements in Ralph's files: `<folder>/[<target>/]<file>`, a statement a line. They are indexed
/// in memory when they are first asked for, and what another program appends when it is met; made
/// for trials, not for many statements.
class FsStatements final : public StatementStore {
 public:
  /// Opens the default target's file. Errors as LineFile::open().
  static Result<std::unique_ptr<FsStatements>> open(std::string folder, std::string file);

  Result<std::vector<AppendOutcome>> append(const Context& context, std::span<Row> rows,
                                            OnConflict on_conflict) override;
  Result<std::vector<Found>> find(const Context& context, std::span<const Uuid> ids) override;
  Result<Page> query(const Context& context, const Filter& filter,
                     const PageRequest& page) override;
  Result<Time> consistent_through(const Context& context) override;
  Health health() override;

 private:
  struct TargetFile {
    std::unique_ptr<LineFile> file;
    StatementTable table;
    Time last;  // `stored` of the last line
  };

  FsStatements(std::string folder, std::string file)
      : folder_(std::move(folder)), file_(std::move(file)) {}

  /// A target's place, up to date with its file.
  Result<TargetFile*> file_of(const std::string& target);
  Result<void> read_new(TargetFile& place);

  const std::string folder_;
  const std::string file_;

  std::mutex mutex_;
  // Guarded by mutex_:
  std::map<std::string, TargetFile> places_;
  StoredClock clock_;
};

}  // namespace lectern::store::fs
