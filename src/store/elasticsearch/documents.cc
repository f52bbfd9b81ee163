#include "store/elasticsearch/documents.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json/writer.h"
#include "base/time/micros.h"
#include "store/elasticsearch/client/search.h"
#include "store/elasticsearch/documents/document_writes.h"
#include "store/elasticsearch/schema/layout.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;

constexpr int attempts_max = 50;
constexpr std::size_t page_rows = 1000;
constexpr std::size_t keys_max = 500;  // of one look-up

}  // namespace

Result<DocumentIndex*> ElasticsearchDocuments::index_of(const Context& context) {
  return ready_.of(context.target, [&]() -> Result<std::unique_ptr<DocumentIndex>> {
    TRY(auto names, index_names(settings_.default_index, context.target));
    RETURN_IF_ERROR(prepare_documents(cluster_, names.documents, context.deadline));
    return std::make_unique<DocumentIndex>(cluster_, std::move(names));
  });
}

Result<std::vector<std::optional<Document>>> ElasticsearchDocuments::look_up(
    const Context& context, DocumentIndex& target, std::span<const DocumentKey> keys) {
  std::vector<std::optional<Document>> all;
  while (!keys.empty()) {
    std::vector<std::string> hashes;
    std::vector<DocumentKind> kinds;
    for (const auto& key : keys.first(std::min(keys.size(), keys_max))) {
      hashes.push_back(key_hash(key));
      kinds.push_back(key.kind);
    }
    keys = keys.subspan(hashes.size());
    TRY(auto there,
        look_up_documents(cluster_, target.names.documents, hashes, "", context.deadline));
    for (std::size_t i = 0; i < there.size(); ++i) {
      auto& one = there[i];
      if (one) target.known.note(hashes[i], kinds[i], one->document, one->version);
      all.push_back(one ? std::optional(std::move(one->document)) : std::nullopt);
    }
  }
  return all;
}

/// Stale ones are those that this process has seen last.
Result<std::vector<std::optional<Document>>> ElasticsearchDocuments::get_many(
    const Context& context, std::span<const DocumentKey> keys, Freshness freshness) {
  TRY(auto* const target, index_of(context));
  if (freshness == Freshness::exact) return look_up(context, *target, keys);
  std::vector<std::optional<Document>> all;
  std::vector<std::size_t> strange;
  std::vector<DocumentKey> strange_keys;
  for (const auto& key : keys) {
    all.push_back(target->known.recall(key_hash(key)));
    if (all.back()) continue;
    strange.push_back(all.size() - 1);
    strange_keys.push_back(key);
  }
  TRY(auto there, look_up(context, *target, strange_keys));
  for (std::size_t i = 0; i < strange.size(); ++i) all[strange[i]] = std::move(there[i]);
  return all;
}

Result<std::vector<bool>> ElasticsearchDocuments::put_many(const Context& context,
                                                           std::span<const DocumentWrite> writes) {
  TRY(auto* const target, index_of(context));
  return write_documents(cluster_, *target, writes, context.deadline);
}

Result<bool> ElasticsearchDocuments::erase(const Context& context, const DocumentKey& key,
                                           const Expect& expect) {
  TRY(auto* const target, index_of(context));
  const auto hash = key_hash(key);
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    std::string line;
    if (expect.kind == Expect::Kind::anything) {
      append_delete(line, hash);
    } else {
      TRY(const auto there, look_up_documents(cluster_, target->names.documents,
                                              std::span(&hash, 1), "etag", context.deadline));
      const auto& kept = there.front();
      if (expect.kind == Expect::Kind::absent) return !kept;
      if (!kept || kept->document.etag != expect.etag) return false;
      append_delete(line, hash, kept->version);
    }
    target->known.forget(hash);
    TRY(const auto items, target->bulk.send(std::move(line), 1, context.deadline));
    if (items.size() == 1 && (items.front().ok() || items.front().status == 404)) return true;
    if (items.size() != 1 || items.front().status != 409)
      return fail(Code::unavailable, "The database refuses to erase a document",
                  items.empty() ? "" : items.front().reason);
  }
  return fail(Code::unavailable, "Too many clients change one document");
}

Result<std::vector<ElasticsearchDocuments::Listed>> ElasticsearchDocuments::search(
    const Context& context, const IndexNames& names, const DocumentSpace& space,
    std::optional<Time> since) {
  const std::string hash = space.registration
                               ? space_hash(space.kind, space.owner, *space.registration)
                               : owner_hash(space.kind, space.owner);
  RETURN_IF_ERROR(
      cluster_.expect_ok({"POST", "/" + names.documents + "/_refresh"}, context.deadline));
  const std::string path = fmt::format(
      "/{}/_search?allow_partial_search_results=false"
      "&filter_path=timed_out,hits.hits._id,hits.hits._source,error",
      names.documents);
  std::vector<Listed> all;
  for (std::string after;;) {
    json::Writer json;
    json.object().member("size", page_rows).member("track_total_hits", false);
    json.key("_source").array().value("registration").value("id").value("updated").end();
    json.key("sort").array().value("key").end();
    if (!after.empty()) json.key("search_after").array().value(after).end();
    json.key("query").object().key("bool").object().key("filter").array();
    json.object().key("term").object();
    json.member(space.registration ? "space" : "owner", hash).end().end();
    if (since) {
      json.object().key("range").object().key("updated").object();
      json.member("gt", micros_of(*since)).end().end().end();
    }
    json.end().end().end().end();
    TRY(const auto reply, cluster_.expect_ok({"POST", path, json.take()}, context.deadline));
    TRY(const auto hits, hits_of(reply));
    if (!hits) return all;
    for (const Value hit : hits->children()) {
      const auto source = hit.find("_source");
      const auto id = hit.find("_id");
      if (!source || !id || !id->is(Type::string)) continue;
      auto kept = read_document(*source);
      all.push_back(
          {std::string(id->string()),
           {std::move(kept.key.registration), std::move(kept.key.id), kept.document.updated}});
    }
    if (hits->size() < page_rows) return all;
    after = all.back().key;
  }
}

Result<std::vector<DocumentName>> ElasticsearchDocuments::list(const Context& context,
                                                               const DocumentSpace& space,
                                                               std::optional<Time> since) {
  TRY(auto* const target, index_of(context));
  TRY(auto found, search(context, target->names, space, since));
  std::vector<DocumentName> all;
  for (auto& one : found) all.push_back(std::move(one.name));
  return all;
}

Result<void> ElasticsearchDocuments::erase_all(const Context& context, const DocumentSpace& space) {
  TRY(auto* const target, index_of(context));
  TRY(const auto found, search(context, target->names, space, std::nullopt));
  std::string lines;
  for (const auto& one : found) append_delete(lines, one.key);
  if (lines.empty()) return {};
  TRY(const auto items, send_bulk(cluster_, target->names.documents, "", lines, context.deadline));
  for (const auto& item : items)
    if (!item.ok() && item.status != 404)
      return fail(Code::unavailable, "The database refuses to erase a document", item.reason);
  return {};
}

}  // namespace lectern::store::elasticsearch
