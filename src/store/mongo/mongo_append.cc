#include "store/mongo/mongo_append.h"

#include <algorithm>
#include <unordered_map>

#include "store/mongo/layout.h"
#include "store/mongo/mongo_references.h"
#include "store/mongo/mongo_statements.h"
#include "xapi/stamp.h"

namespace lectern::store::mongo {
namespace {

/// A row that was in the way and is gone when we look is tried again so often.
constexpr int tries_max = 5;
/// No batch is under way for longer: older rows are there for good.
constexpr std::chrono::minutes settled_after{2};

}  // namespace

Result<std::vector<Verdict>> Append::run() {
  TRY(place_, database_.writable(context_));
  verdicts_.assign(rows_.size(), std::nullopt);
  TRY(const auto batch, database_.horizon().begin(rows_.size(), context_.deadline));
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    rows_[i].stored = batch.at(i);
    xapi::set_stored(rows_[i].json, rows_[i].stored_at, rows_[i].stored);
  }
  TRY(auto client, database_.lease(context_));
  if (auto inserted = insert_missing(client); !inserted) {
    // Where MongoDB still answers, nothing of a failed batch stays.
    if (inserted.error().code != Code::unavailable) RETURN_IF_ERROR(take_back(client));
    return fail(std::move(inserted).error());
  }
  const bool conflict =
      std::find(verdicts_.begin(), verdicts_.end(), Verdict::conflict) != verdicts_.end();
  if (conflict && on_conflict_ == OnConflict::refuse_batch) RETURN_IF_ERROR(take_back(client));
  RETURN_IF_ERROR(follow_references(client));
  std::vector<Verdict> verdicts;
  for (const auto& verdict : verdicts_) verdicts.push_back(*verdict);
  return verdicts;
}

std::vector<std::size_t> Append::missing() const {
  std::vector<std::size_t> indexes;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (!verdicts_[i]) indexes.push_back(i);
  return indexes;
}

Result<void> Append::insert_missing(Client& client) {
  // Where the database cannot refuse what Ralph stored, it is looked for first.
  if (!place_.source_ids_unique) RETURN_IF_ERROR(look_up(client, missing()));
  for (int tries = 0; !missing().empty(); ++tries) {
    if (tries == tries_max)
      return fail(Code::unavailable, "a statement is being stored by another request");
    RETURN_IF_ERROR(insert_once(client, tries > 0));
  }
  return {};
}

/// Inserts the rows without a verdict, then looks at what was in the way. With `other_id` another
/// statement may have had a row's `_id`.
Result<void> Append::insert_once(Client& client, bool other_id) {
  const auto indexes = missing();
  std::vector<Bson> documents;
  documents.reserve(indexes.size());
  for (const auto index : indexes) {
    TRY(auto document, document_of(rows_[index], other_id));
    documents.push_back(std::move(document));
  }
  TRY(const auto written, client.insert(database_.name(), place_.collection, documents,
                                        static_cast<std::uint32_t>(Horizon::insert_max.count())));
  for (const auto index : indexes) verdicts_[index] = Verdict::stored;
  std::vector<std::size_t> taken;
  std::optional<Error> refused;
  for (const auto& error : written.errors) {
    if (error.index >= indexes.size()) return fail(Code::unavailable, "MongoDB answered nonsense");
    const auto index = indexes[error.index];
    verdicts_[index].reset();
    if (error.code == duplicate_key)
      taken.push_back(index);
    else
      refused = Error{Code::internal,
                      "MongoDB refused the statement " + rows_[index].id.text(),
                      {},
                      {},
                      error.message};
  }
  if (refused) return fail(std::move(*refused));
  return look_up(client, taken);
}

/// Judges the rows whose ids are taken. Those that have gone meanwhile stay without a verdict.
Result<void> Append::look_up(Client& client, const std::vector<std::size_t>& taken) {
  if (taken.empty()) return {};
  std::unordered_map<Uuid, std::size_t> missing;
  std::vector<Uuid> ids;
  for (const auto index : taken) {
    missing.emplace(rows_[index].id, index);
    ids.push_back(rows_[index].id);
  }
  const auto judge = [&](const Found& kept) {
    const auto index = missing.at(kept.position.id);
    const bool same = xapi::equivalent(kept.fingerprint, rows_[index].fingerprint);
    verdicts_[index] = same ? Verdict::known : Verdict::conflict;
    missing.erase(kept.position.id);
    return same;
  };
  TRY(const auto ours, find_ours(client, database_.name(), place_, ids));
  std::vector<std::size_t> recent;
  const auto settled = now() - settled_after;
  for (const Found& kept : ours) {
    const auto index = missing.at(kept.position.id);
    if (judge(kept) && kept.position.stored > settled) recent.push_back(index);
  }
  RETURN_IF_ERROR(share(client, recent));
  ids.clear();
  for (const auto& [id, index] : missing) ids.push_back(id);
  if (ids.empty()) return {};
  TRY(const auto foreign, find_foreign(client, database_.name(), place_, ids));
  for (const Found& kept : foreign) judge(kept);
  return {};
}

/// Keeps rows of other requests from being taken back, and waits until most members of the replica
/// set have them. If one is gone already, all lose their verdict and are tried again.
Result<void> Append::share(Client& client, const std::vector<std::size_t>& indexes) {
  if (indexes.empty()) return {};
  Array wanted;
  for (const auto index : indexes) wanted.uuid(rows_[index].id);
  Bson any, filter, shared, change, all, command;
  any.array("$in", wanted.get());
  filter.object("lectern.id", any);
  shared.flag("lectern.shared", true);
  change.object("$set", shared);
  all.object("q", filter).object("u", change).flag("multi", true);
  command.text("update", place_.collection).array("updates", Array().object(all).get());
  TRY(const auto written, client.write_bulk(database_.name(), std::move(command)));
  if (static_cast<std::size_t>(written.count) < indexes.size())
    for (const auto index : indexes) verdicts_[index].reset();
  return {};
}

/// Takes away what this call inserted.
Result<void> Append::take_back(Client& client) {
  Array ours;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (verdicts_[i] != Verdict::stored) continue;
    ours.uuid(rows_[i].id);
    verdicts_[i] = Verdict::refused;
  }
  Bson any, filter, not_shared, erase, command;
  any.array("$in", ours.get());
  not_shared.flag("$ne", true);
  filter.object("lectern.id", any).object("lectern.shared", not_shared);
  erase.object("q", filter).small("limit", 0);
  command.text("delete", place_.collection).array("deletes", Array().object(erase).get());
  if (ours.get().empty()) return {};
  TRY(const auto written, client.write_bulk(database_.name(), std::move(command)));
  if (!written.errors.empty())
    return fail(Code::internal, "MongoDB refused a command", written.errors[0].message);
  return {};
}

/// For rows that are known too: it completes what a failed call began.
Result<void> Append::follow_references(Client& client) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (verdicts_[i] != Verdict::stored && verdicts_[i] != Verdict::known) continue;
    Row row;
    row.id = rows_[i].id;
    row.terms = rows_[i].terms;
    row.refers_to = rows_[i].refers_to;
    row.voids = rows_[i].voids;
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return {};
  MongoReferences access(client, database_.name(), place_);
  return resolve_references(access, rows);
}

}  // namespace lectern::store::mongo
