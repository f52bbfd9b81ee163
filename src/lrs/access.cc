#include "lrs/access.h"

#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "base/json/json.h"
#include "store/find_each.h"
#include "xapi/terms.h"

namespace lectern::lrs {

using auth::Scope;

Result<void> allow(const Lrs& lrs, const auth::Principal& principal, Scope scope) {
  if (!lrs.options.restrict_by_scopes || principal.scopes.grants(scope)) return {};
  return fail(Code::forbidden,
              fmt::format("Access not authorized to scope: \"{}\".", auth::text_of(scope)));
}

bool only_mine(const Lrs& lrs, const auth::Principal& principal, bool asked) {
  if (asked || lrs.options.restrict_by_authority) return true;
  return lrs.options.restrict_by_scopes && !principal.scopes.grants(Scope::statements_read);
}

bool reads_only_own(const Lrs& lrs, const auth::Principal& principal) {
  return only_mine(lrs, principal, false);
}

Result<bool> is_own(const auth::Principal& principal, const std::string& statement_json) {
  TRY(const auto document, json::parse_view(statement_json));
  return xapi::match(xapi::terms_of(document->root()), {xapi::authority_term(principal.agent_ifi)});
}

Result<void> allow_voiding(Lrs& lrs, const auth::Principal& principal,
                           const store::Context& context, std::span<const store::Row> rows) {
  if (!reads_only_own(lrs, principal)) return {};
  const xapi::Terms own{xapi::authority_term(principal.agent_ifi)};
  std::unordered_set<Uuid> wanted;
  for (const auto& row : rows)
    if (row.voids && row.refers_to) wanted.insert(*row.refers_to);
  if (wanted.empty()) return {};
  for (const auto& row : rows)
    if (xapi::match(row.terms, own)) wanted.erase(row.id);
  const std::vector<Uuid> ids(wanted.begin(), wanted.end());
  const auto look_at = [&](const store::StoredStatement& one) -> Result<void> {
    TRY(const bool owned, is_own(principal, one.json));
    if (owned) wanted.erase(one.position.id);
    return {};
  };
  RETURN_IF_ERROR(store::find_each(stores_of(lrs).statements, context, ids, look_at));
  if (wanted.empty()) return {};
  Error error{Code::forbidden, {}, {}, "Data 2.3.2", {}};
  error.message = fmt::format(
      "These credentials may void only statements that are stored with their own authority; {} is "
      "not one of them.",
      wanted.begin()->text());
  return fail(std::move(error));
}

Result<void> allow_documents_of(const Lrs& lrs, const auth::Principal& principal,
                                std::string_view ifi) {
  if (!lrs.options.restrict_documents || principal.scopes.grants(Scope::statements_read) ||
      !principal.scopes.grants(Scope::statements_read_mine) || ifi == principal.agent_ifi)
    return {};
  return fail(Code::forbidden,
              "These credentials reach only the documents of their own agent: they lack the scope "
              "\"statements/read\".");
}

}  // namespace lectern::lrs
