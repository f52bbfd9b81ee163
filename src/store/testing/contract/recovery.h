#pragma once

#include <functional>
#include <string>

#include "store/testing/contract/contract.h"

namespace lectern::store::contract {

/// A database whose line is cut for 5 s, so that what was asked in that time is never answered:
/// soon after it works again a write succeeds, and those who still wait are told, long before their
/// time-outs. `place` opens with time-outs of 30 s, as a server does.
void check_recovery(const std::string& server, const std::function<Remote::EmptyStore()>& place);

}  // namespace lectern::store::contract
