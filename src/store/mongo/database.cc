#include "store/mongo/database.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "base/log.h"

namespace lectern::store::mongo {
namespace {

using std::chrono::milliseconds;

/// How long between two tries to prepare the default collection.
constexpr milliseconds try_again_every{1'000};
constexpr std::uint32_t watch_timeout_ms = 2'500;
constexpr std::uint32_t watch_selection_ms = 500;

/// An index on these fields, ascending.
Bson index_on(std::string_view name, std::initializer_list<const char*> fields) {
  Bson keys, index;
  for (const char* one : fields) keys.small(one, 1);
  index.text("name", name).object("key", keys);
  return index;
}

bool is_collection_name(std::string_view name) {
  constexpr std::size_t name_bytes_max = 180;  // a namespace, ours included, has 255
  return !name.empty() && name.size() <= name_bytes_max && name.front() != '.' &&
         name.back() != '.' && name.find("..") == std::string_view::npos &&
         name.find_first_of(std::string_view("$\0", 2)) == std::string_view::npos &&
         !name.starts_with("system.") && !name.starts_with("lectern.") &&
         name.find(".lectern.") == std::string_view::npos;
}

bool is_database_name(std::string_view name) {
  return !name.empty() && name.size() <= 63 &&
         name.find_first_of(std::string_view(" \t\r\n.$/\\\"\0", 10)) == std::string_view::npos;
}

}  // namespace

Result<std::shared_ptr<MongoDatabase>> MongoDatabase::open(const DatabaseSettings& settings) {
  if (!is_database_name(settings.name))
    return fail(Code::invalid, "DEFAULT_DATABASE is '" + settings.name +
                                   "'; a name has 1 to 63 bytes and no blank, '.', '$', '/', '\\' "
                                   "or '\"'");
  if (!is_collection_name(settings.collection))
    return fail(Code::invalid, "DEFAULT_COLLECTION is '" + settings.collection +
                                   "'; a name has 1 to 180 bytes, no '$', no '..', no '.' at "
                                   "either end, and does not begin with 'system.' or 'lectern.'");
  std::shared_ptr<MongoDatabase> database(new MongoDatabase);
  TRY(database->pool_, Pool::open(settings.pool));
  database->name_ = settings.name;
  database->default_collection_ = settings.collection;
  PoolSettings watching = settings.pool;
  watching.connections_max = 2;
  watching.timeout_ms = std::min(watching.timeout_ms, watch_timeout_ms);
  watching.selection_ms = watch_selection_ms;
  TRY(database->watch_pool_, Pool::open(watching));
  database->silence_ = std::make_unique<net::SilenceWatch>(
      "MongoDB at " + database->pool_->hosts(), database->pool_->outstanding(),
      [watch_pool = database->watch_pool_.get()](milliseconds within) {
        return watch_pool->answers(std::chrono::steady_clock::now() + within);
      });
  database->watermark_ = open_watermark(*database->watch_pool_, *database->pool_, settings.name);
  database->starter_ = std::thread([raw = database.get()] { raw->start(); });
  return database;
}

MongoDatabase::~MongoDatabase() {
  if (watermark_) watermark_->stop();  // what it settles needs all of this
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (starter_.joinable()) starter_.join();
}

Result<Collection> MongoDatabase::place(const Context& context) const {
  if (context.target.empty()) return Collection{default_collection_};
  RETURN_IF_ERROR(check_target(context.target));
  return Collection{context.target};
}

Result<void> MongoDatabase::check_target(const std::string& target) {
  if (!is_collection_name(target))
    return fail(Code::invalid, "the target '" + target + "' cannot name a collection");
  return {};
}

Result<Collection> MongoDatabase::writable(const Context& context) {
  TRY(auto place, this->place(context));
  {
    const MutexLock lock(mutex_);
    if (const auto known = ready_.find(place.collection); known != ready_.end()) {
      place.source_ids_unique = known->second;
      return place;
    }
  }
  TRY(place.source_ids_unique, make_indexes(place.collection, context.deadline));
  return place;
}

Result<void> MongoDatabase::create(Client& client, const std::string& collection,
                                   const Bson& index) {
  Bson command;
  command.text("createIndexes", collection).array("indexes", Array().object(index).get());
  // Without a limit: one that ends in the middle would throw away the work on a large collection.
  RETURN_IF_ERROR(client.write(name_, std::move(command), Client::Time::unlimited));
  return {};
}

/// MongoDB builds an index while others go on reading and writing, and answers at once where it is
/// there already. All are sparse: rows that Ralph wrote have no part in ours.
Result<bool> MongoDatabase::make_indexes(const std::string& collection, Deadline deadline) {
  TRY(auto client, pool_->lease(deadline));
  const auto make = [&](Bson index) {
    return create(client, collection, index.flag("sparse", true));
  };
  const auto unique = [](Bson index) -> Bson { return std::move(index.flag("unique", true)); };
  RETURN_IF_ERROR(make(unique(index_on("lectern_id", {"lectern.id"}))));
  bool source_ids_unique = true;
  if (auto made = make(unique(index_on("lectern_source_id", {"_source.id"}))); !made) {
    // Ralph has stored some id twice, in a race: then ours has to be looked up before each write.
    if (made.error().code != Code::conflict) return fail(std::move(made).error());
    source_ids_unique = false;
    RETURN_IF_ERROR(make(index_on("lectern_source_id_not_unique", {"_source.id"})));
  }
  RETURN_IF_ERROR(make(index_on("lectern_position", {"lectern.stored", "lectern.id"})));
  RETURN_IF_ERROR(
      make(index_on("lectern_terms", {"lectern.terms", "lectern.stored", "lectern.id"})));
  RETURN_IF_ERROR(make(index_on("lectern_refers_to", {"lectern.refers_to"})));
  RETURN_IF_ERROR(create(client, Collection{collection}.documents(),
                         index_on("lectern_space", {"space", "updated"})));
  const MutexLock lock(mutex_);
  ready_[collection] = source_ids_unique;
  return source_ids_unique;
}

/// Makes the default collection ready, and counts what Ralph left there.
Result<void> MongoDatabase::prepare() {
  TRY(const bool unique, make_indexes(default_collection_, Deadline::max()));
  if (!unique)
    log::warning("{}.{} holds ids twice, so each write looks for them first", name_,
                 default_collection_);
  TRY(auto client, pool_->lease(Deadline::max()));
  Bson lacking, query, count;
  lacking.flag("$exists", false);
  query.object("lectern", lacking);
  count.text("count", default_collection_).object("query", query);
  TRY(const auto reply, client.read(name_, std::move(count)));
  const auto n = field(reply.view(), "n");
  const auto rows = n ? n->integer().value_or(0) : 0;
  if (rows > 0)
    log::warning(
        "{}.{} holds {} statements that other programs wrote; lists leave them out until "
        "`lectern migrate` has completed them",
        name_, default_collection_, rows);
  return {};
}

void MongoDatabase::start() {
  bool told = false;
  for (;;) {
    const auto prepared = prepare();
    if (prepared) {
      if (told) log::info("MongoDB at {} is there", pool_->hosts());
      return;
    }
    if (!told)
      log::warning("MongoDB at {} is not ready, trying again: {}: {}", pool_->hosts(),
                   prepared.error().message, prepared.error().detail);
    told = true;
    MutexLock lock(mutex_);
    if (wake_.wait_for(mutex_, try_again_every, [&]() REQUIRES(mutex_) { return stopping_; }))
      return;
  }
}

}  // namespace lectern::store::mongo
