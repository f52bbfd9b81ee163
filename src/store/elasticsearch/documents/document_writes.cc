#include "store/elasticsearch/documents/document_writes.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json/writer.h"
#include "base/time/micros.h"
#include "store/elasticsearch/client/search.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;

constexpr int attempts_max = 50;
constexpr std::size_t bulk_bytes_max = 16UL * 1024 * 1024;

/// Joined so that no two lists of texts give the same.
std::string hash(DocumentKind kind, std::initializer_list<std::string_view> texts) {
  std::string joined(1, static_cast<char>(kind));
  for (const auto text : texts) {
    joined += fmt::format("{}:", text.size());
    joined += text;
  }
  return to_hex(sha256(joined));
}

std::string text_of(Value source, std::string_view name) {
  const auto member = source.find(name);
  return member && member->is(Type::string) ? std::string(member->string()) : std::string();
}

std::string bytes_of(Value source, std::string_view name) {
  return from_base64(text_of(source, name)).value_or("");
}

std::int64_t integer_of(Value value, std::string_view name) {
  const auto member = value.find(name);
  return member && member->is(Type::number) ? member->as_integer().value_or(0) : 0;
}

/// One bulk request's worth of put_many().
class Writing {
 public:
  Writing(Cluster& cluster, DocumentIndex& target, std::span<const DocumentWrite> writes,
          Deadline deadline)
      : cluster_(cluster),
        target_(target),
        writes_(writes),
        deadline_(deadline),
        written_(writes.size(), false) {
    for (const auto& write : writes) keys_.push_back(key_hash(write.key));
  }

  Result<std::vector<bool>> run() {
    std::vector<std::size_t> open(writes_.size());
    for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
    for (int attempt = 0; attempt < attempts_max && !open.empty(); ++attempt) {
      TRY(const auto ready, check(open));
      TRY(open, send(ready));
    }
    if (!open.empty()) return fail(Code::unavailable, "Too many clients change one document");
    return std::move(written_);
  }

 private:
  struct Ready {
    std::size_t index;
    Version version;  // of what is replaced, for Expect::current
  };

  /// The writes whose expectation holds as far as it can be known before writing.
  Result<std::vector<Ready>> check(const std::vector<std::size_t>& open) {
    std::vector<Ready> ready;
    std::vector<std::size_t> unsure;
    std::vector<std::string> keys;
    for (const std::size_t i : open) {
      const auto& expect = writes_[i].expect;
      if (expect.kind != Expect::Kind::etag) {
        ready.push_back({i, {}});
      } else if (const auto known = target_.known.version(keys_[i], expect.etag)) {
        ready.push_back({i, *known});
      } else {
        unsure.push_back(i);
        keys.push_back(keys_[i]);
      }
    }
    TRY(const auto there,
        look_up_documents(cluster_, target_.names.documents, keys, "etag", deadline_));
    for (std::size_t j = 0; j < unsure.size(); ++j)
      if (there[j] && there[j]->document.etag == writes_[unsure[j]].expect.etag)
        ready.push_back({unsure[j], there[j]->version});
    return ready;
  }

  /// Sends them; returns those that another client came in between of.
  Result<std::vector<std::size_t>> send(const std::vector<Ready>& ready) {
    std::vector<std::size_t> again;
    if (ready.empty()) return again;
    std::string lines;
    for (const auto& [i, version] : ready) {
      switch (writes_[i].expect.kind) {
        case Expect::Kind::anything:
          append_index(lines, keys_[i]);
          break;
        case Expect::Kind::absent:
          append_create(lines, keys_[i]);
          break;
        case Expect::Kind::etag:
          append_index(lines, keys_[i], version);
          break;
      }
      append_document(lines, writes_[i].key, writes_[i].document, write_);
    }
    TRY(const auto items, target_.bulk.send(std::move(lines), ready.size(), deadline_));
    if (items.size() != ready.size())
      return fail(Code::unavailable, "The database's answer was not understood",
                  "_bulk of " + target_.names.documents + ": expected an item for each action");
    std::vector<std::size_t> refused;
    for (std::size_t j = 0; j < items.size(); ++j) {
      const std::size_t i = ready[j].index;
      written_[i] = items[j].ok();
      if (items[j].ok()) {
        target_.known.note(keys_[i], writes_[i].key.kind, writes_[i].document,
                           {items[j].seq_no, items[j].primary_term});
      } else if (items[j].status == 409) {
        target_.known.forget(keys_[i]);
        refused.push_back(i);
      } else {
        const bool busy = items[j].status == 429 || items[j].status >= 500;
        return fail(busy ? Code::unavailable : Code::internal, "The database refuses a document",
                    items[j].reason);
      }
    }
    RETURN_IF_ERROR(settle(refused));
    for (const std::size_t i : refused)
      if (!written_[i] && writes_[i].expect.kind == Expect::Kind::etag) again.push_back(i);
    return again;
  }

  /// Finds out which writes were refused because they are there already: a request may be carried
  /// out twice (store/elasticsearch/client/cluster.h).
  Result<void> settle(const std::vector<std::size_t>& refused) {
    std::vector<std::string> keys;
    for (const std::size_t i : refused) keys.push_back(keys_[i]);
    TRY(const auto there,
        look_up_documents(cluster_, target_.names.documents, keys, "write", deadline_));
    for (std::size_t j = 0; j < refused.size(); ++j)
      written_[refused[j]] = there[j] && there[j]->write == write_.text();
    return {};
  }

  Cluster& cluster_;
  DocumentIndex& target_;
  std::span<const DocumentWrite> writes_;
  Deadline deadline_;
  std::vector<std::string> keys_;
  std::vector<bool> written_;
  const Uuid write_ = Uuid::random();
};

}  // namespace

std::string key_hash(const DocumentKey& key) {
  return hash(key.kind, {key.owner, key.registration, key.id});
}
std::string space_hash(DocumentKind kind, const std::string& owner,
                       const std::string& registration) {
  return hash(kind, {owner, registration});
}
std::string owner_hash(DocumentKind kind, const std::string& owner) { return hash(kind, {owner}); }

void append_document(std::string& lines, const DocumentKey& key, const Document& document,
                     const Uuid& write) {
  json::Writer json;
  json.object()
      .member("key", key_hash(key))
      .member("space", space_hash(key.kind, key.owner, key.registration))
      .member("owner", owner_hash(key.kind, key.owner))
      .member("registration", to_base64(key.registration))
      .member("id", to_base64(key.id))
      .member("content_type", to_base64(document.content_type))
      .member("etag", document.etag)
      .member("updated", micros_of(document.updated))
      .member("write", write.text())
      .member("bytes", to_base64(document.bytes))
      .end();
  lines += json.line().take();
}

KeptDocument read_document(Value source) {
  KeptDocument kept;
  kept.document = {bytes_of(source, "content_type"), bytes_of(source, "bytes"),
                   text_of(source, "etag"),
                   Time{std::chrono::microseconds{integer_of(source, "updated")}}};
  kept.key.registration = bytes_of(source, "registration");
  kept.key.id = bytes_of(source, "id");
  kept.write = text_of(source, "write");
  return kept;
}

Result<std::vector<std::optional<KeptDocument>>> look_up_documents(
    Cluster& cluster, std::string_view index, std::span<const std::string> keys,
    std::string_view includes, Deadline deadline) {
  std::vector<std::optional<KeptDocument>> all;
  if (keys.empty()) return all;
  const auto body = ids_body(keys);
  std::string path = fmt::format("/{}/_mget", index);
  if (!includes.empty()) path += fmt::format("?_source_includes={}", includes);
  TRY(const auto reply, cluster.expect_ok({"POST", path, body}, deadline));
  const auto items = reply.root().find("docs");
  if (!items || items->size() != keys.size())
    return fail(Code::unavailable, "The database's answer was not understood",
                path + ": expected an item for each key");
  for (const Value item : items->children()) {
    if (item.find("error"))
      return fail(Code::unavailable, "The database cannot read a document",
                  std::string(item.source().substr(0, 500)));
    const auto source = item.find("_source");
    if (!source) {
      all.emplace_back(std::nullopt);
      continue;
    }
    all.emplace_back(read_document(*source));
    all.back()->version = {integer_of(item, "_seq_no"), integer_of(item, "_primary_term")};
  }
  return all;
}

Result<std::vector<bool>> write_documents(Cluster& cluster, DocumentIndex& target,
                                          std::span<const DocumentWrite> writes,
                                          Deadline deadline) {
  std::vector<bool> written;
  while (!writes.empty()) {
    std::size_t count = 0, bytes = 0;
    while (count < writes.size() && bytes < bulk_bytes_max)
      bytes += writes[count++].document.bytes.size() + 1024;
    TRY(const auto part, Writing(cluster, target, writes.first(count), deadline).run());
    written.insert(written.end(), part.begin(), part.end());
    writes = writes.subspan(count);
  }
  return written;
}

}  // namespace lectern::store::elasticsearch
