#include "lrs/learned/known.h"

#include <memory>
#include <utility>
#include <vector>

#include "base/json/json.h"
#include "base/limits.h"
#include "lrs/access.h"
#include "lrs/learned/definitions.h"
#include "xapi/terms.h"

namespace lectern::lrs {
namespace {

/// The principal's own statements that name what the key is of, the oldest first.
Result<std::vector<std::unique_ptr<json::Document>>> own_statements(
    Lrs& lrs, const auth::Principal& principal, const store::DocumentKey& key) {
  const auto context = lrs.context(principal);
  const bool is_activity = key.kind == store::DocumentKind::activity_definition;
  store::Filter filter;
  filter.all_of = {
      xapi::authority_term(principal.agent_ifi),
      is_activity ? xapi::activity_term(key.owner, true) : xapi::agent_term(key.owner, true)};
  TRY(filter.until, stores_of(lrs).statements.consistent_through(context));
  TRY(auto page, stores_of(lrs).statements.query(
                     context, filter, {std::nullopt, limits::own_statements_read_max, false}));
  std::vector<std::unique_ptr<json::Document>> statements;
  for (auto row = page.rows.rbegin(); row != page.rows.rend(); ++row) {
    TRY(auto document, json::parse(std::move(row->json)));
    statements.push_back(std::move(document));
  }
  return statements;
}

}  // namespace

Result<std::string> known_of(Lrs& lrs, const auth::Principal& principal,
                             const store::DocumentKey& key) {
  if (!reads_only_own(lrs, principal)) {
    TRY(auto known, stores_of(lrs).documents.get(lrs.context(principal), key));
    return known ? std::move(known->bytes) : std::string();
  }
  TRY(const auto documents, own_statements(lrs, principal, key));
  std::vector<json::Value> statements;
  for (const auto& document : documents) statements.push_back(document->root());
  return told_by(statements, key);
}

}  // namespace lectern::lrs
