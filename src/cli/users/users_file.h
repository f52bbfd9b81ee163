#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

/// Changes to an auth.json. What is not changed stays byte for byte: other entries, members that
/// nobody knows, white space.
namespace lectern::cli {

/// Puts what `change` makes of the file's text ("" when there is no file) in its place. Makes the
/// file (mode 0600; root's is given to the folder's owner) and its folders where they are missing;
/// one that is there keeps its owner and mode, and a link stays one. Readers see the old or the new
/// file, whole; two writers wait for each other. Errors: those of `change`, with the file's name in
/// front; invalid when the file cannot be read or written.
Result<void> edit_file(const std::string& path,
                       const std::function<Result<std::string>(const std::string& text)>& change);

/// The text with an entry behind the others. Errors: conflict when the user is there already;
/// invalid when the text is no list of users.
Result<std::string> with_entry(const std::string& text, std::string_view username,
                               const std::string& entry);

/// The text with a member of a user's entry, which has it or gets it, set to a JSON value. Errors:
/// not_found; invalid as above.
Result<std::string> with_member(const std::string& text, std::string_view username,
                                std::string_view member, const std::string& value);

/// The text without a user's entry. Errors as above.
Result<std::string> without_entry(const std::string& text, std::string_view username);

}  // namespace lectern::cli
