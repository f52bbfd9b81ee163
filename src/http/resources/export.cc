#include "lrs/export/export.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/page_bytes.h"
#include "base/time/time.h"
#include "http/resources.h"
#include "http/respond.h"

namespace lectern::http {
namespace {

std::string_view content_type_of(lrs::ExportForm form) {
  if (form == lrs::ExportForm::parquet) return "application/vnd.apache.parquet";
  return form == lrs::ExportForm::csv ? "text/csv; charset=utf-8; header=present"
                                      : "application/jsonl";
}

/// The rows of a page, and a piece of what is made of them; of a Parquet file a row group, and that
/// packed.
std::uint64_t held_bytes(lrs::ExportForm form) {
  const std::uint64_t group =
      form == lrs::ExportForm::parquet ? 3 * lrs::parquet::ParquetFile::group_bytes_max : 0;
  return 2 * page_bytes_max() + lrs::Export::piece_bytes + group;
}

}  // namespace

Result<Response> get_export(Exchange& exchange) {
  TRY(auto wanted,
      lrs::read_export_request(exchange.parameters, exchange.lrs().options.takes_as_ralph
                                                        ? xapi::Ids::any_text
                                                        : xapi::Ids::iris));
  const auto form = wanted.form;
  RETURN_IF_ERROR(exchange.request.charge(held_bytes(form)));
  TRY(std::shared_ptr<lrs::Export> out,
      lrs::Export::begin(exchange.lrs(), exchange.principal, std::move(wanted)));
  // The first piece here, so that what goes wrong at once is told by the status.
  TRY(auto first, out->next());
  Response response;
  response.headers.add("Content-Type", std::string(content_type_of(form)));
  response.headers.add("X-Experience-API-Consistent-Through", utc_text(out->through()));
  if (out->done() && first.empty()) return response;
  response.stream_open_ended = true;
  response.stream_held_bytes = held_bytes(form);
  response.stream = [out, first = std::move(first)]() mutable -> Result<std::string> {
    return first.empty() ? out->next() : std::exchange(first, {});
  };
  response.stream_done = [out] { return out->done(); };
  return response;
}

}  // namespace lectern::http
