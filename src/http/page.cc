#include "http/page.h"

#include <algorithm>

#include "base/assert.h"
#include "base/digest.h"
#include "http/embedded.h"
#include "lrs/documents/preconditions.h"

namespace lectern::http {

const EmbeddedFile* find_embedded(std::string_view name) {
  const auto files = embedded_files();
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const EmbeddedFile& file) { return file.name == name; });
  return found == files.end() ? nullptr : &*found;
}

std::string_view embedded(std::string_view name) {
  const EmbeddedFile* const found = find_embedded(name);
  LECTERN_ASSERT(found != nullptr);
  return found->text;
}

void tag_by(const Exchange& exchange, std::string_view text, Response& response) {
  constexpr std::size_t tag_bytes = 12;
  const std::string tag = to_hex(sha256(text).substr(0, tag_bytes));
  response.headers.add("ETag", "W/\"" + tag + "\"");
  const auto known = exchange.request.headers.find("If-None-Match");
  if (!known || !lrs::parse_entity_tags(*known, false).holds(tag)) return;
  response.status = 304;
  response.body.clear();
}

Response page_response(const Exchange& exchange, std::string_view content_type, std::string text) {
  Response response;
  tag_by(exchange, text, response);
  response.headers.add("Cache-Control", "no-cache");
  if (response.status == 304) return response;
  response.headers.add("Content-Type", std::string(content_type));
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.body = std::move(text);
  return response;
}

Result<Response> file_of_page(const Exchange& exchange, std::string_view folder,
                              std::string_view path) {
  const auto name = std::string(folder) + std::string(path.substr(path.rfind('/')));
  const EmbeddedFile* const file = find_embedded(name);
  if (file == nullptr || name.ends_with(".html")) return fail(Code::not_found, "Not Found");
  const auto type =
      name.ends_with(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
  return page_response(exchange, type, std::string(file->text));
}

std::string public_path(const Application& app, std::string_view path) {
  return app.options.root_path + std::string(path);
}

std::string with_value(std::string_view page, std::string_view name, std::string_view value) {
  const std::string place = "{{" + std::string(name) + "}}";
  std::string out;
  while (true) {
    const std::size_t at = page.find(place);
    out += page.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += value;
    page.remove_prefix(at + place.size());
  }
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      out += c;
  }
  return out;
}

std::string inline_source(std::string_view page, std::string_view tag) {
  const std::string open = "<" + std::string(tag) + ">", close = "</" + std::string(tag) + ">";
  const std::size_t begin = page.find(open), end = page.find(close);
  LECTERN_ASSERT(begin != page.npos && end != page.npos && begin < end);
  const std::size_t first = begin + open.size();
  return "'sha256-" + to_base64(sha256(page.substr(first, end - first))) + "'";
}

}  // namespace lectern::http
