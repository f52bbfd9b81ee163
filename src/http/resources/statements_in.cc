#include "http/resources/statements_in.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/text.h"
#include "http/request/multipart.h"

namespace lectern::http {
namespace {

constexpr std::string_view rule = "Communication 1.5";

bool is_json(std::string_view media_type) {
  return media_type == "application/json" || media_type.ends_with("+json");
}

tl::unexpected<Error> broken(std::string message) {
  return fail(Error{Code::invalid, std::move(message), {}, std::string(rule), {}});
}

/// Some clients, @xapi/xapi under Node among them, send a multipart body under another type.
tl::unexpected<Error> refuse_type(const std::string& type, std::string_view body) {
  constexpr std::size_t line_bytes_max = 72;
  const std::string_view line =
      body.substr(0, std::min(body.substr(0, line_bytes_max).find_first_of("\r\n"), body.size()));
  const bool is_boundary =
      line.starts_with("--") && line.size() > 2 && line.size() < line_bytes_max;
  return broken(
      is_boundary
          ? "The body looks like multipart/mixed, but its Content-Type is " + type +
                ": send Content-Type: multipart/mixed; boundary=" + std::string(line.substr(2))
          : "Statements come as application/json or multipart/mixed, not as " + type);
}

/// A part behind the first: an attachment's content (Communication 1.5.2).
Result<lrs::AttachmentContent> content_of(const Part& part) {
  const auto hash = part.find("X-Experience-API-Hash");
  if (!hash || hash->empty())
    return broken("Each part behind the first needs the header X-Experience-API-Hash");
  const auto encoding = part.find("Content-Transfer-Encoding");
  if (!encoding || media_type_of(*encoding) != "binary")
    return broken("Each part behind the first needs the header Content-Transfer-Encoding: binary");
  return lrs::AttachmentContent{*hash, part.content};
}

Result<IncomingStatements> read_mixed(const Request& request, std::string_view content_type) {
  TRY(const auto boundary, multipart_boundary(content_type));
  TRY(const auto parts, split_multipart(request.body.view(), boundary));
  const auto type = parts.front().find("Content-Type");
  if (!type || media_type_of(*type) != "application/json")
    return broken("The first part must be application/json: it holds the statements");
  IncomingStatements incoming;
  // The text is read where it lies, and the contents are only handed on.
  RETURN_IF_ERROR(request.charge(limits::json_memory_factor * parts.front().content.size() +
                                 (request.body.view().size() - parts.front().content.size())));
  TRY(incoming.document, json::parse_view(parts.front().content, {.bounded = true}));
  for (std::size_t i = 1; i < parts.size(); ++i) {
    TRY(const auto content, content_of(parts[i]));
    incoming.contents.push_back(content);
  }
  return incoming;
}

}  // namespace

Result<IncomingStatements> read_statements(const Request& request) {
  const auto content_type = request.headers.find("Content-Type").value_or("application/json");
  const std::string type = media_type_of(content_type);
  if (type.starts_with("multipart/")) return read_mixed(request, content_type);
  if (!type.empty() && !is_json(type)) return refuse_type(type, request.body.view());
  RETURN_IF_ERROR(request.charge(limits::json_memory_factor * request.body.view().size()));
  IncomingStatements incoming;
  TRY(incoming.document, json::parse_view(request.body.view(), {.bounded = true}));
  return incoming;
}

}  // namespace lectern::http
