#include "pipeline/data/databases/mongo.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json/json.h"
#include "base/log.h"
#include "base/time/time.h"
#include "base/uuid.h"
#include "pipeline/data/json_lines.h"
#include "pipeline/data/retry.h"
#include "store/mongo/client/client.h"
#include "store/mongo/client/convert.h"

namespace lectern::pipeline::mongo {
namespace {

using json::Type;
using store::mongo::Array;
using store::mongo::Bson;
using store::mongo::Pool;
using store::mongo::View;

/// Of one document: what every MongoDB takes.
constexpr std::size_t document_bytes_max = 16UL * 1024 * 1024;
/// Of the documents of one command, unless it is one document: the command is a document too.
constexpr std::size_t command_bytes_max = 12UL * 1024 * 1024;
/// A walk through a large collection is one call.
constexpr std::uint32_t read_max_ms = 24U * 3600 * 1000;
constexpr std::chrono::minutes write_max{5};

/// The driver's words, which Client keeps for the log, in the message.
Error told(std::string_view failed, Error error) {
  const bool by_name = error.detail.ends_with("(13)") || error.detail.ends_with("(18)");
  error.message =
      fmt::format("{}: {}", failed, error.detail.empty() ? error.message : error.detail);
  // Unauthorized, AuthenticationFailed: no second attempt helps.
  if (by_name || error.code != Code::unavailable) error.code = Code::invalid;
  error.detail.clear();
  return error;
}

bool is_database_name(std::string_view name) {
  constexpr std::string_view refused(" \t\r\n\v\f.$/\\\"\0", 12);
  return !name.empty() && name.find_first_of(refused) == name.npos;
}

bool is_collection_name(std::string_view name) {
  constexpr std::string_view refused("$\0", 2);
  return !name.empty() && name.find_first_of(refused) == name.npos && !name.starts_with('.') &&
         !name.ends_with('.') && name.find("..") == name.npos;
}

tl::unexpected<Error> no_name(std::string_view target, std::string_view kind) {
  return fail(Code::invalid, fmt::format("The target=`{}` is not a valid {} name", target, kind));
}

/// What reading, writing and listing have in common.
struct Location {
  std::unique_ptr<Pool> pool;
  std::string database, collection;

  static Result<Location> open(const DataValues& values) {
    TRY(auto pool, Pool::open({values.find("CONNECTION_URI")->second, 64, read_max_ms}));
    Location location{std::move(pool), values.find("DEFAULT_DATABASE")->second,
                      values.find("DEFAULT_COLLECTION")->second};
    if (!is_database_name(location.database)) return no_name(location.database, "database");
    if (!is_collection_name(location.collection)) return no_name(location.collection, "collection");
    return location;
  }

  /// Takes the target's collection in the place of the default one.
  Result<void> choose(const std::string& target) {
    if (target.empty()) return {};
    if (!is_collection_name(target)) return no_name(target, "collection");
    collection = target;
    return {};
  }
};

tl::unexpected<Error> bad_query(std::string_view what) {
  return fail(Code::invalid, fmt::format("Invalid MongoQuery query string: {}", what));
}

/// A find command's filter and options.
struct Query {
  Bson filter, options;
};

/// `[["_id", -1], ...]` as the server has it.
Result<Bson> read_sort(json::Value pairs) {
  Bson sort;
  for (const auto pair : pairs.children()) {
    const auto parts = pair.children();
    if (pair.size() != 2 || !(*parts.begin()).is(Type::string))
      return bad_query("sort is no list of pairs");
    auto at = parts.begin();
    const auto key = (*at).string();
    const auto direction = *++at;
    if (!direction.is(Type::number)) return bad_query("a direction of sort is no number");
    sort.integer(key, direction.as_integer().value_or(1));
  }
  return sort;
}

Result<void> take_member(json::Value member, Query& query) {
  const auto key = member.key();
  const bool is_null = member.is(Type::null);
  if (key == "filter" || key == "projection") {
    if (!is_null && !member.is(Type::object)) return bad_query(fmt::format("{} is no object", key));
    if (is_null) return {};
    if (key == "filter")
      query.filter = store::mongo::to_bson(member);
    else
      query.options.object("projection", store::mongo::to_bson(member));
  } else if (key == "limit") {
    const auto limit = member.is(Type::number) ? member.as_integer() : std::nullopt;
    if (!is_null && !limit) return bad_query("limit is no whole number");
    if (limit && *limit != std::numeric_limits<std::int64_t>::min())
      query.options.integer("limit", *limit < 0 ? -*limit : *limit);
  } else if (key == "sort") {
    if (!is_null && !member.is(Type::array)) return bad_query("sort is no list of pairs");
    TRY(const auto sort, read_sort(member));
    if (!sort.empty()) query.options.object("sort", sort);
  } else {
    return bad_query(fmt::format("{} is not known", key));
  }
  return {};
}

/// Of a JSON object of Ralph's query: filter, limit, projection, sort.
Result<Query> read_query(const std::string& text) {
  const auto document = json::parse_view(text.empty() ? std::string_view("{}") : text,
                                         {.bounded = false, .lenient = true});
  if (!document) return bad_query(document.error().message);
  if (!(*document)->root().is(Type::object)) return bad_query("it is no JSON object");
  Query query;
  for (const auto member : (*document)->root().children())
    RETURN_IF_ERROR(take_member(member, query));
  // What is Lectern's own beside a statement is none of the layout that Ralph reads.
  if (!store::mongo::field(query.options.view(), "projection")) {
    Bson without;
    query.options.object("projection", without.small("lectern", 0));
  }
  return query;
}

class MongoSource : public Source {
 public:
  MongoSource(const OpenContext& context, Location location)
      : location_(std::move(location)),
        chunk_size_(number_of(context.values, "READ_CHUNK_SIZE")),
        interrupt_(context.interrupt) {}

  Result<void> read(const ReadRequest& request, const TakeBytes& take) override {
    RETURN_IF_ERROR(location_.choose(request.target));
    TRY(auto query, read_query(request.query));
    // A batch is held in memory.
    constexpr std::size_t batch_max = 1000;
    const auto chunk_size =
        std::min(batch_max, request.chunk_size > 0 ? request.chunk_size : chunk_size_);
    query.options.integer("batchSize", static_cast<std::int64_t>(chunk_size));
    std::uint64_t documents = 0;
    return tried_again(interrupt_,
                       [&] { return walk(query, request.ignore_errors, take, documents); });
  }

 private:
  static constexpr std::string_view reading_failed = "Failed to execute MongoDB query";

  /// Once a document has been given on, no error may be tried again.
  Result<void> walk(const Query& query, bool ignore_errors, const TakeBytes& take,
                    std::uint64_t& documents) {
    constexpr std::size_t taken_bytes = 256UL * 1024;
    std::string lines;
    Result<bool> outcome = true;
    const auto each = [&](View document) {
      outcome = add(document, ignore_errors, documents++, lines);
      if (outcome && lines.size() >= taken_bytes) {
        outcome = take(lines);
        lines.clear();
      }
      return outcome && *outcome && !interrupt_.stopped();
    };
    auto client = location_.pool->lease(Deadline::max());
    if (!client) return fail(told(reading_failed, client.error()));
    const auto found =
        client->find(location_.database, location_.collection, query.filter, query.options, each);
    if (!outcome) return fail(outcome.error());
    if (!*outcome) return {};
    if (!lines.empty()) RETURN_IF_ERROR(take(lines));
    if (found) return {};
    auto error = told(reading_failed, found.error());
    if (documents > 0) error.code = Code::invalid;
    if (documents > 0) error.message += fmt::format(" (after {} documents)", documents);
    return fail(std::move(error));
  }

  static Result<bool> add(View document, bool ignore_errors, std::uint64_t number,
                          std::string& lines) {
    const auto text = store::mongo::to_json(document);
    if (text) {
      append_line(lines, *text);
      return true;
    }
    auto message =
        fmt::format("Failed to encode JSON: {}, of document {}", text.error().message, number);
    if (!ignore_errors) return fail(Code::invalid, std::move(message));
    log::warning("{}", message);
    return true;
  }

  Location location_;
  const std::size_t chunk_size_;
  const Interrupt& interrupt_;
};

/// The `_id` that Ralph gives a statement; nothing for a time that it has no room for.
std::optional<bson_oid_t> object_id_of(std::string_view id, Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  if (seconds < 0 || seconds > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  bson_oid_t oid;
  for (std::size_t i = 0; i < 4; ++i)
    oid.bytes[i] = static_cast<std::uint8_t>(seconds >> (24 - 8 * i));
  const std::string hash = sha256(id);
  std::copy_n(hash.begin(), 8, oid.bytes + 4);
  return oid;
}

/// Inserts, replaces or deletes, each in commands of many documents.
class MongoSink : public Sink {
 public:
  MongoSink(const OpenContext& context, Location location)
      : location_(std::move(location)),
        chunk_size_(number_of(context.values, "WRITE_CHUNK_SIZE")) {}

  Operation default_operation() const override { return Operation::index; }
  bool allows(Operation operation) const override { return operation != Operation::append; }
  std::size_t chunk_size_default() const override { return chunk_size_; }
  /// What is on its way stays below 64 MiB: a document is held as text, as BSON and by the driver.
  std::size_t chunk_size_max() const override { return 500; }

  Result<void> begin(const WriteRequest& request) override {
    operation_ = request.operation;
    return location_.choose(request.target);
  }

  /// The body has a BSON document a record: the one to store, or of an update that part of the
  /// command.
  void prepare(Chunk& chunk) const override {
    take_objects(chunk, [&](json::Value statement) -> MadeRecord {
      const auto id = statement.find("id");
      const bool named = id && id->is(Type::string);
      if (operation_ == Operation::create ? id && !named : !named)
        return refused(id ? "/id" : "", "the statement has no id that is a text");
      if (operation_ == Operation::remove) return Chunk::Record{0, {}, std::string(id->string())};
      auto document =
          operation_ == Operation::update
              ? update_of(statement)
              : document_of(statement, named ? std::string(id->string()) : Uuid::random().text());
      if (!document) return tl::unexpected<Refusal>(std::move(document).error());
      if (!document->whole() || document->size() > document_bytes_max)
        return refused("", "as BSON it has more than 16 MiB");
      const View view = document->view();
      chunk.body.append(reinterpret_cast<const char*>(view.data), view.size);
      return Chunk::Record{0, {}, {}, view.size};
    });
  }

  Result<void> send(Chunk& chunk) override {
    while (chunk.sent < chunk.lines.size()) {
      const std::size_t end = end_of_command(chunk);
      if (auto outcome = send_to(chunk, end); !outcome) {
        chunk.in_doubt = true;
        return fail(told("Failed to write document chunk", std::move(outcome).error()));
      }
      chunk.sent = end;
      chunk.in_doubt = false;
    }
    return {};
  }

  Result<void> end(bool /*whole*/) override { return {}; }

 private:
  using MadeDocument = tl::expected<Bson, Refusal>;

  static tl::unexpected<Refusal> refused(std::string_view pointer, std::string_view message) {
    return tl::unexpected<Refusal>(
        Refusal{false, std::string(pointer), "layout", std::string(message)});
  }

  static MadeDocument document_of(json::Value statement, const std::string& id) {
    const auto timestamp = statement.find("timestamp");
    if (!timestamp) return refused("", "the statement has no timestamp");
    const auto time =
        timestamp->is(Type::string) ? parse_time(timestamp->string()) : std::optional<Time>();
    if (!time) return refused("/timestamp", "it is no date and time");
    const auto oid = object_id_of(id, *time);
    if (!oid) return refused("/timestamp", "it lies outside the years 1970 to 2106");
    Bson document;
    document.object_id("_id", *oid).object("_source", store::mongo::to_bson(statement));
    return document;
  }

  static MadeDocument update_of(json::Value statement) {
    Bson equal, query, replacement, update;
    equal.text("$eq", statement.find("id")->string());
    query.object("_source.id", equal);
    replacement.object("_source", store::mongo::to_bson(statement));
    update.object("q", query).object("u", replacement);
    return update;
  }

  /// Index behind the last record that goes into the next command.
  static std::size_t end_of_command(const Chunk& chunk) {
    std::size_t bytes = 0, end = chunk.sent;
    while (end < chunk.lines.size()) {
      bytes += chunk.lines[end].bytes + chunk.lines[end].id.size();
      if (end > chunk.sent && bytes > command_bytes_max) break;
      ++end;
    }
    return end;
  }

  /// The documents of the records from `sent` to there.
  static std::vector<View> documents_to(const Chunk& chunk, std::size_t end) {
    std::vector<View> documents;
    const auto* at = reinterpret_cast<const std::uint8_t*>(chunk.body.data());
    for (std::size_t i = 0; i < end; ++i) {
      if (i >= chunk.sent) documents.emplace_back(at, chunk.lines[i].bytes);
      at += chunk.lines[i].bytes;
    }
    return documents;
  }

  Result<void> send_to(Chunk& chunk, std::size_t end) {
    TRY(auto client, location_.pool->lease(std::chrono::steady_clock::now() + write_max));
    const std::span some(chunk.lines.data() + chunk.sent, end - chunk.sent);
    if (operation_ == Operation::remove) return remove(client, chunk, some);
    const bool updates = operation_ == Operation::update;
    const auto documents = documents_to(chunk, end);
    Bson parts;
    for (std::size_t i = 0; i < documents.size(); ++i)
      parts.object(std::to_string(i), documents[i]);
    TRY(const auto written,
        client.write_bulk(location_.database, command(updates ? "update" : "insert", parts)));
    std::vector<std::size_t> known;
    for (const auto& error : written.errors) {
      if (error.index >= some.size()) continue;
      const bool is_there = error.code == store::mongo::duplicate_key && !updates;
      if (is_there && operation_ == Operation::index)
        known.push_back(error.index);
      else if (!is_there || !chunk.in_doubt)
        refuse(chunk, some[error.index].number, error);
    }
    if (!known.empty()) return replace(client, chunk, documents, known);
    if (updates && !chunk.in_doubt)
      tell_missing(chunk, some.size() - written.errors.size(), written.count);
    return {};
  }

  /// Puts documents over those that are there and differ.
  Result<void> replace(store::mongo::Client& client, Chunk& chunk, std::span<const View> documents,
                       const std::vector<std::size_t>& known) const {
    Bson parts;
    for (std::size_t i = 0; i < known.size(); ++i) {
      const View document = documents[known[i]];
      const auto source = store::mongo::field(document, "_source")->object().value_or(View());
      Bson differs, query, replacement, update;
      differs.object("$ne", source);
      bson_oid_t oid;
      bson_oid_copy(bson_iter_oid(&store::mongo::field(document, "_id")->iterator()), &oid);
      query.object_id("_id", oid).object("_source", differs);
      replacement.object("_source", source);
      update.object("q", query).object("u", replacement);
      parts.object(std::to_string(i), update);
    }
    TRY(const auto written, client.write_bulk(location_.database, command("update", parts)));
    for (const auto& error : written.errors)
      if (error.index < known.size())
        refuse(chunk, chunk.lines[chunk.sent + known[error.index]].number, error);
    return {};
  }

  Result<void> remove(store::mongo::Client& client, Chunk& chunk,
                      std::span<const Chunk::Record> some) const {
    Array ids;
    for (const auto& record : some) ids.text(record.id);
    Bson in, query, part, parts;
    in.array("$in", ids.get());
    query.object("_source.id", in);
    part.object("q", query).small("limit", 0);
    parts.object("0", part);
    TRY(const auto written, client.write_bulk(location_.database, command("delete", parts)));
    if (!written.errors.empty()) return fail(Code::invalid, written.errors.front().message);
    if (!chunk.in_doubt) tell_missing(chunk, some.size(), written.count);
    return {};
  }

  /// `parts` is an array.
  Bson command(std::string_view name, const Bson& parts) const {
    Bson command;
    command.text(name, location_.collection);
    command.array(name == "insert" ? "documents" : name == "update" ? "updates" : "deletes", parts);
    command.flag("ordered", false);
    return command;
  }

  static void refuse(Chunk& chunk, std::uint64_t number, const store::mongo::WriteError& error) {
    chunk.refuse(number, {false, "", fmt::format("MongoDB {}", error.code), error.message});
    --chunk.records;
  }

  /// What is not there can neither be replaced nor deleted: it is told of, and does not count.
  static void tell_missing(Chunk& chunk, std::size_t asked, std::int64_t met) {
    const auto found = std::min(asked, static_cast<std::size_t>(std::max<std::int64_t>(met, 0)));
    if (found == asked) return;
    log::warning("{} of {} documents were not there", asked - found, asked);
    chunk.records -= asked - found;
  }

  Location location_;
  const std::size_t chunk_size_;
  Operation operation_ = Operation::index;
};

class MongoListing : public Listing {
 public:
  MongoListing(const OpenContext& context, Location location)
      : location_(std::move(location)), interrupt_(context.interrupt) {}

  Result<void> list(const ListRequest& request, const TakeBytes& take) override {
    if (!request.target.empty()) {
      if (!is_database_name(request.target)) return no_name(request.target, "database");
      location_.database = request.target;
    }
    if (request.new_only) log::warning("The `new` argument is ignored");
    TRY(const auto reply, tried_again(interrupt_, [&] { return ask(request.details); }));
    const auto batch = store::mongo::field(reply.view(), "cursor.firstBatch");
    const auto collections = batch ? batch->object() : std::nullopt;
    if (!collections) return fail(Code::invalid, std::string(listing_failed));
    Result<bool> outcome = true;
    store::mongo::for_each(*collections, [&](const store::mongo::Field& one) {
      outcome = give(one.object().value_or(View()), request.details, take);
      return outcome && *outcome;
    });
    return outcome ? Result<void>() : Result<void>(fail(outcome.error()));
  }

 private:
  static constexpr std::string_view listing_failed = "Failed to list MongoDB collections";

  Result<Bson> ask(bool details) {
    auto client = location_.pool->lease(std::chrono::steady_clock::now() + write_max);
    if (!client) return fail(told(listing_failed, client.error()));
    Bson cursor, command;
    constexpr std::int32_t all = 1'000'000;
    cursor.small("batchSize", all);
    command.small("listCollections", 1).object("cursor", cursor).flag("nameOnly", !details);
    auto reply = client->read(location_.database, std::move(command));
    if (!reply) return fail(told(listing_failed, reply.error()));
    return reply;
  }

  static Result<bool> give(View collection, bool details, const TakeBytes& take) {
    if (details) {
      TRY(const auto text, store::mongo::to_json(collection));
      return take(text);
    }
    const auto name = store::mongo::field(collection, "name");
    return take(name ? name->text().value_or("") : "");
  }

  Location location_;
  const Interrupt& interrupt_;
};

template <typename Interface, typename Made>
Result<std::unique_ptr<Interface>> opened(const OpenContext& context) {
  TRY(auto location, Location::open(context.values));
  std::unique_ptr<Interface> made = std::make_unique<Made>(context, std::move(location));
  return made;
}

}  // namespace

Result<std::unique_ptr<Source>> open_source(const OpenContext& context) {
  return opened<Source, MongoSource>(context);
}

Result<std::unique_ptr<Sink>> open_sink(const OpenContext& context) {
  return opened<Sink, MongoSink>(context);
}

Result<std::unique_ptr<Listing>> open_listing(const OpenContext& context) {
  return opened<Listing, MongoListing>(context);
}

}  // namespace lectern::pipeline::mongo
