#pragma once

#include <memory>
#include <vector>

#include "base/json/json.h"
#include "base/result.h"
#include "http/wire/message.h"
#include "lrs/record.h"

namespace lectern::http {

/// The statements of a PUT or POST, and the attachment contents that came along. Views the
/// request's body, so it lives no longer than the request.
struct IncomingStatements {
  std::unique_ptr<json::Document> document;
  std::vector<lrs::AttachmentContent> contents;
};

/// Reads application/json (also with no content type, and `+json`) or multipart/mixed
/// (Communication 1.5). Errors: invalid.
Result<IncomingStatements> read_statements(const Request& request);

}  // namespace lectern::http
