#include "lrs/record.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "lrs/access.h"
#include "lrs/contents.h"
#include "lrs/forwarder.h"
#include "xapi/fingerprint.h"
#include "xapi/stamp.h"
#include "xapi/terms.h"
#include "xapi/validate.h"

namespace lectern::lrs {
namespace {

using json::Type;
using json::Value;

/// A statement of the request that has passed every check, and its row.
struct Accepted {
  std::size_t index;
  Value statement;
  store::Row row;
};

Result<Uuid> id_of(Value statement, const Submission& submission) {
  const auto member = statement.find("id");
  const auto given = member ? Uuid::parse(member->string()) : std::nullopt;
  if (submission.statement_id) {
    if (given && given != submission.statement_id)
      return fail(Error{Code::invalid,
                        "xAPI statement id does not match given statementId",
                        "/id",
                        "Communication 2.1.1",
                        {}});
    return *submission.statement_id;
  }
  return given ? *given : Uuid::random();
}

/// The terms of the statement as it will be stored: with our authority in place of the client's.
Result<xapi::Terms> terms_of_stored(Value statement, const xapi::StampedText& text,
                                    const auth::Principal& principal) {
  if (statement.find("authority")) {
    TRY(const auto stamped, json::parse(text.json));
    return xapi::terms_of(stamped->root());
  }
  // The usual case, without reading the text again.
  auto terms = xapi::terms_of(statement);
  for (auto term :
       {xapi::authority_term(principal.agent_ifi), xapi::agent_term(principal.agent_ifi, true)}) {
    const auto place = std::lower_bound(terms.begin(), terms.end(), term);
    if (place == terms.end() || *place != term) terms.insert(place, std::move(term));
  }
  return terms;
}

Result<Accepted> accept(const auth::Principal& principal, const Submission& submission,
                        std::size_t index, Value statement) {
  RETURN_IF_ERROR(xapi::validate_statement(statement, submission.version));
  RETURN_IF_ERROR(check_contents(statement, submission.contents));
  TRY(const Uuid id, id_of(statement, submission));

  auto text = xapi::stamp(statement,
                          {.id = id,
                           .authority_json = principal.agent_json,
                           .keep_authority = principal.scopes.holds(auth::Scope::authority_write),
                           .version = submission.version});
  Accepted accepted{index, statement, {}};
  store::Row& row = accepted.row;
  row.id = id;
  TRY(row.terms, terms_of_stored(statement, text, principal));
  row.json = std::move(text.json);
  row.stored_at = std::move(text.stored_at);
  row.fingerprint = xapi::fingerprint_of(statement);
  row.refers_to = xapi::reference_of(statement);
  row.voids = xapi::is_voiding(statement);
  row.timestamp = row.fingerprint.timestamp;
  if (const auto timestamp = statement.find("timestamp"))
    row.timestamp = parse_time(timestamp->string());
  return accepted;
}

/// Checks everything that can be checked without the store.
Result<std::vector<Accepted>> accept_all(const auth::Principal& principal,
                                         const Submission& submission,
                                         std::vector<Refusal>& refusals) {
  std::vector<Accepted> accepted;
  std::unordered_set<Uuid> ids;
  const auto take = [&](std::size_t index, Value statement) -> Result<void> {
    TRY(auto one, accept(principal, submission, index, statement));
    if (!ids.insert(one.row.id).second)
      return fail(Error{Code::invalid,
                        "Duplicate statement IDs in the list of statements",
                        statement.pointer() + "/id",
                        "Communication 2.1.2",
                        {}});
    accepted.push_back(std::move(one));
    return {};
  };
  if (submission.body.is(Type::object)) {
    RETURN_IF_ERROR(take(0, submission.body));
    return accepted;
  }
  if (!submission.body.is(Type::array) || submission.statement_id)
    return fail(Error{Code::invalid,
                      submission.statement_id
                          ? "The body must be one statement"
                          : "The body must be a statement or an array of statements",
                      "",
                      "Communication 2.1.1",
                      {}});
  accepted.reserve(submission.body.size());
  std::size_t index = 0;
  for (const Value statement : submission.body.children()) {
    if (auto taken = take(index, statement); !taken) {
      if (!submission.partial) return fail(std::move(taken).error());
      refusals.push_back({index, std::move(taken).error()});
    }
    ++index;
  }
  return accepted;
}

Error conflict_error(const Submission& submission, const std::vector<std::string>& ids) {
  Error error{Code::conflict, {}, {}, "Data 2.3.1", {}};
  error.message = submission.statement_id
                      ? "A different statement already exists with the same ID"
                      : fmt::format("Differing statements already exist with the same ID: {}",
                                    fmt::join(ids, ", "));
  return error;
}

/// Turns the store's verdicts into the outcome.
Result<Recorded> conclude(const Submission& submission, const std::vector<Accepted>& accepted,
                          const std::vector<store::Verdict>& verdicts,
                          std::vector<Refusal> refusals) {
  Recorded recorded;
  std::vector<std::string> in_conflict;
  for (std::size_t i = 0; i < accepted.size(); ++i) {
    const auto& row = accepted[i].row;
    switch (verdicts[i]) {
      case store::Verdict::stored:
      case store::Verdict::known:
        recorded.statements.push_back(
            {accepted[i].index, row.id, verdicts[i] == store::Verdict::stored});
        break;
      case store::Verdict::conflict:
        in_conflict.push_back(row.id.text());
        refusals.push_back({accepted[i].index, conflict_error(submission, {row.id.text()})});
        break;
      case store::Verdict::refused:
        break;
    }
  }
  if (!submission.partial && !in_conflict.empty())
    return fail(conflict_error(submission, in_conflict));
  std::sort(refusals.begin(), refusals.end(),
            [](const Refusal& a, const Refusal& b) { return a.index < b.index; });
  recorded.refusals = std::move(refusals);
  return recorded;
}

void count(Counters& counters, const std::vector<store::Verdict>& verdicts) {
  const auto of = [&](store::Verdict verdict) {
    return static_cast<std::uint64_t>(std::count(verdicts.begin(), verdicts.end(), verdict));
  };
  counters.stored.add(of(store::Verdict::stored));
  counters.known.add(of(store::Verdict::known));
  counters.conflicts.add(of(store::Verdict::conflict));
}

}  // namespace

Result<Recorded> record(Lrs& lrs, const auth::Principal& principal, const Submission& submission) {
  std::vector<Refusal> refusals;
  TRY(auto accepted, accept_all(principal, submission, refusals));
  RETURN_IF_ERROR(check_all_belong(submission.body, submission.contents));
  if (accepted.empty()) {
    Recorded none;
    none.refusals = std::move(refusals);
    return none;
  }
  const auto context = lrs.context(principal);
  RETURN_IF_ERROR(keep_contents(lrs.documents, context, submission.contents));

  std::vector<store::Row> rows;
  rows.reserve(accepted.size());
  for (auto& one : accepted) rows.push_back(std::move(one.row));
  const auto append = [&] {
    const Timer timer(lrs.counters.append_seconds);
    return lrs.statements.append(
        context, rows,
        submission.partial ? store::OnConflict::skip : store::OnConflict::refuse_batch);
  };
  TRY(const auto verdicts, append());
  count(lrs.counters, verdicts);
  for (std::size_t i = 0; i < rows.size(); ++i) accepted[i].row = std::move(rows[i]);

  if (lrs.forwarder != nullptr) lrs.forwarder->notify(context.target);
  TRY(auto recorded, conclude(submission, accepted, verdicts, std::move(refusals)));
  if (allow(lrs, principal, auth::Scope::define)) {
    std::vector<Value> kept;
    for (std::size_t i = 0; i < accepted.size(); ++i)
      if (verdicts[i] != store::Verdict::conflict) kept.push_back(accepted[i].statement);
    RETURN_IF_ERROR(learn(lrs.learned, lrs.documents, context, kept));
  }
  return recorded;
}

}  // namespace lectern::lrs
