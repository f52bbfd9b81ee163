#pragma once

#include <string>
#include <vector>

#include "store/testing/contract/contract.h"
#include "store/testing/sample.h"

namespace lectern::store::contract {

/// A Sample with so many activities in contextActivities.other.
struct WideSample {
  Sample sample;
  std::vector<std::string> others = {};
};

/// A sample as a row that has not been stored.
Row row_of(const WideSample& wide);
/// The term of an activity, wherever it stands.
xapi::Term related_activity(const std::string& name);

/// What holds where references would hand on more terms than the bounds of base/limits.h allow.
void check_reference_bounds(const Backend& backend);

}  // namespace lectern::store::contract
