#pragma once

#include <optional>
#include <span>
#include <vector>

#include "auth/principal.h"
#include "base/json/json.h"
#include "base/result.h"
#include "lrs/contents.h"
#include "lrs/lrs.h"
#include "xapi/version.h"

namespace lectern::lrs {

/// Statements that a client wants stored (Communication 2.1.1, 2.1.2).
struct Submission {
  json::Value body;  ///< one statement, or an array of them
  xapi::Version version = xapi::Version::v1_0_3;
  std::optional<Uuid> statement_id;  ///< PUT's parameter: one statement, and this is its id
  std::span<const AttachmentContent> contents;
  bool partial = false;  ///< store what is good, report the rest
};

/// A statement that was not stored, by its index in the request.
struct Refusal {
  std::size_t index = 0;
  Error error;
};

/// What became of a submission.
struct Recorded {
  /// A statement of it that is in the store now.
  struct One {
    std::size_t index = 0;  ///< in the request
    Uuid id;
    bool is_new = false;  ///< false: an equivalent statement was known
  };
  std::vector<One> statements;  ///< in the order of the request
  /// Only for partial submissions: the first limits::refusals_told_max, in the order of the
  /// request.
  std::vector<Refusal> refusals;
  std::size_t refused = 0;       ///< how many there were in all
  bool conflicts_alone = false;  ///< all of them: another statement has that id
};

/// Validates, stamps and stores. All or nothing unless `partial`. What statements say of activities
/// and agents is learned besides: where that fails they are stored all the same, and it is tried
/// again later. Contents of attachments are kept before the statements, and only of those that are
/// not known to be in conflict. Errors: invalid, with the place and the rule; conflict, naming the
/// ids; forbidden; too_large; unavailable.
Result<Recorded> record(Lrs& lrs, const auth::Principal& principal, const Submission& submission);

}  // namespace lectern::lrs
