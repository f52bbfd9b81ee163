#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "base/json/json.h"
#include "base/result.h"
#include "base/uuid.h"
#include "models/check.h"
#include "models/csv/reader.h"

namespace lectern::models::csv {

/// What the rows of a spreadsheet become. docs/csv.md tells how one is written; in short:
///
///   {"namespace": UUID, "separator": ";", "statements": [{"id": TEXT, "when": {...}, "statement":
///   {...}}]}
///
/// TEXT holds names of columns in braces. A statement's members are constants, TEXT, or objects
/// with `$number`, `$boolean`, `$choice`, `$instant` or `$duration`, which read a column.
class Mapping {
 public:
  /// Reads a mapping. Errors: invalid, with the place as `path`.
  static Result<Mapping> read(std::string text);

  char separator() const { return separator_; }

  /// Tells the names of the columns. Errors: invalid, where the mapping names another one, or one
  /// that is there twice.
  Result<void> bind(const Row& header);

  /// The statements of a row, each one line and valid by the standard (1.0.3). A second run makes
  /// the same ids. Thread-safe once bound. Refusals: of a cell, with `pointer` into the statement.
  tl::expected<std::vector<std::string>, Refusal> statements(const Row& row) const;

 private:
  Mapping() = default;

  std::shared_ptr<const json::Document> document_;
  Uuid namespace_;
  char separator_ = ',';
  std::map<std::string, std::size_t, std::less<>> columns_;
  std::size_t cells_ = 0;
};

}  // namespace lectern::models::csv
