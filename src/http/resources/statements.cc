#include <algorithm>
#include <string>

#include "base/json/writer.h"
#include "base/page_bytes.h"
#include "http/request/parameters.h"
#include "http/request/ralph_parameters.h"
#include "http/resources.h"
#include "http/resources/statements_in.h"
#include "http/resources/statements_out.h"
#include "http/respond.h"
#include "lrs/list.h"
#include "lrs/record.h"
#include "xapi/formats.h"

namespace lectern::http {
namespace {

/// The answer to a partial submission: what was kept, and an outcome on the rest. `rejected` counts
/// all that was refused; `errors` has the first limits::refusals_told_max of them.
Response partial_response(const lrs::Recorded& recorded) {
  json::Writer json;
  json.object()
      .member("inserted", std::ranges::count_if(recorded.statements,
                                                [](const auto& one) { return one.is_new; }))
      .member("rejected", recorded.refused);
  json.key("ids").array();
  for (const auto& one : recorded.statements) json.value(one.id.text());
  json.end().key("errors").array();
  for (const auto& refusal : recorded.refusals) {
    json.object().member("index", refusal.index).member("reason", refusal.error.message);
    if (!refusal.error.path.empty()) json.member("path", refusal.error.path);
    if (!refusal.error.rule.empty()) json.member("rule", refusal.error.rule);
    json.end();
  }
  json.end().end();
  const bool nothing_kept = recorded.statements.empty() && recorded.refused > 0;
  Response response = json_response(json.take(), !nothing_kept              ? 200
                                                 : recorded.conflicts_alone ? 409
                                                                            : 400);
  if (!recorded.refusals.empty()) {
    const auto& first = recorded.refusals.front().error;
    response.refusal = {std::to_string(recorded.refused) + " refused, the first: " + first.message,
                        first.path, first.rule};
  }
  return response;
}

/// What the request says of partial success, by the first of both names; nothing where it says
/// nothing.
Result<std::optional<bool>> wanted_partial(const Exchange& exchange) {
  std::optional<bool> said;
  for (const std::string_view name : {"partialSuccess", "ignoreInvalid"})
    if (const auto value = xapi::value_of(exchange.parameters, name)) {
      TRY(const bool wanted, xapi::boolean_parameter(name, *value));
      if (!said) said = wanted;
    }
  return said;
}

/// The ids of what is kept, as a client of the standard expects them.
std::string id_list(const lrs::Recorded& recorded, bool new_only) {
  json::Writer ids;
  ids.array();
  for (const auto& one : recorded.statements)
    if (!new_only || one.is_new) ids.value(one.id.text());
  return ids.end().take();
}

}  // namespace

Result<Response> put_statement(Exchange& exchange) {
  RETURN_IF_ERROR(xapi::only_allowed(exchange.parameters, {"statementId"}));
  TRY(const auto text, required(exchange, "statementId"));
  TRY(const Uuid id, xapi::uuid_parameter("statementId", text));
  TRY(const auto incoming, read_statements(exchange.request));
  RETURN_IF_ERROR(lrs::record(exchange.lrs(), *exchange.principal,
                              {.body = incoming.document->root(),
                               .version = exchange.version,
                               .statement_id = id,
                               .contents = incoming.contents,
                               .partial = false}));
  return no_content();
}

Result<Response> post_statements(Exchange& exchange) {
  if (exchange.ralph) spell_as_standard(exchange.parameters);
  RETURN_IF_ERROR(xapi::only_allowed(exchange.parameters, {"partialSuccess", "ignoreInvalid"}));
  TRY(const auto wanted, wanted_partial(exchange));
  const bool partial = wanted.value_or(exchange.app.options.partial_success_default);
  TRY(const auto incoming, read_statements(exchange.request));
  TRY(const auto recorded, lrs::record(exchange.lrs(), *exchange.principal,
                                       {.body = incoming.document->root(),
                                        .version = exchange.version,
                                        .statement_id = {},
                                        .contents = incoming.contents,
                                        .partial = partial}));
  // A client of the standard that did not ask for it reads the answer as a list of ids.
  if (partial && (wanted || exchange.ralph || recorded.statements.empty()))
    return partial_response(recorded);
  std::string ids = id_list(recorded, exchange.ralph);
  if (exchange.ralph && ids.size() == 2 && !recorded.statements.empty()) return no_content();
  return json_response(std::move(ids));
}

Result<Response> get_statements(Exchange& exchange) {
  if (exchange.ralph) spell_as_standard(exchange.parameters);
  TRY(const auto query,
      xapi::parse_statement_query(exchange.parameters, exchange.lrs().options.takes_as_ralph
                                                           ? xapi::Ids::any_text
                                                           : xapi::Ids::iris));
  lrs::Presentation presentation{query.format, {}, exchange.version == xapi::Version::v2_0_0};
  if (query.format == xapi::Format::canonical)
    if (const auto header = exchange.request.headers.find("Accept-Language"))
      presentation.languages = xapi::parse_accept_language(*header);

  if (!query.statement_id && !query.voided_statement_id) {
    // The rows, and the text that is made of them.
    RETURN_IF_ERROR(exchange.request.charge(2 * page_bytes_max()));
    TRY(auto listing, lrs::list(exchange.lrs(), *exchange.principal, query, presentation));
    exchange.consistent_through = listing.consistent_through;
    return respond_with(exchange, query, std::move(listing));
  }
  if (const auto through = lrs::consistent_through(exchange.lrs(), *exchange.principal))
    exchange.consistent_through = *through;
  auto single = lrs::fetch(exchange.lrs(), *exchange.principal, query, presentation);
  if (!single) {
    if (exchange.ralph && single.error().code == Code::not_found)
      return json_response(R"({"statements":[]})");
    return fail(std::move(single).error());
  }
  return respond_with(exchange, query, std::move(*single));
}

}  // namespace lectern::http
