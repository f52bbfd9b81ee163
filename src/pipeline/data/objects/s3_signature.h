#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time/time.h"
#include "net/http_client.h"

namespace lectern::pipeline::objects {

/// Who asks S3.
struct S3Credentials {
  std::string access_key_id, secret_access_key;
  std::string session_token;  ///< "" without one
};

/// A request to S3, before it is signed.
struct S3Request {
  std::string method;
  std::string scheme_and_host;  ///< `https://host:1`
  std::string path;             ///< as it is, not encoded; begins with `/`
  std::vector<std::pair<std::string, std::string>> parameters;  ///< not encoded, in any order
  net::HttpHeaders headers;                                     ///< all are signed
  std::string_view body;
};

/// The request with the signature of AWS, version 4, for the service s3, and the headers that go
/// with it.
net::HttpRequest signed_request(const S3Request& request, const S3Credentials& credentials,
                                std::string_view region, Time time);

}  // namespace lectern::pipeline::objects
