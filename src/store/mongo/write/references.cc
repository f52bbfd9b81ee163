#include "store/mongo/write/references.h"

#include <algorithm>
#include <cctype>

#include "base/log.h"
#include "store/mongo/schema/layout.h"

namespace lectern::store::mongo {
namespace {

/// Statements that one command changes, so that it ends well within the time that it has.
constexpr std::size_t updated_at_once = 500;

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::optional<Uuid> uuid_at(View document, const char* path) {
  const auto there = field(document, path);
  return there ? there->uuid() : std::nullopt;
}

bool true_at(View document, const char* path) {
  const auto there = field(document, path);
  return there && there->truth();
}

/// The filter for documents that have one of these ids there.
Bson among(const char* path, std::span<const Uuid> ids) {
  Array wanted;
  for (const Uuid& id : ids) wanted.uuid(id);
  Bson any, filter;
  any.array("$in", wanted.get());
  filter.object(path, any);
  return filter;
}

/// Marks those that a voiding statement of ours refers to.
Result<void> mark_voided(Client& client, const std::string& database, const Collection& place,
                         std::vector<StoredStatement>& found) {
  std::vector<Uuid> ids;
  for (const StoredStatement& one : found) ids.push_back(one.position.id);
  TRY(const auto referrers, MongoReferences(client, database, place).referrers(ids, {}));
  for (const auto& referrer : referrers.found)
    for (StoredStatement& one : found)
      if (referrer.voids && referrer.target == one.position.id) one.voided = true;
  return {};
}

}  // namespace

Result<std::vector<ReferenceNode>> MongoReferences::targets(std::span<const Uuid> ids) {
  std::vector<ReferenceNode> targets;
  if (ids.empty()) return targets;
  Bson fields, options;
  fields.small("_id", 0);
  for (const char* name : {"lectern.id", "lectern.terms", "lectern.refers_to", "lectern.voids"})
    fields.small(name, 1);
  options.object("projection", fields);
  const auto read = [&](View document) {
    const auto id = uuid_at(document, "lectern.id");
    if (!id) return true;
    targets.push_back({*id, terms_in(document), uuid_at(document, "lectern.refers_to"),
                       true_at(document, "lectern.voids")});
    return true;
  };
  RETURN_IF_ERROR(
      client_.find(database_, place_.collection, among("lectern.id", ids), options, read));
  return targets;
}

Result<ReferenceAccess::Referrers> MongoReferences::referrers(std::span<const Uuid> targets,
                                                              const std::optional<Referrer>&) {
  Referrers referrers;
  if (targets.empty()) return referrers;
  Bson fields, options;
  fields.small("_id", 0);
  for (const char* name :
       {"lectern.id", "lectern.refers_to", "lectern.voids", "lectern.batch", "lectern.shared"})
    fields.small(name, 1);
  options.object("projection", fields);
  const auto read = [&](View document) {
    const auto target = uuid_at(document, "lectern.refers_to");
    const auto id = uuid_at(document, "lectern.id");
    const bool stays = !field(document, "lectern.batch") || true_at(document, "lectern.shared");
    if (target && id)
      referrers.found.push_back({*target, *id, stays && true_at(document, "lectern.voids"), {}});
    return true;
  };
  RETURN_IF_ERROR(client_.find(database_, place_.collection, among("lectern.refers_to", targets),
                               options, read));
  return referrers;
}

Result<void> MongoReferences::update(std::span<const Uuid> ids, const Bson& change) {
  Bson some, command;
  some.object("q", among("lectern.id", ids)).object("u", change).flag("multi", true);
  command.text("update", place_.collection).array("updates", Array().object(some).get());
  TRY(const auto written, client_.write_bulk(database_, std::move(command)));
  if (!written.errors.empty())
    return fail(Code::internal, "MongoDB refused a command", written.errors[0].message);
  return {};
}

Result<void> MongoReferences::add_terms(std::span<const Uuid> ids, const xapi::Terms& terms) {
  Array all;
  for (const auto& term : terms) all.text(term.text());
  Bson each, to, change;
  each.array("$each", all.get());
  to.object("lectern.terms", each);
  change.object("$addToSet", to);
  for (; !ids.empty(); ids = ids.subspan(std::min(ids.size(), updated_at_once)))
    RETURN_IF_ERROR(update(ids.first(std::min(ids.size(), updated_at_once)), change));
  return {};
}

Result<void> MongoReferences::mark_voided(const Uuid& id) {
  Bson voided, change;
  voided.flag("lectern.voided", true);
  change.object("$set", voided);
  return update(std::span(&id, 1), change);
}

Result<void> MongoReferences::share(std::span<const Uuid> ids) {
  if (ids.empty()) return {};
  Bson shared, change;
  shared.flag("lectern.shared", true);
  change.object("$set", shared);
  return update(ids, change);
}

Result<std::vector<StoredStatement>> find_foreign(Client& client, const std::string& database,
                                                  const Collection& place,
                                                  const std::vector<Uuid>& ids,
                                                  std::size_t bytes_max) {
  Array texts;  // as clients write ids: in one of the two letter cases
  for (const Uuid& id : ids) texts.text(id.text()).text(upper(id.text()));
  Bson any, filter;
  any.array("$in", texts.get());
  filter.object("_source.id", any);
  std::vector<StoredStatement> found;
  std::size_t bytes = 0;
  RETURN_IF_ERROR(client.find(database, place.collection, filter, {}, [&](View document) {
    if (auto ours = found_of(document)) return true;  // migrated since we looked for it
    auto row = row_of_source(document);
    if (!row) {
      log::warning("{}: a statement cannot be read: {}", place.collection, row.error().message);
      return true;
    }
    const auto same = [&](const StoredStatement& one) { return one.position.id == row->id; };
    if (std::any_of(found.begin(), found.end(), same)) return true;
    bytes += row->json.size();
    found.push_back({.position = {row->stored, row->id},
                     .json = std::move(row->json),
                     .fingerprint = row->fingerprint});
    return bytes < bytes_max;
  }));
  if (!found.empty()) RETURN_IF_ERROR(mongo::mark_voided(client, database, place, found));
  return found;
}

}  // namespace lectern::store::mongo
