#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lectern::cli {

/// What an export consists of, and so where it can be cut.
enum class ExportUnit {
  line,  ///< JSON lines
  row,   ///< CSV: a head, then rows, in which line ends may stand between quotes
  file,  ///< Parquet: nowhere
};

/// The file with that number beside `path`: `statements-00007.jsonl`.
std::string numbered_path(const std::string& path, std::uint64_t number);
/// The name of a file that is not whole yet.
std::string part_path(const std::string& path);

/// Where the bytes of an export go, whole lines at a time: to stdout, to one file, or to several
/// with numbers. A file has its name only once it is whole; a device or a pipe of that name is
/// written to as it is, never replaced. For one thread.
class ExportFiles {
 public:
  /// Which files, and how large.
  struct Options {
    std::string path;  ///< "": stdout
    ExportUnit unit = ExportUnit::line;
    bool numbered = false;
    std::uint64_t number = 0;     ///< of the last file that is there already
    std::uint64_t bytes_max = 0;  ///< of a file, unless one line is longer; 0: no bound
  };
  /// A file that is whole, and what of it this run has written.
  struct Whole {
    std::string path;
    std::uint64_t bytes = 0;       ///< of all of it
    std::uint64_t statements = 0;  ///< of this run; 0 where the unit is the file
  };

  explicit ExportFiles(Options options);
  ~ExportFiles();
  ExportFiles(const ExportFiles&) = delete;
  ExportFiles& operator=(const ExportFiles&) = delete;

  /// Goes on with the file that a run before has left as a part: cuts off what is no whole line.
  /// Does nothing where there is none; takes it away where parts of this unit are no good, or its
  /// last line is no statement. Errors: internal.
  Result<void> take_up();
  /// More of the export. Errors: internal, a file cannot be written.
  Result<bool> take(std::string_view bytes);
  /// Ends the file that is being written: all of the export has come. Without numbers there is a
  /// file even of nothing. Errors: internal.
  Result<void> finish();
  /// Drops what is no whole line, since the connection broke: the rest comes again.
  void forget_rest();

  /// Called before a file that is whole gets its name, with its number and the id of its last
  /// statement ("" where that is not known).
  std::function<Result<void>(std::uint64_t number, const std::string& last_id)> before_naming;

  /// The id of the last statement that was written; "" where none was, or lines hold none.
  std::string last_id() const;
  std::uint64_t statements() const { return statements_; }
  std::uint64_t bytes() const { return bytes_; }
  const std::vector<Whole>& whole() const { return whole_; }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  /// Whole units at the begin of some bytes.
  struct Units {
    std::size_t bytes = 0;
    std::uint64_t count = 0;
  };

  Units whole_units(std::string_view bytes);
  std::string path() const;
  /// The part of path(); the path itself where no file may take its place.
  std::string written_path() const;
  Result<void> open();
  Result<void> put(std::string_view units, std::uint64_t count);
  Result<void> write(std::string_view bytes);
  Result<void> end_file();
  tl::unexpected<Error> fault() const;

  const Options options_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::string written_path_;  // of file_
  std::uint64_t number_;
  std::string rest_;        // no whole line yet
  bool in_quotes_ = false;  // at the end of rest_
  std::string head_;        // of CSV, for each file
  std::string last_line_;   // where the unit is a line
  Whole now_;               // the file that is being written
  std::uint64_t statements_ = 0, bytes_ = 0;
  std::vector<Whole> whole_;
};

}  // namespace lectern::cli
