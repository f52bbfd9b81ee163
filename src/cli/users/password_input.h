#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"

namespace lectern::cli {

/// The options from which password_of() takes a password, for --help.
std::vector<Option> password_options();

/// The password that a command is to use: of --password, of the first line of stdin with
/// --password-stdin, of LECTERN_PASSWORD in the environment, or else asked for, without echo on a
/// terminal. `twice`: until two answers are the same, as is due for a new one. Errors: invalid,
/// when there is none.
Result<std::string> password_of(const Invocation& invocation, bool twice);

/// 24 letters and digits by chance: 142 bits.
std::string generated_password();

}  // namespace lectern::cli
