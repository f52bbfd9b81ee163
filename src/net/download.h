#pragma once

#include <string_view>

#include "net/http_client.h"

namespace lectern::net {

/// Takes an answer's body as it comes, since it is too large to be held at once. For one thread.
class BodyTaker {
 public:
  virtual ~BodyTaker() = default;
  /// A piece of the body of an answer with status 200 or 206, whose status and headers are in
  /// `head`. False, or an Error, breaks it off.
  virtual Result<bool> take(const HttpResponse& head, std::string_view bytes) = 0;
  /// Asked once a second or so: true breaks it off.
  virtual bool is_stopped() const = 0;
};

/// Sends a request over a connection of its own and gives the body of its answer to `taker`; that
/// of another status than 200 and 206 stands in the response. There is no bound to how long it
/// takes, but for a minute, or HttpRequest::timeout where that is more, in which nothing comes.
/// Else as HttpClient::send(); an Error of the taker comes back as it is, and where it wanted no
/// more the answer is what came until then.
Result<HttpResponse> download(const HttpRequest& request, BodyTaker& taker,
                              const HttpOptions& options);

}  // namespace lectern::net
