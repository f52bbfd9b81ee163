#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/concurrency/mutex.h"
#include "store/common/statement_table.h"
#include "store/common/watermark/stored_clock.h"
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
  Result<std::vector<StoredStatement>> find(const Context& context,
                                            std::span<const Uuid> ids) override;
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
  Result<TargetFile*> file_of(const std::string& target) REQUIRES(mutex_);
  Result<void> read_new(TargetFile& place) REQUIRES(mutex_);

  const std::string folder_;
  const std::string file_;

  Mutex mutex_;
  std::map<std::string, TargetFile> places_ GUARDED_BY(mutex_);
  StoredClock clock_ GUARDED_BY(mutex_);
};

}  // namespace lectern::store::fs
