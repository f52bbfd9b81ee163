#include "store/mongo/write/orphaned_batches.h"

#include <algorithm>

#include "base/log.h"
#include "base/time/micros.h"
#include "store/mongo/schema/layout.h"
#include "store/mongo/write/references.h"

namespace lectern::store::mongo {
namespace {

using std::chrono::microseconds;

constexpr std::size_t deletes_at_once = 1'000;
constexpr std::size_t rows_at_once = 1'000;
/// What is stamped lies no further beyond the ceiling of the last renewal.
constexpr auto beyond_ceiling =
    VisibilityWatermark::renewed_within + 2 * VisibilityWatermark::clock_differs_max;

std::optional<Time> instant_of(View document) {
  const auto stored = field(document, "lectern.stored");
  const auto count = stored ? stored->integer() : std::nullopt;
  return count ? std::optional(Time(microseconds(*count))) : std::nullopt;
}

std::optional<MarkedRow> marked_row_of(View document) {
  const auto id = field(document, "lectern.id");
  const auto mark = field(document, "lectern.batch");
  const auto shared = field(document, "lectern.shared");
  const auto uuid = id ? id->uuid() : std::nullopt;
  const auto instant = instant_of(document);
  const auto text = mark ? mark->text() : std::nullopt;
  if (!uuid || !instant || !text) return std::nullopt;
  return MarkedRow{*uuid, *instant, std::string(*text), shared && shared->truth()};
}

/// What the process may have stored lies above its last floor, and up to here.
Time last_of(const WriterEntry& entry) {
  return std::max(entry.ceiling, *entry.floor) + beyond_ceiling;
}

Bson stored_between(Time after, Time until) {
  Bson range, filter;
  range.integer("$gt", micros_of(after)).integer("$lte", micros_of(until));
  filter.object("lectern.stored", range);
  return filter;
}

/// What a mark of the process's ends with (BatchMark).
Bson marked_by(std::string_view process) {
  Bson mark;
  mark.text("$regex", "/" + std::string(process.substr(0, 8)) + "$");
  return mark;
}

/// Of the rows between, those that bear the process's mark, or none. The others stay in the
/// database: who goes on while a process is dead may have stored very many.
Bson of_process_between(std::string_view process, Time after, Time until) {
  Bson none, unmarked, marked;
  none.flag("$exists", false);
  unmarked.object("lectern.batch", none);
  marked.object("lectern.batch", marked_by(process));
  auto filter = stored_between(after, until);
  filter.array("$or", Array().object(unmarked).object(marked).get());
  return filter;
}

/// The marked rows of a collection that the process may have stored since it told its last floor.
Result<std::vector<MarkedRow>> marked_rows(Client& client, const std::string& database,
                                           const std::string& collection, const DeadWriter& dead) {
  auto filter = stored_between(*dead.entry.floor, last_of(dead.entry));
  filter.object("lectern.batch", marked_by(dead.process));
  Bson fields, options;
  fields.small("_id", 0);
  for (const char* name : {"lectern.id", "lectern.stored", "lectern.batch", "lectern.shared"})
    fields.small(name, 1);
  options.object("projection", fields);
  std::vector<MarkedRow> rows;
  RETURN_IF_ERROR(client.find(database, collection, filter, options, [&](View document) {
    if (auto row = marked_row_of(document)) rows.push_back(std::move(*row));
    return true;
  }));
  return rows;
}

/// A row that stays, as references are followed from it.
struct Staying {
  ReferenceNode row;
  bool unshared = false;  ///< it bears the dead process's mark, and nobody has said that it stays
};

/// A row that may be the process's: it bears its mark, or none.
std::optional<Staying> staying_of(View document, std::string_view process) {
  const auto flag = [&](const char* path) {
    const auto there = field(document, path);
    return there && there->truth();
  };
  const auto uuid = [&](const char* path) {
    const auto there = field(document, path);
    return there ? there->uuid() : std::nullopt;
  };
  const auto id = uuid("lectern.id");
  const auto stored = instant_of(document);
  const auto batch = field(document, "lectern.batch");
  const auto mark = BatchMark::parse(batch ? batch->text().value_or("") : "");
  if (!id || !stored || (mark && mark->process != process.substr(0, 8))) return std::nullopt;
  Staying one;
  one.row.id = *id;
  one.row.voids = flag("lectern.voids");
  one.unshared = mark && !flag("lectern.shared");
  // Of the many that bear no mark most are of others, which have done it.
  if (mark || one.row.voids) one.row.refers_to = uuid("lectern.refers_to");
  one.row.terms = terms_in(document);
  return one;
}

/// What is left of a process's last batches stays: it takes over and voids what it has to, and what
/// refers to it does.
Result<void> complete_what_stays(Client& client, const std::string& database,
                                 const std::string& collection, const DeadWriter& dead,
                                 Deadline deadline) {
  const Collection place{collection};
  MongoReferences references(client, database, place);
  Bson fields, order, options;
  fields.small("_id", 0);
  for (const char* name : {"lectern.id", "lectern.stored", "lectern.terms", "lectern.refers_to",
                           "lectern.voids", "lectern.batch", "lectern.shared"})
    fields.small(name, 1);
  order.small("lectern.stored", 1);
  options.object("projection", fields)
      .object("sort", order)
      .integer("limit", static_cast<std::int64_t>(rows_at_once));
  for (Time after = *dead.entry.floor;;) {
    std::vector<ReferenceNode> rows;
    std::vector<Uuid> unshared;
    std::size_t read = 0;
    Time last{};
    RETURN_IF_ERROR(client.find(database, collection,
                                of_process_between(dead.process, after, last_of(dead.entry)),
                                options, [&](View document) {
                                  ++read;
                                  if (const auto stored = instant_of(document))
                                    last = std::max(last, *stored);
                                  auto one = staying_of(document, dead.process);
                                  if (!one) return true;
                                  if (one->unshared && one->row.voids)
                                    unshared.push_back(one->row.id);
                                  rows.push_back(std::move(one->row));
                                  return true;
                                }));
    RETURN_IF_ERROR(references.share(unshared));
    RETURN_IF_ERROR(resolve_references(references, views_of(rows), deadline));
    if (read < rows_at_once) return {};
    // Others may have stored something at the same instant.
    after = std::max(last - microseconds{1}, after + microseconds{1});
  }
}

}  // namespace

Result<void> delete_rows(Client& client, const std::string& database, const std::string& collection,
                         std::span<const MarkedRow> rows) {
  for (std::size_t begin = 0; begin < rows.size(); begin += deletes_at_once) {
    Array deletes;
    for (const auto& row : rows.subspan(begin, std::min(deletes_at_once, rows.size() - begin))) {
      Bson filter, not_shared, erase;
      not_shared.flag("$ne", true);
      filter.uuid("lectern.id", row.id)
          .integer("lectern.stored", micros_of(row.stored))
          .object("lectern.shared", not_shared);
      deletes.object(erase.object("q", filter).small("limit", 1));
    }
    Bson command;
    command.text("delete", collection).array("deletes", deletes.get());
    TRY(const auto written, client.write_bulk(database, std::move(command)));
    if (!written.errors.empty())
      return fail(Code::internal, "MongoDB refused a command", written.errors[0].message);
  }
  return {};
}

Result<void> settle_orphaned_batches(Pool& pool, const std::string& database,
                                     const DeadWriter& dead, Deadline deadline) {
  TRY(auto client, pool.lease(deadline));
  for (const auto& collection : dead.entry.places) {
    TRY(const auto rows, marked_rows(client, database, collection, dead));
    const auto broken = rows_of_broken_batches(rows, dead.process);
    if (!broken.empty()) {
      RETURN_IF_ERROR(delete_rows(client, database, collection, broken));
      log::warning(
          "{} rows of unfinished batches of process {}, which has died, were taken back from {}",
          broken.size(), dead.process, collection);
    }
    RETURN_IF_ERROR(complete_what_stays(client, database, collection, dead, deadline));
  }
  return {};
}

}  // namespace lectern::store::mongo
