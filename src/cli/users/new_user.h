#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace lectern::cli {

/// Who is to be added to an auth.json.
struct NewUser {
  std::string username;
  std::string password;
  std::vector<std::string> scopes;
  std::optional<std::string> target;
  std::optional<std::string> agent_name;
  std::optional<std::string> mbox;
  std::optional<std::string> mbox_sha1sum;
  std::optional<std::string> openid;
  std::optional<std::pair<std::string, std::string>> account;  ///< name, home page
};

/// Errors: invalid for a name that Basic authentication cannot carry (RFC 7617, 2).
Result<void> check_username(std::string_view name);

/// Errors: invalid for a scope that nobody knows, naming those that there are.
Result<void> check_scopes(const std::vector<std::string>& scopes);

/// Every scope's name, with commas.
std::string all_scopes();

/// A JSON list of strings.
std::string json_list(const std::vector<std::string>& scopes);

/// The user's Agent as JSON. Errors: invalid, unless there is exactly one identifier and it is
/// well-formed.
Result<std::string> agent_of(const NewUser& user);

/// The user's entry, indented by two, with a new hash of the password. `agent` is agent_of(user).
/// Errors: those of auth::hash_password().
Result<std::string> entry_of(const NewUser& user, const std::string& agent);

}  // namespace lectern::cli
