#pragma once

#include <optional>
#include <string>

#include "base/result.h"

/// What systemd, or another manager that speaks its protocol, is told and hands over. Each function
/// does nothing where no such manager started the process.
namespace lectern::cli {

/// Tells that requests are served: a unit of Type=notify counts as started from here on.
void notify_ready();
/// Tells that settings are being read again; notify_ready() says when that is done.
void notify_reloading();
/// Tells that the process has begun to end.
void notify_stopping();

/// The listening TCP socket of socket activation (sd_listen_fds(3)); nothing when there is none.
/// Errors: invalid, when more than one is handed over, or another kind of socket.
Result<std::optional<int>> inherited_socket();

}  // namespace lectern::cli
