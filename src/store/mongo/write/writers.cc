#include "store/mongo/write/writers.h"

#include <algorithm>

#include "base/time/micros.h"
#include "store/mongo/write/orphaned_batches.h"

namespace lectern::store::mongo {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

const std::string collection = "lectern.writers";

std::optional<Time> instant(View document, const char* key) {
  const auto there = field(document, key);
  const auto count = there ? there->integer() : std::nullopt;
  return count ? std::optional(Time(microseconds(*count))) : std::nullopt;
}

WriterEntry entry_of(View document) {
  WriterEntry entry{instant(document, "floor"), instant(document, "ceiling").value_or(Time{}), {}};
  const auto places = field(document, "places");
  const auto names = places ? places->object() : std::nullopt;
  if (!names) return entry;  // of an older Lectern
  for_each(*names, [&](const Field& place) {
    entry.places.emplace(place.text().value_or(""));
    return true;
  });
  return entry;
}

}  // namespace

Result<MongoWriters::Others> MongoWriters::exchange(const WriterEntry& own, Deadline deadline) {
  TRY(auto client, pool_.lease(deadline));
  RETURN_IF_ERROR(write_own(client, own));
  TRY(const auto all, read_others(client));
  std::set<std::string> retired;
  auto others = sum_up(all, retired);
  others.touched = true;
  for (const auto& process : retired)
    if (const auto id = Uuid::parse(process))
      RETURN_IF_ERROR(remove(client, *id, all.at(process).beat));
  return others;
}

Result<MongoWriters::Others> MongoWriters::look(Deadline deadline) {
  TRY(auto client, pool_.lease(deadline));
  TRY(const auto all, read_others(client));
  Others others;
  for (const auto& [process, read] : all)
    if (read.entry.floor) others.floor = std::min(others.floor, *read.entry.floor);
  return others;
}

Result<void> MongoWriters::leave(Deadline deadline) {
  if (beat_ == 0) return {};
  TRY(auto client, pool_.lease(deadline));
  return write_own(client, {std::nullopt, now() + WatermarkRhythm{}.ceiling_ahead, {}});
}

Result<Time> MongoWriters::database_now(Deadline deadline) {
  TRY(auto client, pool_.lease(deadline));
  Bson command;
  command.small("isMaster", 1);
  TRY(const auto reply, client.read("admin", std::move(command)));
  const auto time = field(reply.view(), "localTime");
  if (!time || !BSON_ITER_HOLDS_DATE_TIME(&time->iterator()))
    return fail(Code::unavailable, "MongoDB does not tell its time");
  return Time{milliseconds{bson_iter_date_time(&time->iterator())}};
}

Result<void> MongoWriters::write_own(Client& client, const WriterEntry& own) {
  ++beat_;
  Bson older, filter, document, update, command;
  older.integer("$lt", beat_);
  // An earlier write that arrives late must not undo this one.
  filter.uuid("_id", self_).object("beat", older);
  document.uuid("_id", self_).integer("beat", beat_).integer("ceiling", micros_of(own.ceiling));
  document.integer("clock", micros_of(now()));
  if (own.floor) document.integer("floor", micros_of(*own.floor));
  Array places;
  for (const auto& place : own.places) places.text(place);
  document.array("places", places.get());
  update.object("q", filter).object("u", document).flag("upsert", true);
  command.text("update", collection).array("updates", Array().object(update).get());
  TRY(const auto written, client.write_bulk(database_, std::move(command)));
  if (!written.errors.empty())
    return fail(Code::unavailable, "MongoDB refused a command", written.errors[0].message);
  return {};
}

Result<std::map<std::string, WriterRegistry::Read>> MongoWriters::read_others(Client& client) {
  std::map<std::string, Read> others;
  std::map<std::string, PeerClocks::Told> told;
  RETURN_IF_ERROR(client.find(database_, collection, {}, {}, [&](View document) {
    const auto key = field(document, "_id");
    const auto id = key ? key->uuid() : std::nullopt;
    if (!id || *id == self_) return true;
    const auto beat = field(document, "beat");
    others[id->text()] = {beat ? beat->integer().value_or(0) : 0, entry_of(document)};
    told[id->text()] = {others[id->text()].beat, instant(document, "clock")};
    return true;
  }));
  clocks_.compare(told);
  return others;
}

Result<void> MongoWriters::remove(Client& client, const Uuid& process, std::int64_t beat) {
  Bson filter, erase, command;
  filter.uuid("_id", process).integer("beat", beat);
  erase.object("q", filter).small("limit", 1);
  command.text("delete", collection).array("deletes", Array().object(erase).get());
  RETURN_IF_ERROR(client.write_bulk(database_, std::move(command)));
  return {};
}

std::unique_ptr<VisibilityWatermark> open_watermark(Pool& entries, Pool& pool,
                                                    const std::string& database) {
  const auto self = Uuid::random();
  WatermarkOptions options;
  options.joins_at_once = true;
  options.sweep = [&pool, database](const DeadWriter& dead, Deadline deadline) {
    return settle_orphaned_batches(pool, database, dead, deadline);
  };
  return std::make_unique<VisibilityWatermark>(
      std::make_unique<MongoWriters>(entries, database, self), self, std::move(options));
}

}  // namespace lectern::store::mongo
