#include "store/mongo/client/client.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

namespace lectern::store::mongo {
namespace {

using std::chrono::milliseconds;

/// How long the servers count as away once none could be reached: callers need not all wait.
constexpr milliseconds away_for{300};
/// Also how long libmongoc, which looks after the servers, waits for a sign of life: as long as
/// that it may take to notice that a line works again.
constexpr std::int32_t connect_ms = 1'500;

constexpr std::array unavailable_codes = {
    // HostUnreachable, HostNotFound, LockTimeout, MaxTimeMSExpired, WriteConcernFailed,
    // NetworkTimeout
    6, 7, 24, 50, 64, 89,
    // ShutdownInProgress, FailedToSatisfyReadPreference, PrimarySteppedDown, ExceededTimeLimit
    91, 133, 189, 262,
    // ConnectionPoolExpired, SocketException, NotWritablePrimary, InterruptedAtShutdown
    317, 9001, 10107, 11600,
    // InterruptedDueToReplStateChange, NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary
    11602, 13435, 13436,
    // Unauthorized, AuthenticationFailed: the operator can put it right while we run
    13, 18};

Code code_of(const bson_error_t& error) {
  switch (error.domain) {
    case MONGOC_ERROR_CLIENT:
    case MONGOC_ERROR_STREAM:
    case MONGOC_ERROR_PROTOCOL:
    case MONGOC_ERROR_SERVER_SELECTION:
    case MONGOC_ERROR_WRITE_CONCERN:
    case MONGOC_ERROR_SASL:
    case MONGOC_ERROR_SCRAM:
    case MONGOC_ERROR_POOL:
      return Code::unavailable;
    default:
      break;
  }
  const auto code = static_cast<int>(error.code);
  if (std::find(unavailable_codes.begin(), unavailable_codes.end(), code) !=
      unavailable_codes.end())
    return Code::unavailable;
  if (code == duplicate_key) return Code::conflict;
  if (code == 26 || code == 27) return Code::not_found;  // NamespaceNotFound, IndexNotFound
  if (code == 10334 || code == 17420 || code == 17419) return Code::too_large;
  return Code::internal;
}

void set_default(mongoc_uri_t& uri, const char* option, std::int32_t value) {
  if (driver().uri_get_option_as_int32(&uri, option, 0) == 0)
    driver().uri_set_option_as_int32(&uri, option, value);
}

std::vector<WriteError> errors_of(View reply) {
  std::vector<WriteError> errors;
  const auto list = field(reply, "writeErrors");
  const auto all = list ? list->object() : std::nullopt;
  if (!all) return errors;
  for_each(*all, [&](const Field& entry) {
    const auto one = entry.object().value_or(View());
    WriteError error;
    if (const auto index = field(one, "index"))
      error.index = static_cast<std::size_t>(index->integer().value_or(0));
    if (const auto code = field(one, "code"))
      error.code = static_cast<int>(code->integer().value_or(0));
    if (const auto message = field(one, "errmsg"))
      error.message = std::string(message->text().value_or(""));
    errors.push_back(std::move(error));
    return true;
  });
  return errors;
}

/// Majority and on disk, unless the URI asks for more.
void append_write_concern(Bson& options, const mongoc_client_t& client) {
  const auto* set = driver().client_get_write_concern(&client);
  auto* concern = driver().write_concern_copy(set);
  if (driver().write_concern_get_w(concern) <= 1 && !driver().write_concern_get_wmajority(concern))
    driver().write_concern_set_wmajority(concern, driver().write_concern_get_wtimeout(concern));
  driver().write_concern_set_journal(concern, true);
  driver().write_concern_append(concern, &options.get());
  driver().write_concern_destroy(concern);
}

/// A reply that the driver fills and we own.
class Reply {
 public:
  Reply() { bson_init(&bson_); }
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;
  ~Reply() { bson_destroy(&bson_); }
  /// For calls that initialise it themselves.
  bson_t* fresh() {
    bson_destroy(&bson_);
    return &bson_;
  }
  View get() const { return View(bson_); }
  Bson copy() const { return Bson::copy(bson_); }

 private:
  bson_t bson_;
};

struct DestroyCollection {
  void operator()(mongoc_collection_t* collection) const {
    driver().collection_destroy(collection);
  }
};
using Collection = std::unique_ptr<mongoc_collection_t, DestroyCollection>;

}  // namespace

Deadline sooner(Deadline deadline, std::uint32_t timeout_ms) {
  return std::min(deadline, std::chrono::steady_clock::now() + milliseconds(timeout_ms));
}

Result<std::unique_ptr<Pool>> Pool::open(const PoolSettings& settings) {
  RETURN_IF_ERROR(load_driver());
  bson_error_t error;
  std::unique_ptr<Pool> pool(new Pool);
  pool->timeout_ms_ = settings.timeout_ms;
  pool->uri_.reset(driver().uri_new_with_error(settings.uri.c_str(), &error));
  if (!pool->uri_)
    return fail(Code::invalid,
                "CONNECTION_URI is not a MongoDB URI: " + std::string(error.message));
  auto& uri = *pool->uri_;
  const auto timeout_ms = static_cast<std::int32_t>(settings.timeout_ms);
  set_default(uri, MONGOC_URI_MAXPOOLSIZE, static_cast<std::int32_t>(settings.connections_max));
  set_default(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS,
              std::min(timeout_ms, static_cast<std::int32_t>(settings.selection_ms)));
  set_default(uri, MONGOC_URI_CONNECTTIMEOUTMS, std::min(timeout_ms, connect_ms));
  set_default(uri, MONGOC_URI_SOCKETTIMEOUTMS, timeout_ms);
  set_default(uri, MONGOC_URI_WAITQUEUETIMEOUTMS, timeout_ms);
  pool->pool_.reset(driver().client_pool_new_with_error(&uri, &error));
  if (!pool->pool_)
    return fail(Code::invalid, "CONNECTION_URI cannot be used: " + std::string(error.message));
  driver().client_pool_set_error_api(pool->pool_.get(), MONGOC_ERROR_API_VERSION_2);
  driver().client_pool_set_appname(pool->pool_.get(), "lectern");
  return pool;
}

std::string Pool::hosts() const {
  std::string all;
  for (auto* host = driver().uri_get_hosts(uri_.get()); host; host = host->next)
    all.append(all.empty() ? "" : ",").append(host->host_and_port);
  return all.empty() ? "(by SRV)" : all;
}

Result<Client> Pool::lease(Deadline deadline) {
  const auto now = std::chrono::steady_clock::now();
  if (now >= deadline) return fail(Code::unavailable, "MongoDB did not answer in time");
  if (now < away_until_.load()) return fail(Code::unavailable, "MongoDB cannot be reached");
  auto* client = driver().client_pool_pop(pool_.get());
  if (!client) return fail(Code::unavailable, "all connections to MongoDB are busy");
  return Client(*this, watch_of(client), sooner(deadline, timeout_ms_));
}

/// The pool keeps its clients until it ends.
StreamWatch& Pool::watch_of(mongoc_client_t* client) {
  const MutexLock lock(mutex_);
  const auto known = watches_.find(client);
  if (known != watches_.end()) return known->second;
  auto& watch = watches_.emplace(client, StreamWatch{client, outstanding_}).first->second;
  watch_streams(watch);
  return watch;
}

bool Pool::answers(Deadline deadline) {
  auto client = lease(deadline);
  if (!client) return false;
  Bson ping;
  ping.small("ping", 1);
  return client->read("admin", std::move(ping)).has_value();
}

Error Pool::error_of(const bson_error_t& error) {
  const auto code = code_of(error);
  if (error.domain == MONGOC_ERROR_SERVER_SELECTION)
    away_until_.store(std::chrono::steady_clock::now() + away_for);
  auto message = code == Code::unavailable ? "MongoDB cannot be reached or did not answer in time"
                                           : "MongoDB refused a command";
  return {code, message, {}, {}, fmt::format("{} ({})", error.message, error.code)};
}

Client::Client(Pool& pool, StreamWatch& watch, Deadline deadline)
    : pool_(&pool), client_(watch.client, Return{pool.pool_.get(), &watch}), deadline_(deadline) {
  watch.deadline = deadline;
}

Result<std::int32_t> Client::time_left_ms() const {
  const auto left =
      std::chrono::duration_cast<milliseconds>(deadline_ - std::chrono::steady_clock::now());
  if (left.count() <= 0) return fail(Code::unavailable, "MongoDB did not answer in time");
  return static_cast<std::int32_t>(left.count());
}

Result<Bson> Client::read(const std::string& database, Bson command) {
  TRY(const auto left_ms, time_left_ms());
  command.small("maxTimeMS", left_ms);
  Reply reply;
  bson_error_t error;
  if (!driver().client_command_with_opts(client_.get(), database.c_str(), &command.get(), nullptr,
                                         nullptr, reply.fresh(), &error))
    return fail(pool_->error_of(error));
  return reply.copy();
}

Result<Bson> Client::write(const std::string& database, Bson command, Time time) {
  TRY(const auto left_ms, time_left_ms());
  if (time == Time::limited) command.small("maxTimeMS", left_ms);
  Bson options;
  append_write_concern(options, *client_);
  Reply reply;
  bson_error_t error;
  if (!driver().client_write_command_with_opts(client_.get(), database.c_str(), &command.get(),
                                               &options.get(), reply.fresh(), &error)) {
    // A refused document of a bulk is no failure of the bulk.
    if (!field(reply.get(), "writeErrors") || field(reply.get(), "writeConcernError"))
      return fail(pool_->error_of(error));
  }
  return reply.copy();
}

Result<Written> Client::write_bulk(const std::string& database, Bson command) {
  TRY(const auto reply, write(database, std::move(command)));
  Written written;
  if (const auto count = field(reply.view(), "n")) written.count = count->integer().value_or(0);
  written.errors = errors_of(reply.view());
  return written;
}

Result<Written> Client::insert(const std::string& database, const std::string& collection,
                               std::span<const Bson> documents, std::uint32_t time_max_ms) {
  TRY(const auto left_ms, time_left_ms());
  Bson options;
  options.flag("ordered", false).flag("validate", false);
  options.small("maxTimeMS", std::min(left_ms, static_cast<std::int32_t>(time_max_ms)));
  append_write_concern(options, *client_);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-attributes"  // a pointer needs no alignment of bson_t's
  std::vector<const bson_t*> pointers;
#pragma GCC diagnostic pop
  pointers.reserve(documents.size());
  for (const auto& document : documents) pointers.push_back(&document.get());
  const Collection target(
      driver().client_get_collection(client_.get(), database.c_str(), collection.c_str()));
  Reply reply;
  bson_error_t error;
  const bool done = driver().collection_insert_many(target.get(), pointers.data(), pointers.size(),
                                                    &options.get(), reply.fresh(), &error);
  Written written;
  written.errors = errors_of(reply.get());
  bson_iter_t at;
  const auto late = field(reply.get(), "writeConcernErrors");
  const bool on_disk = !late || !bson_iter_recurse(&late->iterator(), &at) || !bson_iter_next(&at);
  if (!done && (written.errors.empty() || !on_disk || code_of(error) == Code::unavailable))
    return fail(pool_->error_of(error));
  if (const auto count = field(reply.get(), "insertedCount"))
    written.count = count->integer().value_or(0);
  if (static_cast<std::size_t>(written.count) + written.errors.size() != documents.size())
    return fail(Code::unavailable, "MongoDB's answer was not understood",
                "insert: expected the counts to add up to the rows sent");
  return written;
}

Result<void> Client::find(const std::string& database, const std::string& collection,
                          const Bson& filter, const Bson& options,
                          const std::function<bool(View)>& each) {
  TRY(const auto left_ms, time_left_ms());
  Bson limited = Bson::copy(options.get());
  limited.small("maxTimeMS", left_ms);
  const Collection from(
      driver().client_get_collection(client_.get(), database.c_str(), collection.c_str()));
  struct DestroyCursor {
    void operator()(mongoc_cursor_t* cursor) const { driver().cursor_destroy(cursor); }
  };
  struct DestroyPreference {
    void operator()(mongoc_read_prefs_t* preference) const {
      driver().read_prefs_destroy(preference);
    }
  };
  const std::unique_ptr<mongoc_read_prefs_t, DestroyPreference> primary(
      driver().read_prefs_new(MONGOC_READ_PRIMARY));
  const std::unique_ptr<mongoc_cursor_t, DestroyCursor> cursor(
      driver().collection_find_with_opts(from.get(), &filter.get(), &limited.get(), primary.get()));
  const bson_t* document = nullptr;
  while (driver().cursor_next(cursor.get(), &document)) {
    if (!each(View(*document))) return {};
    RETURN_IF_ERROR(time_left_ms());
  }
  bson_error_t error;
  if (driver().cursor_error(cursor.get(), &error)) return fail(pool_->error_of(error));
  return {};
}

}  // namespace lectern::store::mongo
