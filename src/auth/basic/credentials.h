#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/principal.h"
#include "base/json/json.h"
#include "base/result.h"

namespace lectern::auth {

/// One user of an auth.json.
struct Credential {
  std::string hash;
  bool disabled = false;  ///< nobody is let in as this user, whatever the password
  std::shared_ptr<const Principal> principal;
};

/// Whether they say the same.
bool same(const Credential& a, const Credential& b);

/// An auth.json, as Ralph 4 and 5 write it: a list of
///   { "username": string, "hash": bcrypt, "scopes": [string], "agent": Agent, "target"?: string }
/// A "!" before the hash disables the user, as in shadow(5): Ralph does not let it in either. Other
/// members are ignored.
struct Credentials {
  std::map<std::string, std::shared_ptr<const Credential>, std::less<>> users;
  std::vector<std::string> warnings;  ///< a line for each user with scopes that nobody knows
};

/// Reads the text of the file. Errors: invalid, naming the user (or the place in the list) and what
/// is wrong; duplicate usernames are wrong.
Result<Credentials> parse_credentials(std::string text);

/// An Agent's JSON without white space between its parts, as it becomes `authority`.
std::string compact(json::Value value);

/// Makes a Principal of an Agent. Errors: invalid when it is none with exactly one identifier.
Result<Principal> principal_of(std::string username, json::Value agent);

}  // namespace lectern::auth
