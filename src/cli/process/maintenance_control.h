#pragma once

#include <string>

#include "base/result.h"
#include "cli/process/control_socket.h"
#include "cli/settings/settings.h"
#include "lrs/lrs.h"
#include "store/stores.h"

namespace lectern::cli {

/// Does what a request of control_socket.h asks, on opened stores and the LRS that works on them.
/// `stores`, with `maintenance`, `settings` and `lrs` outlive it.
Control control_of(store::Stores& stores, const Settings& settings, lrs::Lrs& lrs);

/// What is written to the control socket to have a running server verify its store.
std::string verify_request();
/// Asks which of these contents of a target are not kept.
std::string missing_contents_request(const std::string& target,
                                     const std::vector<std::string>& sha2);
/// Those in its answer.
Result<std::vector<std::string>> missing_contents_of(const std::string& answer);
/// Likewise, to have it back up into a folder.
std::string backup_request(const std::string& folder);

/// What is kept with a backup beside the store: {"lectern": version, "auth": text of the file}.
std::string backup_extra(const Settings& settings);
/// The credentials file in it; nothing where there was none.
std::optional<std::string> auth_of_extra(const std::string& extra);

/// A report as one line of JSON, as commands print it and the control socket answers it.
std::string as_json(const store::VerifyReport& report);
/// Likewise.
std::string as_json(const store::BackupReport& report);

/// What keeps an operator's database safe, where statements are not in the embedded store; "" for
/// the embedded one.
std::string where_else(const Settings& settings);
}  // namespace lectern::cli
