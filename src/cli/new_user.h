#pragma once

#include <optional>
#include <string>
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

/// The user's Agent as JSON. Errors: invalid, unless there is exactly one identifier and it is
/// well-formed.
Result<std::string> agent_of(const NewUser& user);

/// The user's entry, indented by two, with a new hash of the password. `agent` is agent_of(user).
/// Errors: those of auth::hash_password().
Result<std::string> entry_of(const NewUser& user, const std::string& agent);

/// Adds an entry to the list in the file; the others stay as they are, byte for byte. Makes the
/// file (only its owner may read it) and its folders where they are missing. Readers see the old or
/// the new file, whole; two writers wait for each other. Errors: conflict when the username is
/// there already; invalid when the file is wrong or cannot be written.
Result<void> add_to_file(const std::string& path, const std::string& username,
                         const std::string& entry);

}  // namespace lectern::cli
