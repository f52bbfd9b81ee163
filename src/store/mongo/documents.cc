#include "store/mongo/documents.h"

#include <algorithm>
#include <map>

#include "base/digest.h"
#include "base/time/micros.h"
#include "store/mongo/schema/layout.h"

namespace lectern::store::mongo {
namespace {

using std::chrono::microseconds;

/// What the other fields of a document may take.
constexpr std::size_t fields_bytes_max = 64 * 1024;

/// Puts a part behind its size, so that no two keys run together.
void append_part(std::string& out, std::string_view part) {
  out += std::to_string(part.size());
  out += ':';
  out += part;
}

std::string space_of(DocumentKind kind, std::string_view owner) {
  std::string text(1, static_cast<char>(kind));
  append_part(text, owner);
  return text;
}

std::string id_of(const DocumentKey& key) {
  auto text = space_of(key.kind, key.owner);
  append_part(text, key.registration);
  append_part(text, key.id);
  return sha256(text);
}

std::string bytes_at(View document, const char* name) {
  const auto there = field(document, name);
  return std::string(there ? there->bytes().value_or("") : "");
}

Time updated_of(View document) {
  const auto there = field(document, "updated");
  return Time(microseconds(there ? there->integer().value_or(0) : 0));
}

Bson filter_of(const DocumentKey& key, const Expect& expect) {
  Bson filter;
  filter.bytes("_id", id_of(key));
  if (expect.kind == Expect::Kind::etag) filter.text("etag", expect.etag);
  return filter;
}

Bson filter_of(const DocumentSpace& space) {
  Bson filter;
  filter.bytes("space", sha256(space_of(space.kind, space.owner)));
  if (space.registration) filter.bytes("registration", *space.registration);
  return filter;
}

/// A document as it lies in its collection. Errors: too_large.
Result<Bson> document_of(const DocumentWrite& write) {
  const auto& [key, document, expect] = write;
  if (document.bytes.size() + fields_bytes_max > document_bytes_max)
    return fail(Code::too_large, "the document is larger than a MongoDB document can be (16 MiB)");
  Bson whole;
  whole.bytes("_id", id_of(key))
      .bytes("space", sha256(space_of(key.kind, key.owner)))
      .bytes("registration", key.registration)
      .bytes("id", key.id)
      .bytes("content_type", document.content_type)
      .text("etag", document.etag)
      .integer("updated", micros_of(document.updated))
      .bytes("bytes", document.bytes);
  return whole;
}

struct Target {
  Client& client;
  const std::string& database;
  std::string collection;
};

/// Puts a document in the place of the one that is there.
Result<bool> replace(const Target& target, const DocumentWrite& write) {
  TRY(const auto document, document_of(write));
  Bson update, command;
  update.object("q", filter_of(write.key, write.expect))
      .object("u", document)
      .flag("upsert", write.expect.kind == Expect::Kind::anything);
  command.text("update", target.collection).array("updates", Array().object(update).get());
  // Two upserts may meet; the one that lost replaces the other's document.
  for (int tries = 0; tries < 3; ++tries) {
    TRY(const auto written, target.client.write_bulk(target.database, Bson::copy(command.get())));
    if (written.errors.empty()) return written.count == 1;
    if (written.errors[0].code != duplicate_key)
      return fail(Code::internal, "MongoDB refused a document", written.errors[0].message);
  }
  return fail(Code::unavailable, "the document is being written by many");
}

/// Removes everything that matches; returns how much it was.
Result<std::int64_t> erase_from(const Target& target, const Bson& filter) {
  Bson one, command;
  one.object("q", filter).small("limit", 0);
  command.text("delete", target.collection).array("deletes", Array().object(one).get());
  TRY(const auto written, target.client.write_bulk(target.database, std::move(command)));
  if (!written.errors.empty())
    return fail(Code::internal, "MongoDB refused a command", written.errors[0].message);
  return written.count;
}

}  // namespace

Result<std::vector<std::optional<Document>>> MongoDocuments::get_many(
    const Context& context, std::span<const DocumentKey> keys, Freshness) {
  std::vector<std::optional<Document>> all(keys.size());
  if (keys.empty()) return all;
  TRY(const auto place, database_->place(context));
  TRY(auto client, database_->lease(context));
  std::multimap<std::string, std::size_t> wanted;
  Array ids;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto id = id_of(keys[i]);
    ids.bytes(id);
    wanted.emplace(id, i);
  }
  Bson any, filter;
  any.array("$in", ids.get());
  filter.object("_id", any);
  RETURN_IF_ERROR(client.find(database_->name(), place.documents(), filter, {}, [&](View found) {
    const auto etag = field(found, "etag");
    const Document document{bytes_at(found, "content_type"), bytes_at(found, "bytes"),
                            std::string(etag ? etag->text().value_or("") : ""), updated_of(found)};
    const auto [first, last] = wanted.equal_range(bytes_at(found, "_id"));
    for (auto at = first; at != last; ++at) all[at->second] = document;
    return true;
  }));
  return all;
}

/// Those that must be absent go in as one insert, of which the unique `_id` refuses the others.
Result<std::vector<bool>> MongoDocuments::put_many(const Context& context,
                                                   std::span<const DocumentWrite> writes) {
  std::vector<bool> all(writes.size(), false);
  if (writes.empty()) return all;
  TRY(const auto place, database_->writable(context));
  TRY(auto client, database_->lease(context));
  const Target target{client, database_->name(), place.documents()};
  std::vector<Bson> documents;
  std::vector<std::size_t> indexes;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (writes[i].expect.kind == Expect::Kind::absent) {
      TRY(auto document, document_of(writes[i]));
      documents.push_back(std::move(document));
      indexes.push_back(i);
      all[i] = true;
    } else {
      TRY(const bool done, replace(target, writes[i]));
      all[i] = done;
    }
  }
  if (documents.empty()) return all;
  TRY(const auto written, client.insert(target.database, target.collection, documents));
  for (const auto& error : written.errors) {
    if (error.code != duplicate_key || error.index >= indexes.size())
      return fail(Code::internal, "MongoDB refused a document", error.message);
    all[indexes[error.index]] = false;
  }
  return all;
}

Result<bool> MongoDocuments::erase(const Context& context, const DocumentKey& key,
                                   const Expect& expect) {
  if (expect.kind == Expect::Kind::absent) {
    TRY(const auto there, get(context, key));
    return !there;
  }
  TRY(const auto place, database_->place(context));
  TRY(auto client, database_->lease(context));
  TRY(const auto count,
      erase_from({client, database_->name(), place.documents()}, filter_of(key, expect)));
  return expect.kind == Expect::Kind::anything || count == 1;
}

Result<std::vector<DocumentName>> MongoDocuments::list(const Context& context,
                                                       const DocumentSpace& space,
                                                       std::optional<Time> since) {
  TRY(const auto place, database_->place(context));
  TRY(auto client, database_->lease(context));
  auto filter = filter_of(space);
  if (since) {
    Bson after;
    after.integer("$gt", micros_of(*since));
    filter.object("updated", after);
  }
  Bson fields, options;
  fields.small("_id", 0).small("registration", 1).small("id", 1).small("updated", 1);
  options.object("projection", fields);
  std::vector<DocumentName> names;
  RETURN_IF_ERROR(
      client.find(database_->name(), place.documents(), filter, options, [&](View found) {
        names.push_back(
            {bytes_at(found, "registration"), bytes_at(found, "id"), updated_of(found)});
        return true;
      }));
  return names;
}

Result<void> MongoDocuments::erase_all(const Context& context, const DocumentSpace& space) {
  TRY(const auto place, database_->place(context));
  TRY(auto client, database_->lease(context));
  RETURN_IF_ERROR(erase_from({client, database_->name(), place.documents()}, filter_of(space)));
  return {};
}

}  // namespace lectern::store::mongo
