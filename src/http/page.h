#pragma once

#include <string>
#include <string_view>

#include "http/exchange.h"
#include "http/wire/message.h"

namespace lectern::http {

/// Gives a response an ETag by `text`, which it tells, and makes it a 304 without a body where the
/// client has that already. Weak: the same may go out zipped, or with another instant.
void tag_by(const Exchange& exchange, std::string_view text, Response& response);

/// 200 with a text that the program brings along, or 304: browsers keep it and ask each time
/// whether it is still the one (RFC 9111, 5.2.2.4).
Response page_response(const Exchange& exchange, std::string_view content_type, std::string text);

/// The module or style sheet that `path` ends in, of a folder of embedded files. Errors: not_found.
Result<Response> file_of_page(const Exchange& exchange, std::string_view folder,
                              std::string_view path);

/// The path as clients see it, behind the proxy: what `more` links begin with too.
std::string public_path(const Application& app, std::string_view path);

/// Puts a value in place of each `{{name}}` of a page.
std::string with_value(std::string_view page, std::string_view name, std::string_view value);

/// The text with what HTML would read as markup escaped.
std::string html_escaped(std::string_view text);

/// The source of a Content-Security-Policy that allows the one element `tag` of this page, which
/// must be there: `'sha256-...'` (CSP 3, 8.3).
std::string inline_source(std::string_view page, std::string_view tag);

}  // namespace lectern::http
