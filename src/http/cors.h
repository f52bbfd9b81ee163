#pragma once

#include <string>
#include <vector>

#include "http/wire/message.h"

namespace lectern::http {

/// Which pages of other origins may use the API from a browser (the Fetch standard's CORS).
/// Credentials travel in the Authorization header, so cookies are never allowed.
class Cors {
 public:
  /// Origins such as `https://lms.example`, compared as browsers send them; `*` allows every one.
  /// An empty list turns CORS off.
  explicit Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  /// Whether the request is a browser's question whether it may ask, which must be answered
  /// without credentials. Never when CORS is off.
  bool is_preflight(const Request& request) const;
  /// The answer to a preflight: 204, with permissions if the origin is allowed.
  Response preflight(const Request& request) const;
  /// Lets the page read the response and its headers, if its origin is allowed. Where CORS is off,
  /// the refusal of a browser's question tells the log which setting would allow it.
  void permit(const Request& request, Response& response) const;

 private:
  std::string allowed_origin(const Request& request) const;

  const std::vector<std::string> origins_;
};

}  // namespace lectern::http
