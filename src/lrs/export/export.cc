#include "lrs/export/export.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/csv.h"
#include "base/json/json.h"
#include "base/json/writer.h"
#include "lrs/access.h"
#include "lrs/export/flat.h"
#include "lrs/selection/snapshot.h"

namespace lectern::lrs {
namespace {

/// What a statement as it is stored takes to stand on one line: line ends between its values become
/// blanks. In its strings there are none.
void append_line(std::string& out, std::string_view json) {
  const auto begin = out.size();
  out += json;
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
      [](char c) { return c == '\n' || c == '\r'; }, ' ');
  out += '\n';
}

std::string text_of(const Column& column, const Cell& cell) {
  switch (column.type) {
    case ColumnType::text:
      return cell.text;
    case ColumnType::instant:
      return utc_text(cell.instant);
    case ColumnType::number:
      return fmt::format("{}", cell.number);
    case ColumnType::boolean:
      return cell.boolean ? "true" : "false";
  }
  return {};
}

void append_flat(std::string& out, const FlatRow& row) {
  json::Writer json;
  json.object();
  for (std::size_t i = 0; i < row.size(); ++i) {
    const Column& column = flat_columns.at(i);
    json.key(column.name);
    const bool quoted = column.type == ColumnType::text || column.type == ColumnType::instant;
    if (!row.at(i).there)
      json.raw("null");
    else if (quoted)
      json.value(text_of(column, row.at(i)));
    else
      json.raw(text_of(column, row.at(i)));
  }
  out += json.end().take();
  out += '\n';
}

void write_path(csv::CsvWriter& csv, const xapi::JsonPath& path, json::Value statement) {
  const auto found = path.find(statement);
  if (path.several()) {
    json::Writer json;
    json.array();
    for (const auto value : found) json.raw(value.source());
    return csv.field(found.empty() ? "" : json.end().take());
  }
  if (found.empty()) return csv.field("");
  const auto value = found.front();
  if (value.is(json::Type::number)) return csv.number(value.source());
  csv.field(value.is(json::Type::string) ? value.string() : value.source());
}

Result<CsvColumn> read_column(const std::string& text) {
  const auto known = std::ranges::find(flat_columns, text, &Column::name);
  if (known != flat_columns.end())
    return CsvColumn{text, static_cast<std::size_t>(known - flat_columns.begin()), {}};
  auto path = xapi::JsonPath::parse(text);
  if (!path)
    return fail(Code::invalid,
                "The parameter `column` must be a column's name or a JSON path such "
                "as $.result.score.raw: " +
                    text);
  return CsvColumn{text, 0, std::move(path)};
}

Result<ExportForm> read_form(std::string_view format) {
  if (format == "jsonl") return ExportForm::exact;
  if (format == "flat") return ExportForm::flat;
  if (format == "csv") return ExportForm::csv;
  if (format == "parquet") return ExportForm::parquet;
  return fail(Code::invalid, "The parameter `format` must be `jsonl`, `flat`, `csv` or `parquet`");
}

}  // namespace

Result<ExportRequest> read_export_request(const xapi::Parameters& parameters, xapi::Ids ids) {
  ExportRequest request;
  xapi::Parameters rest;
  for (const auto& [name, value] : parameters) {
    if (name != "column") {
      rest.emplace_back(name, value);
      continue;
    }
    TRY(auto column, read_column(value));
    request.columns.push_back(std::move(column));
  }
  if (request.columns.size() > ExportRequest::columns_max)
    return fail(Code::invalid, "The parameter `column` may be given 30 times at most");
  TRY(request.selection, read_selection(rest, ids, {"format", "after"}));
  TRY(request.form, read_form(xapi::value_of(rest, "format").value_or("jsonl")));
  if (!request.columns.empty() && request.form != ExportForm::csv)
    return fail(Code::invalid, "The parameter `column` goes with `format=csv` alone");
  if (request.form == ExportForm::csv && request.columns.empty())
    for (std::size_t i = 0; i + 1 < flat_columns.size(); ++i)  // the statement itself is not in it
      request.columns.push_back({std::string(flat_columns.at(i).name), i, {}});
  if (const auto after = xapi::value_of(rest, "after")) {
    TRY(request.after, xapi::uuid_parameter("after", *after));
  }
  return request;
}

Result<std::unique_ptr<Export>> Export::begin(Lrs& lrs,
                                              std::shared_ptr<const auth::Principal> principal,
                                              ExportRequest request) {
  auto under_way = lrs.exports.begin(*principal);
  if (!under_way)
    return fail(Code::unavailable,
                "You have as many exports under way as one user may have: try again when one ends");
  const auto context = lrs.context(*principal);
  const bool by_stored = request.selection.clock == Clock::stored;
  WalkRange range;
  TRY(range.until, snapshot_of(lrs, context, by_stored ? request.selection.until : std::nullopt));
  if (request.after) {
    TRY(const auto found, stores_of(lrs).statements.find(context, std::array{*request.after}));
    bool readable = !found.empty();
    if (readable && reads_only_own(lrs, *principal)) {
      TRY(readable, is_own(*principal, found.front().json));
    }
    if (!readable) return fail(Code::not_found, "There is no statement with the id in `after`");
    range.after = found.front().position;
  }
  return std::unique_ptr<Export>(
      new Export(lrs, std::move(principal), std::move(request), range, std::move(under_way)));
}

Export::Export(Lrs& lrs, std::shared_ptr<const auth::Principal> principal, ExportRequest request,
               WalkRange range, std::unique_ptr<ExportsUnderWay::One> under_way)
    : lrs_(lrs),
      under_way_(std::move(under_way)),
      principal_(std::move(principal)),
      request_(std::move(request)),
      through_(range.until),
      walk_(lrs, *principal_, request_.selection, range) {
  if (request_.form == ExportForm::parquet) file_.emplace();
}

Result<void> Export::append(std::string& out, const store::StoredStatement& row) {
  if (request_.form == ExportForm::exact) {
    append_line(out, row.json);
    return {};
  }
  TRY(const auto document, json::parse_view(row.json));
  const auto flat = flat_row(row, document->root());
  if (request_.form == ExportForm::flat) {
    append_flat(out, flat);
    return {};
  }
  if (request_.form == ExportForm::parquet) {
    file_->add(flat, out);
    return {};
  }
  csv::CsvWriter csv(out);
  for (const auto& column : request_.columns) {
    const Cell& cell = flat.at(column.flat);
    const auto& kind = flat_columns.at(column.flat);
    if (column.path)
      write_path(csv, *column.path, document->root());
    else if (cell.there && kind.type == ColumnType::number)
      csv.number(text_of(kind, cell));
    else
      csv.field(cell.there ? text_of(kind, cell) : "");
  }
  csv.end_line();
  return {};
}

Result<std::string> Export::next() {
  std::string out;
  if (!std::exchange(began_, true) && request_.form == ExportForm::csv) {
    csv::CsvWriter csv(out);
    for (const auto& column : request_.columns) csv.field(column.title);
    csv.end_line();
  }
  if (at_ == rows_.size() && !walk_.done()) {
    TRY(rows_, walk_.next(lrs_.context(*principal_)));
    at_ = 0;
  }
  for (; at_ < rows_.size() && out.size() < piece_bytes; ++at_)
    RETURN_IF_ERROR(append(out, std::exchange(rows_[at_], {})));
  if (at_ == rows_.size() && walk_.done() && file_) {
    file_->finish(out);
    file_.reset();
  }
  return out;
}

}  // namespace lectern::lrs
