#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/users/new_user.h"

namespace lectern::cli {

/// The options that say who a new user is, but for its name and password.
std::vector<Option> user_options();

/// What they and `username` say.
NewUser user_of(const Invocation& invocation, std::string username);

/// Whether the scopes may be written: unknown ones need --force, but for who calls the program by
/// Ralph's name, who is warned as ever. Prints what it has to say; returns the exit code, 0 to go
/// on.
int judge_scopes(const Invocation& invocation, const std::vector<std::string>& scopes);

/// The scopes and what each is for, for the end of --help.
std::string scopes_help();

}  // namespace lectern::cli
