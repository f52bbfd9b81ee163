#include "pipeline/data/databases/mongo_sink.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json/json.h"
#include "base/log.h"
#include "base/time/time.h"
#include "base/uuid.h"
#include "pipeline/data/json_lines.h"
#include "store/mongo/client/convert.h"

namespace lectern::pipeline::mongo {
namespace {

using json::Type;
using store::mongo::Array;
using store::mongo::Bson;
using store::mongo::View;

/// Of one document: what every MongoDB takes.
constexpr std::size_t document_bytes_max = 16UL * 1024 * 1024;
/// Of the documents of one command, unless it is one document: the command is a document too.
constexpr std::size_t command_bytes_max = 12UL * 1024 * 1024;

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
    return location_.choose_collection(request.target);
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
        return fail(
            error_with_reason("Failed to write document chunk", std::move(outcome).error()));
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

}  // namespace

std::unique_ptr<Sink> make_sink(const OpenContext& context, Location location) {
  return std::make_unique<MongoSink>(context, std::move(location));
}

}  // namespace lectern::pipeline::mongo
