#include "store/mongo/mongo_documents.h"

#include <algorithm>
#include <map>

#include "base/digest.h"
#include "store/mongo/layout.h"

namespace lectern::store::mongo {
namespace {

using std::chrono::microseconds;

constexpr std::size_t piece_bytes = 1024 * 1024;
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

/// One entry of an update command. An upsert of what must be absent matches nothing that is there:
/// then the unique `_id` refuses it. Errors: too_large.
Result<Bson> update_of(const DocumentWrite& write) {
  const auto& [key, document, expect] = write;
  if (document.bytes.size() + fields_bytes_max > document_bytes_max)
    return fail(Code::too_large, "the document is larger than a MongoDB document can be (16 MiB)");
  Bson whole, update;
  whole.bytes("_id", id_of(key))
      .bytes("space", sha256(space_of(key.kind, key.owner)))
      .bytes("registration", key.registration)
      .bytes("id", key.id)
      .bytes("content_type", document.content_type)
      .text("etag", document.etag)
      .integer("updated", document.updated.time_since_epoch().count())
      .bytes("bytes", document.bytes);
  auto filter = filter_of(key, expect);
  if (expect.kind == Expect::Kind::absent) {
    Bson no;
    no.flag("$exists", false);
    filter.object("etag", no);
  }
  update.object("q", filter).object("u", whole).flag("upsert", expect.kind != Expect::Kind::etag);
  return update;
}

struct Target {
  Client& client;
  const std::string& database;
  std::string collection;
};

/// Writes some of put_all()'s documents with one command: a single one with an etag, or several
/// without.
Result<std::vector<bool>> write_some(const Target& target, const Array& updates,
                                     std::span<const DocumentWrite> writes) {
  Bson command;
  command.text("update", target.collection).array("updates", updates.get()).flag("ordered", false);
  TRY(const auto written, target.client.write_bulk(target.database, std::move(command)));
  std::vector<bool> done(writes.size(), true);
  if (writes[0].expect.kind == Expect::Kind::etag) done[0] = written.count == 1;
  for (const auto& error : written.errors) {
    if (error.code != duplicate_key || error.index >= writes.size())
      return fail(Code::internal, "MongoDB refused a document", error.message);
    if (writes[error.index].expect.kind == Expect::Kind::absent) {
      done[error.index] = false;
      continue;
    }
    // Two upserts met; now that the document is there, this one replaces it.
    TRY(const auto update, update_of(writes[error.index]));
    TRY(const auto again,
        write_some(target, Array().object(update), writes.subspan(error.index, 1)));
    done[error.index] = again[0];
  }
  return done;
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

Result<void> insert_unless_there(const Target& target, Bson document) {
  TRY(const auto written, target.client.insert(target.database, target.collection, {&document, 1}));
  if (!written.errors.empty() && written.errors[0].code != duplicate_key)
    return fail(Code::internal, "MongoDB refused an attachment", written.errors[0].message);
  return {};
}

std::string piece_id(std::string_view sha2, std::uint64_t number) {
  return std::string(sha2) + '/' + std::to_string(number);
}

}  // namespace

Result<std::optional<Document>> MongoDocuments::get(const Context& context,
                                                    const DocumentKey& key) {
  TRY(auto found, get_all(context, {&key, 1}));
  return std::move(found.front());
}

Result<std::vector<std::optional<Document>>> MongoDocuments::get_all(
    const Context& context, std::span<const DocumentKey> keys) {
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

Result<bool> MongoDocuments::put(const Context& context, const DocumentKey& key,
                                 const Document& document, const Expect& expect) {
  const DocumentWrite write{key, document, expect};
  TRY(const auto written, put_all(context, {&write, 1}));
  return written.front();
}

Result<std::vector<bool>> MongoDocuments::put_all(const Context& context,
                                                  std::span<const DocumentWrite> writes) {
  std::vector<bool> all(writes.size(), false);
  if (writes.empty()) return all;
  TRY(const auto place, database_->writable(context));
  TRY(auto client, database_->lease(context));
  const Target target{client, database_->name(), place.documents()};
  for (std::size_t first = 0; first < writes.size();) {
    Array updates;
    std::size_t bytes = 0, last = first;
    for (; last < writes.size(); ++last) {
      TRY(const auto update, update_of(writes[last]));
      // A command tells only how many of its updates matched, so one with an etag goes alone.
      const bool alone = writes[last].expect.kind == Expect::Kind::etag;
      if (last > first && (alone || bytes + update.size() > document_bytes_max)) break;
      bytes += alone ? document_bytes_max : update.size();
      updates.object(update);
    }
    TRY(const auto some, write_some(target, updates, writes.subspan(first, last - first)));
    std::copy(some.begin(), some.end(), all.begin() + static_cast<std::ptrdiff_t>(first));
    first = last;
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
    after.integer("$gt", since->time_since_epoch().count());
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

Result<void> MongoDocuments::put_blob(const Context& context, std::string_view sha2,
                                      std::string_view bytes) {
  TRY(const auto there, blob_size(context, sha2));
  if (there) return {};
  TRY(const auto place, database_->writable(context));
  TRY(auto client, database_->lease(context));
  const Target target{client, database_->name(), place.blobs()};
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    Bson piece;
    piece.text("_id", piece_id(sha2, at / piece_bytes))
        .bytes("bytes", bytes.substr(at, piece_bytes));
    RETURN_IF_ERROR(insert_unless_there(target, std::move(piece)));
  }
  Bson head;
  head.text("_id", sha2).integer("size", static_cast<std::int64_t>(bytes.size()));
  return insert_unless_there(target, std::move(head));
}

Result<std::optional<std::uint64_t>> MongoDocuments::blob_size(const Context& context,
                                                               std::string_view sha2) {
  TRY(const auto place, database_->place(context));
  TRY(auto client, database_->lease(context));
  std::optional<std::uint64_t> bytes;
  Bson filter;
  filter.text("_id", sha2);
  RETURN_IF_ERROR(client.find(database_->name(), place.blobs(), filter, {}, [&](View found) {
    const auto size = field(found, "size");
    if (size) bytes = static_cast<std::uint64_t>(size->integer().value_or(0));
    return false;
  }));
  return bytes;
}

Result<std::string> MongoDocuments::read_blob(const Context& context, std::string_view sha2,
                                              std::uint64_t offset, std::size_t bytes_max) {
  std::string read;
  TRY(const auto size, blob_size(context, sha2));
  if (!size || offset >= *size || bytes_max == 0) return read;
  TRY(const auto place, database_->place(context));
  TRY(auto client, database_->lease(context));
  const auto end = offset + std::min<std::uint64_t>(bytes_max, *size - offset);
  while (offset < end) {
    Bson filter;
    filter.text("_id", piece_id(sha2, offset / piece_bytes));
    std::string piece;
    RETURN_IF_ERROR(client.find(database_->name(), place.blobs(), filter, {}, [&](View found) {
      piece = bytes_at(found, "bytes");
      return false;
    }));
    const auto from = static_cast<std::size_t>(offset % piece_bytes);
    if (from >= piece.size())
      return fail(Code::internal, "an attachment's content is damaged",
                  place.blobs() + " lacks a piece of " + std::string(sha2));
    read += std::string_view(piece).substr(from, static_cast<std::size_t>(end - offset));
    offset += std::min<std::uint64_t>(piece.size() - from, end - offset);
  }
  return read;
}

}  // namespace lectern::store::mongo
