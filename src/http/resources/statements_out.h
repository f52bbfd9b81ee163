#pragma once

#include "base/result.h"
#include "http/exchange.h"
#include "lrs/list.h"

namespace lectern::http {

/// A page of statements as an answer: a StatementResult with its `more` link, and, where
/// attachments were asked for, their contents behind it as multipart/mixed (Communication 1.5.2).
Result<Response> respond_with(Exchange& exchange, const xapi::StatementQuery& query,
                              lrs::Listing listing);

/// A single statement as an answer.
Result<Response> respond_with(Exchange& exchange, const xapi::StatementQuery& query,
                              lrs::Single single);

}  // namespace lectern::http
