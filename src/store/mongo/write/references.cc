#include "store/mongo/write/references.h"

#include <algorithm>

#include "store/mongo/schema/layout.h"

namespace lectern::store::mongo {
namespace {

/// Statements that one command changes, so that it ends well within the time that it has.
constexpr std::size_t updated_at_once = 500;

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

}  // namespace lectern::store::mongo
