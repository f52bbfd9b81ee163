#pragma once

#include <span>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "store/document_store.h"

namespace lectern::lrs {

struct Content;

/// Checks one statement's attachments against the contents that came with it: each has a `fileUrl`
/// or a content (Communication 1.5.2), and a signature holds (Data 2.6). Errors: invalid.
Result<void> check_contents(json::Value statement, std::span<const Content> contents);

/// Checks the contents themselves: each has the hash it claims and belongs to some attachment of
/// the statements in `body`. Errors: invalid.
Result<void> check_all_belong(json::Value body, std::span<const Content> contents);

/// Keeps the contents, each once.
Result<void> keep_contents(store::DocumentStore& documents, const store::Context& context,
                           std::span<const Content> contents);

}  // namespace lectern::lrs
