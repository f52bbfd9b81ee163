#include "store/mongo/read/lookup.h"

#include <algorithm>
#include <cctype>

#include "base/log.h"
#include "store/mongo/schema/layout.h"
#include "store/mongo/write/references.h"

namespace lectern::store::mongo {
namespace {

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
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

Result<void> find_ours(Client& client, const std::string& database, const Collection& place,
                       std::span<const Uuid> ids,
                       const std::function<bool(StoredStatement)>& take) {
  if (ids.empty()) return {};
  Array wanted;
  for (const Uuid& id : ids) wanted.uuid(id);
  Bson any, filter, options;
  any.array("$in", wanted.get());
  filter.object("lectern.id", any);
  options.object("projection", found_fields())
      .integer("batchSize", static_cast<std::int64_t>(ids.size()) + 1);
  return client.find(database, place.collection, filter, options, [&](View document) {
    auto one = found_of(document);
    return !one || take(std::move(*one));
  });
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
  if (!found.empty()) RETURN_IF_ERROR(mark_voided(client, database, place, found));
  return found;
}

}  // namespace lectern::store::mongo
