#include "pipeline/data/objects/s3_signature.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"

namespace lectern::pipeline::objects {
namespace {

/// The Host header as libcurl sends it: the scheme's own port is left out.
std::string host_of(std::string_view url) {
  const std::size_t begin = url.find("://") + 3;
  std::string_view host = url.substr(begin);
  const std::string_view port = url.starts_with("https") ? ":443" : ":80";
  if (host.ends_with(port)) host.remove_suffix(port.size());
  return std::string(host);
}

/// `20261124T091300Z`.
std::string basic_format(Time time) {
  std::string out;
  for (const char c : utc_text(time).substr(0, 19))
    if (c != '-' && c != ':') out += c;
  return out + "Z";
}

std::string query_of(const S3Request& request) {
  std::vector<std::pair<std::string, std::string>> encoded;
  for (const auto& [key, value] : request.parameters)
    encoded.emplace_back(percent_encoded(key), percent_encoded(value));
  std::sort(encoded.begin(), encoded.end());
  std::string out;
  for (const auto& [key, value] : encoded) out += (out.empty() ? "" : "&") + key + "=" + value;
  return out;
}

}  // namespace

net::HttpRequest signed_request(const S3Request& request, const S3Credentials& credentials,
                                std::string_view region, Time time) {
  const std::string instant = basic_format(time);
  const std::string_view day = std::string_view(instant).substr(0, 8);
  const std::string digest = to_hex(sha256(request.body));
  net::HttpHeaders headers = request.headers;
  headers.emplace_back("x-amz-date", instant);
  headers.emplace_back("x-amz-content-sha256", digest);
  if (!credentials.session_token.empty())
    headers.emplace_back("x-amz-security-token", credentials.session_token);

  std::map<std::string, std::string> sorted = {{"host", host_of(request.scheme_and_host)}};
  for (const auto& [name, value] : headers) sorted[lower_case(name)] = value;
  std::string canonical_headers, names;
  for (const auto& [name, value] : sorted) {
    canonical_headers += name + ":" + value + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  const std::string path = percent_encoded_path(request.path), query = query_of(request);
  const std::string canonical = fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, path, query,
                                            canonical_headers, names, digest);
  const std::string scope = fmt::format("{}/{}/s3/aws4_request", day, region);
  const std::string text =
      fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", instant, scope, to_hex(sha256(canonical)));
  std::string key = hmac_sha256("AWS4" + credentials.secret_access_key, day);
  for (const std::string_view part :
       {region, std::string_view("s3"), std::string_view("aws4_request")})
    key = hmac_sha256(key, part);
  headers.emplace_back(
      "Authorization",
      fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                  credentials.access_key_id, scope, names, to_hex(hmac_sha256(key, text))));

  net::HttpRequest out;
  out.method = request.method;
  out.url = request.scheme_and_host + path + (query.empty() ? "" : "?" + query);
  out.headers = std::move(headers);
  out.body = request.body;
  return out;
}

}  // namespace lectern::pipeline::objects
