#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/principal.h"
#include "base/result.h"
#include "base/uuid.h"
#include "lrs/export/exports_under_way.h"
#include "lrs/export/parquet/parquet_file.h"
#include "lrs/lrs.h"
#include "lrs/selection/selection.h"
#include "lrs/selection/selection_walk.h"
#include "xapi/json_path.h"

namespace lectern::lrs {

/// The forms that statements are taken away in.
enum class ExportForm {
  exact,  ///< JSON lines: each statement as it is stored
  flat,   ///< JSON lines: the columns of flat.h, each on every line
  csv,
  parquet,  ///< a file of the columns of flat.h
};

/// A column of a CSV file: one of the flat form, or a path into the statement.
struct CsvColumn {
  std::string title;
  std::size_t flat = 0;  ///< the index in flat_columns, where there is no path
  std::optional<xapi::JsonPath> path;
};

/// What is taken away, and how.
struct ExportRequest {
  static constexpr std::size_t columns_max = 30;

  Selection selection;
  ExportForm form = ExportForm::exact;
  std::vector<CsvColumn> columns;  ///< of CSV
  std::optional<Uuid> after;       ///< begin behind this statement
};

/// Reads the parameters: those of read_selection(), `format` (`jsonl`, `flat`, `csv`, `parquet`),
/// `after` and, for CSV, `column`, columns_max times at most. Errors: invalid.
Result<ExportRequest> read_export_request(const xapi::Parameters& parameters, xapi::Ids ids);

/// Statements on their way out, the oldest first, up to the instant at which it began: piece by
/// piece, one page in memory. One thread at a time; the LRS outlives it.
class Export {
 public:
  /// Begins one. Errors: not_found (there is no statement `after`); unavailable, also where the
  /// user has as many under way as ExportsUnderWay lets one have.
  static Result<std::unique_ptr<Export>> begin(Lrs& lrs,
                                               std::shared_ptr<const auth::Principal> principal,
                                               ExportRequest request);

  /// Bytes of lines that are made at once; the last one may go beyond. Columns may hold more than
  /// the statement that they are taken from.
  static constexpr std::size_t piece_bytes = 8 * 1024 * 1024;

  /// The next piece: whole lines. Looks at a page at most, so that others have a turn: empty where
  /// nothing in it matches, or at the end. Errors: unavailable.
  Result<std::string> next();
  /// Whether next() has said everything.
  bool done() const { return walk_.done() && at_ == rows_.size() && !file_; }
  /// Everything that was stored up to here is in it, nothing later.
  Time through() const { return through_; }

 private:
  Export(Lrs& lrs, std::shared_ptr<const auth::Principal> principal, ExportRequest request,
         WalkRange range, std::unique_ptr<ExportsUnderWay::One> under_way);
  Result<void> append(std::string& out, const store::StoredStatement& row);

  Lrs& lrs_;
  const std::unique_ptr<ExportsUnderWay::One> under_way_;
  const std::shared_ptr<const auth::Principal> principal_;
  const ExportRequest request_;
  const Time through_;
  SelectionWalk walk_;
  std::vector<store::StoredStatement> rows_;  // of the page; told before at_
  std::size_t at_ = 0;
  std::optional<parquet::ParquetFile> file_;  // until it is finished
  bool began_ = false;
};

}  // namespace lectern::lrs
