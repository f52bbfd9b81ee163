#include "store/common/row_check.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/json/json.h"
#include "base/limits.h"
#include "xapi/validate/validate.h"

namespace lectern::store {
namespace {

constexpr std::size_t referring_at_once = 256;
constexpr std::size_t contents_at_once = 256;

bool has(const xapi::Terms& terms, const xapi::Term& term) {
  return std::binary_search(terms.begin(), terms.end(), term);
}

bool lacks_any(const xapi::Terms& terms, const xapi::Terms& wanted) {
  return !std::includes(terms.begin(), terms.end(), wanted.begin(), wanted.end());
}

/// What of a row is not as its text says; "" when all is.
std::string difference(const DatabaseRow& row, json::Value statement) {
  const auto member = [&](std::string_view name) -> std::string_view {
    const auto found = statement.find(name);
    return found && found->is(json::Type::string) ? found->string() : "";
  };
  if (Uuid::parse(member("id")) != row.id) return "its text has another id";
  if (const auto stored = parse_time(member("stored")); stored && *stored != row.stored)
    return "its text has another `stored` than its place";
  if (xapi::fingerprint_of(statement).hash != row.fingerprint.hash)
    return "its fingerprint is not that of its text";
  if (xapi::reference_of(statement) != row.refers_to || xapi::is_voiding(statement) != row.voids)
    return "its text refers to something else than is kept beside it";
  auto own = xapi::terms_of(statement);
  std::sort(own.begin(), own.end());
  if (lacks_any(row.terms, own)) return "terms of its text are missing";
  if (!row.refers_to && row.terms.size() > own.size()) return "it has terms that its text lacks";
  return "";
}

}  // namespace

void add_fault(VerifyReport& report, std::string line) {
  ++report.wrong;
  if (report.faults.size() < verify_lines_max) report.faults.push_back(std::move(line));
}

std::string fault_of(const Uuid& id, std::string_view what) {
  return fmt::format("statement {}: {}", id.text(), what);
}

std::vector<std::string> contents_of(json::Value statement) {
  std::vector<std::string> all;
  for (auto& attachment : xapi::attachments_of(statement))
    if (!attachment.has_file_url) all.push_back(std::move(attachment.sha2));
  return all;
}

Result<void> RowCheck::check(const DatabaseRow& row) {
  ++report_.statements;
  const auto document = json::parse_view(row.text);
  if (!document || !(*document)->root().is(json::Type::object)) {
    add_fault(report_, fault_of(row.id, "its text is unreadable"));
    return {};
  }
  const auto statement = (*document)->root();
  if (const auto what = difference(row, statement); !what.empty())
    add_fault(report_, fault_of(row.id, what));
  for (auto& sha2 : contents_of(statement)) wanted_.emplace(std::move(sha2), row.id);
  if (row.voids) voiding_.insert(row.id);
  if (row.voided) voided_.insert(row.id);
  if (!row.refers_to) return {};
  if (row.voids) to_void_.insert(*row.refers_to);
  referring_.push_back({row.id, *row.refers_to, row.terms});
  return referring_.size() < referring_at_once ? Result<void>{} : check_inherited();
}

/// What a statement that refers to `target` should carry of its chain.
Result<xapi::Terms> RowCheck::terms_of_chain(const Uuid& target) {
  xapi::Terms all;
  std::unordered_set<Uuid> seen;
  std::optional<Uuid> next = target;
  while (next && seen.size() < limits::reference_chain_max && seen.insert(*next).second) {
    TRY(const auto found, targets_(std::span(&*next, 1)));
    next.reset();
    for (const auto& one : found) {
      next = one.refers_to;
      for (const auto& term : one.terms)
        if (xapi::is_inheritable(term.kind)) all.push_back(term);
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (all.size() > limits::inherited_terms_max || has(all, inherits_more)) all = {inherits_more};
  return all;
}

Result<void> RowCheck::check_inherited() {
  for (const auto& row : referring_) {
    if (has(row.terms, inherits_more)) continue;
    TRY(const auto wanted, terms_of_chain(row.target));
    if (lacks_any(row.terms, wanted))
      add_fault(report_, fault_of(row.id,
                                  "terms that it takes over from what it refers to are "
                                  "missing"));
  }
  referring_.clear();
  return {};
}

Result<void> RowCheck::check_voided() {
  for (const Uuid& id : voided_)
    if (!to_void_.contains(id) || voiding_.contains(id))
      add_fault(report_, fault_of(id, "it is marked as voided, and nothing voids it"));
  std::vector<Uuid> missing;
  for (const Uuid& id : to_void_)
    if (!voided_.contains(id) && !voiding_.contains(id)) missing.push_back(id);
  for (std::span<const Uuid> rest(missing); !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), referring_at_once));
    rest = rest.subspan(some.size());
    TRY(const auto there, targets_(some));
    for (const auto& one : there)
      if (!one.voids) add_fault(report_, fault_of(one.id, "it was voided, and is not marked so"));
  }
  return {};
}

Result<void> RowCheck::check_references() {
  RETURN_IF_ERROR(check_inherited());
  return check_voided();
}

Result<void> RowCheck::check_attachments(const MissingContents& missing) {
  std::vector<std::string> some;
  std::unordered_set<std::string> lacking;
  const auto ask = [&]() -> Result<void> {
    TRY(const auto told, missing(some));
    lacking.insert(told.begin(), told.end());
    some.clear();
    return {};
  };
  for (const auto& [sha2, id] : wanted_) {
    some.push_back(sha2);
    if (some.size() == contents_at_once) RETURN_IF_ERROR(ask());
  }
  if (!some.empty()) RETURN_IF_ERROR(ask());
  report_.attachments += wanted_.size();
  std::erase_if(wanted_, [&](const auto& one) { return !lacking.contains(one.first); });
  check_attachments();
  return {};
}

void RowCheck::check_attachments() {
  for (const auto& [sha2, id] : wanted_)
    add_fault(report_, fault_of(id, "its attachment " + sha2 + " is missing"));
}

}  // namespace lectern::store
