#include "pipeline/data/databases/mongo.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/json/json.h"
#include "base/log.h"
#include "pipeline/data/databases/mongo_location.h"
#include "pipeline/data/databases/mongo_sink.h"
#include "pipeline/data/json_lines.h"
#include "pipeline/data/retry.h"
#include "store/mongo/client/convert.h"

namespace lectern::pipeline::mongo {
namespace {

using json::Type;
using store::mongo::Bson;
using store::mongo::View;

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
    RETURN_IF_ERROR(location_.choose_collection(request.target));
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
    if (!client) return fail(error_with_reason(reading_failed, client.error()));
    const auto found =
        client->find(location_.database, location_.collection, query.filter, query.options, each);
    if (!outcome) return fail(outcome.error());
    if (!*outcome) return {};
    if (!lines.empty()) RETURN_IF_ERROR(take(lines));
    if (found) return {};
    auto error = error_with_reason(reading_failed, found.error());
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

class MongoListing : public Listing {
 public:
  MongoListing(const OpenContext& context, Location location)
      : location_(std::move(location)), interrupt_(context.interrupt) {}

  Result<void> list(const ListRequest& request, const TakeBytes& take) override {
    RETURN_IF_ERROR(location_.choose_database(request.target));
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
    if (!client) return fail(error_with_reason(listing_failed, client.error()));
    Bson cursor, command;
    constexpr std::int32_t all = 1'000'000;
    cursor.small("batchSize", all);
    command.small("listCollections", 1).object("cursor", cursor).flag("nameOnly", !details);
    auto reply = client->read(location_.database, std::move(command));
    if (!reply) return fail(error_with_reason(listing_failed, reply.error()));
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
  TRY(auto location, Location::open(context.values));
  return make_sink(context, std::move(location));
}

Result<std::unique_ptr<Listing>> open_listing(const OpenContext& context) {
  return opened<Listing, MongoListing>(context);
}

}  // namespace lectern::pipeline::mongo
