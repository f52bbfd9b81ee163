#pragma once

#include <cstddef>
#include <cstdint>

#include "net/http_client.h"

namespace lectern::net {

/// A request's body that is made while it is sent, since it is too large to be held at once. For
/// one thread.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Of the whole body.
  virtual std::uint64_t bytes() const = 0;
  /// Puts up to `room` bytes more there; fewer at the end only. An Error breaks the request off.
  virtual Result<std::size_t> read(char* to, std::size_t room) = 0;
};

/// Sends a request, whose `body` is left out, with this one, over a connection of its own. Else as
/// HttpClient::send(); what the source says is wrong comes back as it is.
Result<HttpResponse> upload(const HttpRequest& request, BodySource& source,
                            const HttpOptions& options);

}  // namespace lectern::net
