#include "pipeline/data/objects/s3_signature.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/digest.h"

namespace lectern::pipeline::objects {
namespace {

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

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
    encoded.emplace_back(uri_encoded(key, false), uri_encoded(value, false));
  std::sort(encoded.begin(), encoded.end());
  std::string out;
  for (const auto& [key, value] : encoded) out += (out.empty() ? "" : "&") + key + "=" + value;
  return out;
}

}  // namespace

std::string uri_encoded(std::string_view text, bool slash_is_kept) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c) || (slash_is_kept && c == '/'))
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string uri_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
    if (byte && byte->size() == 1) {
      out += *byte;
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

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
  for (const auto& [name, value] : headers) sorted[lower(name)] = value;
  std::string canonical_headers, names;
  for (const auto& [name, value] : sorted) {
    canonical_headers += name + ":" + value + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  const std::string path = uri_encoded(request.path, true), query = query_of(request);
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
