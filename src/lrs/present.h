#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "lrs/list.h"

namespace lectern::lrs {

/// A stored statement's text in the form asked for; canonical looks definitions up in the store.
Result<std::string> present(Lrs& lrs, const store::Context& context, std::string json,
                            const Presentation& presentation);

/// What some statements attach.
struct Attached {
  std::vector<std::string> sha2s;        ///< held by the store; each once, in order
  std::unordered_set<std::string> seen;  ///< those and the others
};

/// Adds the sha2 of what a stored statement attaches and the store holds, those not there yet.
Result<void> collect_attachments(Lrs& lrs, const store::Context& context, const std::string& json,
                                 Attached& attached);

}  // namespace lectern::lrs
