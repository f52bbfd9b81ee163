#include "lrs/access.h"

#include <fmt/format.h>

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
