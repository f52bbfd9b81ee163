#pragma once

#include <memory>
#include <vector>

#include "auth/authenticator.h"

namespace lectern::auth {

/// Several ways to authenticate as one: the first that accepts the header decides. `all` holds at
/// least one.
std::unique_ptr<Authenticator> any_of(std::vector<std::unique_ptr<Authenticator>> all);

}  // namespace lectern::auth
