#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "net/http_client.h"
#include "xapi/query.h"

namespace lectern::cli {

/// A server that a command asks, and the filters that it asks with.
struct Remote {
  std::string url;  ///< its endpoint, without a final slash
  net::HttpOptions options;
  xapi::Parameters filters;

  /// A GET of `path` below the endpoint, with the filters and `more`.
  net::HttpRequest request(std::string_view path, const xapi::Parameters& more) const;
};

/// The options that tell which server, and which statements: for --help.
std::vector<Option> remote_options();

/// What they say. Errors: invalid.
Result<Remote> remote_of(const Invocation& invocation);

/// Sends the request and gives its body to `take` as it comes, until that is false or an Error.
/// False: `take` wanted no more, or a signal came. Errors: those of net::download(), of `take`, and
/// what an answer with another status says.
Result<bool> receive(const Remote& remote, const net::HttpRequest& request,
                     const std::function<Result<bool>(std::string_view)>& take,
                     const std::function<bool()>& is_stopped);

/// The same; gives the answer, with its headers and without what was taken, and nothing in place of
/// false.
Result<std::optional<net::HttpResponse>> receive_answer(
    const Remote& remote, const net::HttpRequest& request,
    const std::function<Result<bool>(std::string_view)>& take,
    const std::function<bool()>& is_stopped);

}  // namespace lectern::cli
