#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/result.h"
#include "store/maintenance.h"

/// How commands have the running server do their work, which alone has the store open: `backup`,
/// `verify`, `read` and `write`. A Unix socket in the application folder, mode 0600, for its user
/// and root.
///
///   request  = JSON LF                    ; {"do":"verify"} / {"do":"backup","folder":...} /
///                                         ; {"do":"missing_contents","target":...,"sha2":[...]} /
///                                         ; those of pipeline/data/embedded.h
///   answer   = *( "progress " done SP total LF ) ( "done " JSON LF / "failed " text LF )
namespace lectern::cli {

/// What a request asks, and how far it is; the answer's JSON.
using Control =
    std::function<Result<std::string>(const std::string& request, const store::OnProgress&)>;

/// The server's side: a thread that takes one request after another.
class ControlSocket {
 public:
  /// Errors: unavailable when the socket cannot be made, or another server answers at it.
  static Result<std::unique_ptr<ControlSocket>> listen(const std::string& app_dir, Control control);
  /// Stops what is under way.
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

 private:
  ControlSocket(std::string path, int socket, int stop, Control control);
  void work();
  void serve(int client);

  const std::string path_;
  const int socket_;
  const int stop_;  // an eventfd: the thread is to end
  const Control control_;
  std::thread thread_;
};

/// Asks the server of an application folder. Nothing when none answers there.
std::optional<Result<std::string>> ask_server(const std::string& app_dir,
                                              const std::string& request,
                                              const store::OnProgress& on_progress);

}  // namespace lectern::cli
