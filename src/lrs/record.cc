#include "lrs/record.h"

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/log.h"
#include "lrs/access.h"
#include "lrs/contents.h"
#include "lrs/forwarding/forwarder.h"
#include "store/find_each.h"
#include "xapi/equality/fingerprint.h"
#include "xapi/ralph_statement.h"
#include "xapi/stamp.h"
#include "xapi/terms.h"
#include "xapi/validate/validate.h"

namespace lectern::lrs {
namespace {

using json::Type;
using json::Value;

/// Statements that are checked between two looks at the clock.
constexpr std::size_t deadline_looks = 64;

/// A statement of the request that has passed every check, and its row.
struct Accepted {
  std::size_t index;
  Value statement;
  store::Row row;
};

Result<Uuid> id_of(Value statement, const Submission& submission) {
  const auto member = statement.find("id");
  const auto given =
      member && member->is(Type::string) ? Uuid::parse(member->string()) : std::nullopt;
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

/// Adds to a refusal what else is wrong with the statement.
void tell_further_faults(Error& refusal, Value statement, xapi::Version version) {
  for (const auto& fault : xapi::further_faults(statement, version, refusal))
    refusal.message += fmt::format("; {}: {} ({})", fault.path, fault.message, fault.rule);
}

/// Whether the statement keeps the standard; or, where the server takes what Ralph takes, whether
/// Ralph takes it, which is then counted.
Result<void> check(const Lrs& lrs, const auth::Principal& principal, const Submission& submission,
                   ContentsByHash& contents, Value statement) {
  auto checked = xapi::validate_statement(statement, submission.version);
  if (checked) checked = check_contents(statement, contents);
  // Ralph knows no contents beside statements: who sends some is none of its clients.
  if (checked || !lrs.options.takes_as_ralph || !submission.contents.empty() ||
      !xapi::ralph_takes(statement)) {
    // Of a batch that is stored in part all that is refused is told, so a fault each must do.
    if (!checked && !submission.partial)
      tell_further_faults(checked.error(), statement, submission.version);
    return checked;
  }
  if (lrs.tolerated != nullptr) lrs.tolerated->add(principal, statement.pointer(), checked.error());
  return {};
}

Result<Accepted> accept(const Lrs& lrs, const auth::Principal& principal,
                        const Submission& submission, ContentsByHash& contents, std::size_t index,
                        Value statement) {
  RETURN_IF_ERROR(check(lrs, principal, submission, contents, statement));
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
    if (timestamp->is(Type::string)) row.timestamp = xapi::ralph_time(timestamp->string());
  return accepted;
}

/// The refusals of a submission: all are counted, the first ones told.
class Refusals {
 public:
  void add(std::size_t index, Error error) {
    ++count_;
    conflicts_alone_ = conflicts_alone_ && error.code == Code::conflict;
    if (told_.size() < limits::refusals_told_max) told_.push_back({index, std::move(error)});
  }
  /// What conflicts were found in the store comes behind what was refused before.
  void move_to(Recorded& recorded) && {
    std::sort(told_.begin(), told_.end(),
              [](const Refusal& a, const Refusal& b) { return a.index < b.index; });
    recorded.refusals = std::move(told_);
    recorded.refused = count_;
    recorded.conflicts_alone = count_ > 0 && conflicts_alone_;
  }

 private:
  std::vector<Refusal> told_;
  std::size_t count_ = 0;
  bool conflicts_alone_ = true;
};

/// Checks everything that can be checked without the store.
Result<std::vector<Accepted>> accept_all(Lrs& lrs, const auth::Principal& principal,
                                         const Submission& submission, ContentsByHash& contents,
                                         Deadline deadline, Refusals& refusals) {
  std::vector<Accepted> accepted;
  std::unordered_set<Uuid> ids;
  const auto take_valid = [&](std::size_t index, Value statement) -> Result<void> {
    TRY(auto one, accept(lrs, principal, submission, contents, index, statement));
    if (!ids.insert(one.row.id).second)
      return fail(Error{Code::invalid,
                        "Duplicate statement IDs in the list of statements",
                        statement.pointer() + "/id",
                        "Communication 2.1.2",
                        {}});
    accepted.push_back(std::move(one));
    return {};
  };
  const auto take = [&](std::size_t index, Value statement) {
    auto taken = take_valid(index, statement);
    if (taken) return taken;
    lrs.counters.invalid.add();
    lrs.refused.add(principal, statement.pointer(), taken.error());
    return taken;
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
      refusals.add(index, std::move(taken).error());
    }
    if (++index % deadline_looks == 0 && std::chrono::steady_clock::now() > deadline)
      return fail(Code::unavailable, "Checking the statements took too long; send less at once.");
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

/// Turns the store's outcomes into the outcome.
Result<Recorded> conclude(const Submission& submission, const std::vector<Accepted>& accepted,
                          const std::vector<store::AppendOutcome>& outcomes, Refusals refusals) {
  Recorded recorded;
  std::vector<std::string> in_conflict;
  for (std::size_t i = 0; i < accepted.size(); ++i) {
    const auto& row = accepted[i].row;
    switch (outcomes[i]) {
      case store::AppendOutcome::stored:
      case store::AppendOutcome::known:
        recorded.statements.push_back(
            {accepted[i].index, row.id, outcomes[i] == store::AppendOutcome::stored});
        break;
      case store::AppendOutcome::conflict:
        in_conflict.push_back(row.id.text());
        refusals.add(accepted[i].index, conflict_error(submission, {row.id.text()}));
        break;
      case store::AppendOutcome::refused:
        break;
    }
  }
  if (!submission.partial && !in_conflict.empty())
    return fail(conflict_error(submission, in_conflict));
  std::move(refusals).move_to(recorded);
  return recorded;
}

/// Keeps the contents that the stored statements will name. They must be there before the
/// statements are, and nobody would name those of a refused one: so what the store has already is
/// looked at first. Another client may still take an id in between; its contents then stay.
Result<void> keep_named_contents(Lrs& lrs, const store::Context& context,
                                 const Submission& submission, const ContentsByHash& contents,
                                 const std::vector<Accepted>& accepted,
                                 const std::vector<store::Row>& rows) {
  if (contents.empty()) return {};
  std::vector<Uuid> ids;
  std::unordered_map<Uuid, std::size_t> unknown;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ids.push_back(rows[i].id);
    unknown.emplace(rows[i].id, i);
  }
  std::unordered_set<std::string> hashes;
  bool in_conflict = false;
  const auto look_at = [&](const store::StoredStatement& known) -> Result<void> {
    const auto place = unknown.find(known.position.id);
    if (place == unknown.end()) return {};
    if (xapi::equivalent(known.fingerprint, rows[place->second].fingerprint)) {
      // The known text stays, and with it what it attaches.
      TRY(const auto document, json::parse_view(known.json));
      add_attached(document->root(), contents, hashes);
    } else {
      in_conflict = true;
    }
    unknown.erase(place);
    return {};
  };
  RETURN_IF_ERROR(store::find_each(stores_of(lrs).statements, context, ids, look_at));
  if (in_conflict && !submission.partial) return {};  // append() will say so
  for (const auto& [id, index] : unknown) add_attached(accepted[index].statement, contents, hashes);
  return keep_contents(stores_of(lrs).blobs, context, hashes, contents);
}

/// What the stored statements say is learned; they are stored whether that succeeds or not.
void learn_from(Lrs& lrs, const store::Context& context, const std::vector<Accepted>& accepted,
                const std::vector<store::AppendOutcome>& outcomes) {
  std::vector<Value> kept;
  for (std::size_t i = 0; i < accepted.size(); ++i)
    if (outcomes[i] != store::AppendOutcome::conflict) kept.push_back(accepted[i].statement);
  if (const auto learned = learn(lrs.learned, stores_of(lrs).documents, context, kept); !learned)
    log::warning("what {} stored statements say of activities and agents is learned later: {}: {}",
                 kept.size(), learned.error().message, learned.error().detail);
}

void count(Counters& counters, const std::vector<store::AppendOutcome>& outcomes) {
  const auto of = [&](store::AppendOutcome outcome) {
    return static_cast<std::uint64_t>(std::count(outcomes.begin(), outcomes.end(), outcome));
  };
  counters.stored.add(of(store::AppendOutcome::stored));
  counters.known.add(of(store::AppendOutcome::known));
  counters.conflicts.add(of(store::AppendOutcome::conflict));
}

}  // namespace

Result<Recorded> record(Lrs& lrs, const auth::Principal& principal, const Submission& submission) {
  const auto context = lrs.context(principal);
  ContentsByHash contents(submission.contents);
  Refusals refusals;
  TRY(auto accepted, accept_all(lrs, principal, submission, contents, context.deadline, refusals));
  RETURN_IF_ERROR(check_no_orphans(submission.body, contents));
  if (accepted.empty()) {
    Recorded none;
    std::move(refusals).move_to(none);
    return none;
  }

  std::vector<store::Row> rows;
  rows.reserve(accepted.size());
  for (auto& one : accepted) rows.push_back(std::move(one.row));
  RETURN_IF_ERROR(allow_voiding(lrs, principal, context, rows));
  RETURN_IF_ERROR(keep_named_contents(lrs, context, submission, contents, accepted, rows));
  const auto append = [&] {
    const Timer timer(lrs.counters.append_seconds);
    return stores_of(lrs).statements.append(
        context, rows,
        submission.partial ? store::OnConflict::skip : store::OnConflict::refuse_batch);
  };
  TRY(const auto outcomes, append());
  count(lrs.counters, outcomes);
  for (std::size_t i = 0; i < rows.size(); ++i) accepted[i].row = std::move(rows[i]);

  if (lrs.forwarder != nullptr) lrs.forwarder->notify(context.target);
  TRY(auto recorded, conclude(submission, accepted, outcomes, std::move(refusals)));
  if (allow(lrs, principal, auth::Scope::define)) learn_from(lrs, context, accepted, outcomes);
  return recorded;
}

}  // namespace lectern::lrs
