#pragma once

#include <cstdint>

#include "net/http_client.h"
#include "pipeline/data/backend.h"
#include "pipeline/interrupt.h"

namespace lectern::pipeline {

/// What became of a fetch.
struct Fetched {
  bool whole = false;       ///< false: refused, or no more was wanted
  std::uint64_t bytes = 0;  ///< that were given on
  bool refused = false;     ///< `answer` says why
  net::HttpResponse answer{};
};

/// How an object is asked for.
class Get {
 public:
  virtual ~Get() = default;
  /// Makes the request; `headers` (of a range, none at first) are to be sent with the others.
  virtual Result<net::HttpRequest> request(const net::HttpHeaders& headers) = 0;
  /// Whether the request that got this answer, made anew, may succeed. Not true for ever.
  virtual bool may_be_made_anew(const net::HttpResponse& answer) = 0;
};

/// GETs an object and gives its bytes to `take` as they come, whatever its size. Where the
/// connection breaks off, the rest is asked for (Range, If-Match); gives up after six attempts that
/// brought nothing. Errors: unavailable; conflict where the object is another one meanwhile; those
/// of `get` and `take`.
Result<Fetched> fetch(Get& get, const net::HttpOptions& options, const Interrupt& interrupt,
                      const TakeBytes& take);

/// Whether the same request may succeed later.
bool may_pass(int status);
/// What a server answered, for a person: its status and the beginning of its text.
std::string told(const net::HttpResponse& response);

}  // namespace lectern::pipeline
