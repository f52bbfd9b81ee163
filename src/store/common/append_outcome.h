#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "store/statement_store.h"

namespace lectern::store {

/// The fingerprint kept under an id, or nothing.
using KeptFingerprint = std::function<std::optional<xapi::Fingerprint>(const Uuid&)>;

/// What append() answers for these rows, and therefore which of them are to be kept: those whose
/// outcome is `stored`.
std::vector<AppendOutcome> decide_outcomes(std::span<const Row> rows, OnConflict on_conflict,
                                           const KeptFingerprint& kept);

}  // namespace lectern::store
