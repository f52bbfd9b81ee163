#include "store/mongo/verify.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json/json.h"
#include "store/common/row_check.h"
#include "store/mongo/client/convert.h"
#include "store/mongo/database.h"
#include "store/mongo/schema/layout.h"
#include "store/mongo/settings.h"
#include "store/mongo/write/references.h"

namespace lectern::store::mongo {
namespace {

constexpr std::int64_t documents_at_once = 500;
constexpr std::size_t bytes_at_once = 8 * 1024 * 1024;

std::string_view bytes_at(View document, const char* name) {
  const auto found = field(document, name);
  return found ? found->bytes().value_or("") : "";
}

std::string_view text_at(View document, const char* name) {
  const auto found = field(document, name);
  return found ? found->text().value_or("") : "";
}

/// How a document is called in a line about it.
std::string name_of(View document) {
  if (const auto id = text_at(document, "_source.id"); !id.empty())
    return fmt::format("statement {}", id);
  const auto id = field(document, "_id");
  if (!id || !BSON_ITER_HOLDS_OID(&id->iterator())) return "a document";
  char hex[25];
  bson_oid_to_string(bson_iter_oid(&id->iterator()), hex);
  return fmt::format("document {}", hex);
}

class Verification {
 public:
  Verification(MongoDatabase& database, Context context, const OnProgress& on_progress)
      : database_(database), context_(std::move(context)), on_progress_(on_progress) {}

  Result<VerifyReport> run() {
    TRY(place_, database_.place(context_));
    RowCheck rows(report_, [this](std::span<const Uuid> ids) { return targets(ids); });
    RETURN_IF_ERROR(estimate());
    RETURN_IF_ERROR(check_all(place_.collection, [&](View found) { return check(found, rows); }));
    RETURN_IF_ERROR(rows.check_references());
    RETURN_IF_ERROR(check_all(place_.documents(), [&](View found) {
      ++report_.documents;
      if (to_hex(sha1(bytes_at(found, "bytes"))) != text_at(found, "etag"))
        add_fault(report_, fmt::format("document '{}': its etag is not that of its content",
                                       bytes_at(found, "id")));
      return Result<void>{};
    }));
    RETURN_IF_ERROR(check_blobs(rows));
    rows.check_attachments();
    return std::move(report_);
  }

 private:
  Result<std::vector<ReferenceNode>> targets(std::span<const Uuid> ids) {
    TRY(auto client, database_.lease(context_));
    return MongoReferences(client, database_.name(), place_).targets(ids);
  }

  Result<void> estimate() {
    TRY(auto client, database_.lease(context_));
    for (const auto& collection : {place_.collection, place_.documents(), place_.blobs()}) {
      Bson command;
      command.text("count", collection);
      TRY(const auto reply, client.read(database_.name(), std::move(command)));
      const auto n = field(reply.view(), "n");
      total_ += static_cast<std::uint64_t>(n ? n->integer().value_or(0) : 0);
    }
    return {};
  }

  /// Calls `look` for each document of a collection, in the order of `_id`.
  template <typename Look>
  Result<void> check_all(const std::string& collection, Look&& look) {
    Bson last;
    while (true) {
      TRY(const auto documents, next(collection, last));
      if (documents.empty()) return {};
      for (const auto& bytes : documents)
        RETURN_IF_ERROR(
            look(View(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size())));
      done_ += documents.size();
      if (!on_progress_({done_, total_}))
        return fail(Code::unavailable, "the verification was stopped");
    }
  }

  /// The documents behind `last`, which becomes the last of them: some hundreds, or some megabytes.
  Result<std::vector<std::string>> next(const std::string& collection, Bson& last) {
    Bson filter, order, options;
    order.small("_id", 1);
    options.object("sort", order).integer("limit", documents_at_once);
    if (!last.empty()) {
      Bson after;
      bson_append_iter(&after.get(), "$gt", -1, &field(last.view(), "_id")->iterator());
      filter.object("_id", after);
    }
    std::vector<std::string> documents;
    std::size_t bytes = 0;
    TRY(auto client, database_.lease(context_));
    RETURN_IF_ERROR(client.find(database_.name(), collection, filter, options, [&](View found) {
      documents.emplace_back(reinterpret_cast<const char*>(found.data), found.size);
      bytes += found.size;
      last = Bson();
      if (const auto id = field(found, "_id"))
        bson_append_iter(&last.get(), "_id", -1, &id->iterator());
      return bytes < bytes_at_once;
    }));
    return documents;
  }

  Result<void> check(View document, RowCheck& rows) {
    if (!field(document, "lectern")) {
      ++report_.statements;
      add_fault(report_, name_of(document) + ": it lacks Lectern's part");
      return {};
    }
    const auto found = found_of(document);
    const auto hash = xapi::Fingerprint::parse(text_at(document, "lectern.hash"));
    if (!found || !hash) {
      ++report_.statements;
      add_fault(report_, name_of(document) + ": Lectern's part of it is unreadable");
      return {};
    }
    check_source(document, *found);
    DatabaseRow row{found->position.id, found->position.stored, found->json, *hash, {}, {}};
    row.terms = terms_in(document);
    const auto refers_to = field(document, "lectern.refers_to");
    const auto voids = field(document, "lectern.voids");
    row.refers_to = refers_to ? refers_to->uuid() : std::nullopt;
    row.voids = voids && voids->truth();
    row.voided = found->voided;
    return rows.check(row);
  }

  /// Ralph's part against the text. What of it BSON cannot hold is compared as BSON has it.
  void check_source(View document, const StoredStatement& found) {
    const auto source = field(document, "_source");
    const auto view = source ? source->object() : std::nullopt;
    if (!view) return add_fault(report_, fault_of(found.position.id, "it lacks Ralph's _source"));
    const auto text = json::parse_view(found.json);
    if (!text || !(*text)->root().is(json::Type::object)) return;  // which is told
    const auto there = to_json(*view);
    const auto wanted = to_json(to_bson((*text)->root()).view());
    if (!there || !wanted || *there != *wanted)
      add_fault(report_, fault_of(found.position.id, "Ralph's _source is not that of its text"));
  }

  Result<void> check_blobs(RowCheck& rows) {
    return check_all(place_.blobs(), [&](View found) -> Result<void> {
      const auto size = field(found, "size");
      if (!size) return {};
      ++report_.attachments;
      const std::string sha2(text_at(found, "_id"));
      TRY(const auto bytes, content_of(sha2));
      const auto digest = sha2_of_length(bytes, sha2.size());
      rows.found_attachment(sha2);
      if (size->integer() != static_cast<std::int64_t>(bytes.size()) || !digest ||
          to_hex(*digest) != sha2)
        add_fault(report_, fmt::format("attachment {} is not what its hash says", sha2));
      return {};
    });
  }

  /// The pieces of an attachment that follow each other from the first on.
  Result<std::string> content_of(const std::string& sha2) {
    TRY(auto client, database_.lease(context_));
    std::string bytes;
    for (std::uint64_t number = 0;; ++number) {
      Bson filter;
      filter.text("_id", fmt::format("{}/{}", sha2, number));
      bool any = false;
      RETURN_IF_ERROR(client.find(database_.name(), place_.blobs(), filter, {}, [&](View found) {
        any = true;
        bytes += bytes_at(found, "bytes");
        return true;
      }));
      if (!any) return bytes;
    }
  }

  MongoDatabase& database_;
  const Context context_;
  const OnProgress& on_progress_;
  Collection place_;
  VerifyReport report_;
  std::uint64_t done_ = 0, total_ = 0;
};

}  // namespace

Result<VerifyReport> verify(const StoreSettings& settings, const std::string& target,
                            const OnProgress& on_progress) {
  TRY(const auto database, MongoDatabase::open(database_settings(settings)));
  return Verification(*database, Context{target}, on_progress).run();
}

}  // namespace lectern::store::mongo
