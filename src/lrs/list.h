#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/principal.h"
#include "base/result.h"
#include "lrs/lrs.h"
#include "lrs/selection/snapshot.h"
#include "xapi/formats.h"
#include "xapi/query.h"

namespace lectern::lrs {

/// How statements are wanted (Communication 2.1.3).
struct Presentation {
  xapi::Format format = xapi::Format::exact;
  std::vector<xapi::LanguageRange> languages;  ///< for canonical; most wanted first
  bool in_utc = false;                         ///< timestamps in UTC, as 2.0.0 wants them
};

/// One page of statements, in the form asked for.
struct Listing {
  std::vector<std::string> statements;   ///< JSON texts
  std::vector<std::string> attachments;  ///< sha2 of what they attach, each once; if asked for
  std::optional<xapi::Cursor> next;      ///< where the next page begins; none on the last one
  Time consistent_through;               ///< the walk sees every statement stored up to here
};

/// The statements that a query asks for, newest or oldest first. A first page fixes the instant up
/// to which the whole walk sees, so that pages never shift. Errors: unavailable.
Result<Listing> list(Lrs& lrs, const auth::Principal& principal, const xapi::StatementQuery& query,
                     const Presentation& presentation);

/// The instant up to which (inclusive) every list is complete, now and for ever. Errors:
/// unavailable.
Result<Time> consistent_through(Lrs& lrs, const auth::Principal& principal);

/// A single statement.
struct Single {
  std::string statement;
  Time stored;
  std::vector<std::string> attachments;  ///< as in Listing; if asked for
};

/// The statement with the query's statementId or voidedStatementId. Errors: not_found when there is
/// none, when it is void (or, for voidedStatementId, not void) or not for this principal to read.
Result<Single> fetch(Lrs& lrs, const auth::Principal& principal, const xapi::StatementQuery& query,
                     const Presentation& presentation);

}  // namespace lectern::lrs
