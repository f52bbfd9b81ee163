#include "auth/oidc/jwt.h"

#include "base/digest.h"

namespace lectern::auth {
namespace {

constexpr std::size_t token_bytes_max = 64 * 1024;

tl::unexpected<Error> refuse(std::string why) {
  return fail(Code::unauthenticated, "Could not validate credentials", std::move(why));
}

Result<std::unique_ptr<json::Document>> object_of(std::string_view part) {
  auto text = from_base64url(part);
  if (!text) return refuse("a part of the token is not base64url");
  auto document = json::parse(std::move(*text));
  if (!document || !(*document)->root().is(json::Type::object))
    return refuse("a part of the token is not a JSON object");
  return document;
}

}  // namespace

std::string_view text_of(json::Value object, std::string_view name) {
  const auto member = object.find(name);
  return member && member->is(json::Type::string) ? member->string() : std::string_view();
}

std::string_view Jwt::algorithm() const { return text_of(header->root(), "alg"); }
std::string_view Jwt::key_id() const { return text_of(header->root(), "kid"); }

Result<Jwt> parse_jwt(std::string_view text) {
  if (text.size() > token_bytes_max) return refuse("the token is too long");
  const std::size_t first = text.find('.');
  const std::size_t last = text.rfind('.');
  if (first == text.npos || first == last || text.find('.', first + 1) != last)
    return refuse("the token has no three parts");
  Jwt jwt;
  TRY(jwt.header, object_of(text.substr(0, first)));
  TRY(jwt.claims, object_of(text.substr(first + 1, last - first - 1)));
  auto signature = from_base64url(text.substr(last + 1));
  if (!signature || signature->empty()) return refuse("the token's signature is not base64url");
  jwt.signature = std::move(*signature);
  jwt.signed_part = text.substr(0, last);
  // Extensions that must be understood are not (RFC 7515, 4.1.11).
  if (jwt.header->root().find("crit")) return refuse("the token asks for extensions (crit)");
  return jwt;
}

}  // namespace lectern::auth
