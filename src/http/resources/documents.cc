#include "lrs/documents/documents.h"

#include <string>

#include "base/json/json.h"
#include "base/json/writer.h"
#include "base/limits.h"
#include "http/compression.h"
#include "http/request/parameters.h"
#include "http/resources.h"
#include "http/respond.h"
#include "lrs/access.h"
#include "xapi/terms.h"

namespace lectern::http {
namespace {

using lrs::DocumentKey;
using lrs::DocumentKind;
using lrs::DocumentSpace;

/// What the parameters of a document request say.
struct Address {
  DocumentKind kind;
  std::string owner;
  std::optional<std::string> registration;
  std::optional<std::string> id;
  std::optional<Time> since;

  DocumentKey key() const { return {kind, owner, registration.value_or(""), id.value_or("")}; }
  DocumentSpace space() const {
    return {kind, owner, kind == DocumentKind::state ? registration : std::nullopt};
  }
};

std::string_view id_name(DocumentKind kind) {
  return kind == DocumentKind::state ? "stateId" : "profileId";
}

Result<std::string> owner_of(const Exchange& exchange, DocumentKind kind) {
  std::string owner;
  if (kind != DocumentKind::agent_profile) {
    TRY(const auto text, required(exchange, "activityId"));
    TRY(owner, xapi::iri_parameter("activityId", text));
  }
  if (kind != DocumentKind::activity_profile) {
    TRY(const auto text, required(exchange, "agent"));
    TRY(const auto ifi, xapi::agent_parameter("agent", text, true));
    RETURN_IF_ERROR(lrs::allow_documents_of(exchange.lrs(), *exchange.principal, ifi));
    // An IRI holds no blank: the first one parts the two.
    owner += (owner.empty() ? "" : " ") + ifi;
  }
  return owner;
}

/// Reads the parameters; `since` only where ids may be listed.
Result<Address> address_of(const Exchange& exchange, DocumentKind kind) {
  const bool lists = exchange.request.method == "GET" || exchange.request.method == "HEAD";
  const std::string_view since = lists ? "since" : id_name(kind);
  switch (kind) {
    case DocumentKind::state:
      RETURN_IF_ERROR(xapi::only_allowed(
          exchange.parameters, {"activityId", "agent", "registration", "stateId", since}));
      break;
    case DocumentKind::agent_profile:
      RETURN_IF_ERROR(xapi::only_allowed(exchange.parameters, {"agent", "profileId", since}));
      break;
    default:
      RETURN_IF_ERROR(xapi::only_allowed(exchange.parameters, {"activityId", "profileId", since}));
  }
  Address address{kind, {}, {}, {}, {}};
  TRY(address.owner, owner_of(exchange, kind));
  if (const auto text = xapi::value_of(exchange.parameters, "registration")) {
    TRY(const Uuid registration, xapi::uuid_parameter("registration", *text));
    address.registration = registration.text();
  }
  if (const auto text = xapi::value_of(exchange.parameters, "since")) {
    TRY(address.since, xapi::time_parameter("since", *text));
  }
  if (const auto text = xapi::value_of(exchange.parameters, id_name(kind)))
    address.id = std::string(*text);
  return address;
}

Result<Address> single_address_of(const Exchange& exchange, DocumentKind kind) {
  TRY(auto address, address_of(exchange, kind));
  if (!address.id) {
    TRY(std::ignore, required(exchange, id_name(kind)));
  }
  return address;
}

/// The tags of a header; that of a zipped body names the document that was zipped.
lrs::EntityTags tags_of(std::string_view header, bool strong) {
  auto out = lrs::parse_entity_tags(header, strong);
  for (auto& tag : out.tags)
    if (tag.ends_with(zipped_tag_suffix)) tag.resize(tag.size() - zipped_tag_suffix.size());
  return out;
}

lrs::Preconditions preconditions_of(const Request& request) {
  lrs::Preconditions out;
  if (const auto header = request.headers.find("If-Match")) out.if_match = tags_of(*header, true);
  if (const auto header = request.headers.find("If-None-Match"))
    out.if_none_match = tags_of(*header, false);
  return out;
}

/// 304 names the tag that the client has of the document: the zipped one or the plain one.
void name_known_tag(const Request& request, const std::string& etag, Response& response) {
  const std::string zipped = "\"" + etag + std::string(zipped_tag_suffix) + "\"";
  const auto known = request.headers.find("If-None-Match");
  if (known && known->find(zipped) != known->npos) response.headers.set("ETag", zipped);
}

lrs::ChargeMemory charge_of(const Exchange& exchange) {
  return [&request = exchange.request](std::uint64_t bytes) { return request.charge(bytes); };
}

Result<lrs::DocumentWrite> write_of(const Exchange& exchange, DocumentKind kind) {
  TRY(const auto address, single_address_of(exchange, kind));
  RETURN_IF_ERROR(
      exchange.request.charge(limits::json_memory_factor * exchange.request.body.view().size()));
  return lrs::DocumentWrite{address.key(),
                            exchange.version,
                            preconditions_of(exchange.request),
                            std::string(exchange.request.headers.find("Content-Type").value_or("")),
                            exchange.request.body.view(),
                            charge_of(exchange)};
}

Result<Response> get_one(Exchange& exchange, const Address& address) {
  TRY(auto document,
      lrs::get_document(exchange.lrs(), *exchange.principal, address.key(), charge_of(exchange)));
  Response response;
  response.headers.add("ETag", "\"" + document.etag + "\"");
  response.headers.add("Last-Modified", http_date(document.updated));
  const auto conditions = preconditions_of(exchange.request);
  if (conditions.if_match && !conditions.if_match->holds(document.etag))
    return fail(Code::precondition, "The document is another one than If-Match names");
  if (conditions.if_none_match && conditions.if_none_match->holds(document.etag)) {
    response.status = 304;
    name_known_tag(exchange.request, document.etag, response);
    return response;
  }
  response.headers.add("Content-Type", document.content_type);
  // A document is whatever somebody stored: a browser that opens it must not run it as ours.
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("Content-Security-Policy", "default-src 'none'; sandbox");
  response.body = std::move(document.bytes);
  return response;
}

Result<Response> get(Exchange& exchange, DocumentKind kind) {
  TRY(const auto address, address_of(exchange, kind));
  if (address.id) return get_one(exchange, address);
  TRY(const auto ids,
      lrs::list_documents(exchange.lrs(), *exchange.principal, address.space(), address.since));
  std::uint64_t bytes = 0;
  for (const auto& id : ids) bytes += id.size();
  RETURN_IF_ERROR(exchange.request.charge(2 * bytes));
  json::Writer json;
  json.array();
  for (const auto& id : ids) json.value(id);
  return json_response(json.end().take());
}

Result<Response> put(Exchange& exchange, DocumentKind kind) {
  TRY(const auto write, write_of(exchange, kind));
  RETURN_IF_ERROR(lrs::put_document(exchange.lrs(), *exchange.principal, write));
  return no_content();
}

Result<Response> post(Exchange& exchange, DocumentKind kind) {
  TRY(const auto write, write_of(exchange, kind));
  RETURN_IF_ERROR(lrs::post_document(exchange.lrs(), *exchange.principal, write));
  return no_content();
}

Result<Response> erase(Exchange& exchange, DocumentKind kind) {
  TRY(const auto address,
      kind == DocumentKind::state ? address_of(exchange, kind) : single_address_of(exchange, kind));
  if (address.id)
    RETURN_IF_ERROR(lrs::delete_document(exchange.lrs(), *exchange.principal, address.key(),
                                         preconditions_of(exchange.request), charge_of(exchange)));
  else
    RETURN_IF_ERROR(lrs::delete_documents(exchange.lrs(), *exchange.principal, address.space()));
  return no_content();
}

}  // namespace

Result<Response> get_state(Exchange& exchange) { return get(exchange, DocumentKind::state); }
Result<Response> put_state(Exchange& exchange) { return put(exchange, DocumentKind::state); }
Result<Response> post_state(Exchange& exchange) { return post(exchange, DocumentKind::state); }
Result<Response> delete_state(Exchange& exchange) { return erase(exchange, DocumentKind::state); }

Result<Response> get_agent_profile(Exchange& exchange) {
  return get(exchange, DocumentKind::agent_profile);
}
Result<Response> put_agent_profile(Exchange& exchange) {
  return put(exchange, DocumentKind::agent_profile);
}
Result<Response> post_agent_profile(Exchange& exchange) {
  return post(exchange, DocumentKind::agent_profile);
}
Result<Response> delete_agent_profile(Exchange& exchange) {
  return erase(exchange, DocumentKind::agent_profile);
}

Result<Response> get_activity_profile(Exchange& exchange) {
  return get(exchange, DocumentKind::activity_profile);
}
Result<Response> put_activity_profile(Exchange& exchange) {
  return put(exchange, DocumentKind::activity_profile);
}
Result<Response> post_activity_profile(Exchange& exchange) {
  return post(exchange, DocumentKind::activity_profile);
}
Result<Response> delete_activity_profile(Exchange& exchange) {
  return erase(exchange, DocumentKind::activity_profile);
}

}  // namespace lectern::http
