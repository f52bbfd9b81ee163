#include "store/elasticsearch/migration.h"

#include <fmt/format.h>

#include "base/json/writer.h"
#include "base/log.h"
#include "store/elasticsearch/client/search.h"
#include "store/elasticsearch/read/lookup.h"
#include "store/elasticsearch/schema/layout.h"
#include "store/elasticsearch/write/references.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;

constexpr std::size_t documents_at_once = 500;
constexpr std::size_t bulk_bytes_max = 8UL * 1024 * 1024;
constexpr std::size_t reasons_max = 10;

constexpr std::string_view lacking_ours =
    R"({"bool":{"must_not":{"exists":{"field":"lectern.stored"}}}})";

/// The ids of incomplete documents, as they were when the walk began. A scroll, since the
/// documents have no field of ours to sort by yet.
class Ids {
 public:
  Ids(Cluster& cluster, std::string index, Deadline deadline)
      : cluster_(cluster), index_(std::move(index)), deadline_(deadline) {}
  ~Ids() {
    if (scroll_.empty()) return;
    const auto body = json::Writer().object().member("scroll_id", scroll_).end().take();
    static_cast<void>(cluster_.call({"DELETE", "/_search/scroll", body}, deadline_).has_value());
  }
  Ids(const Ids&) = delete;
  Ids& operator=(const Ids&) = delete;

  /// The next ones; none at the end.
  Result<std::vector<std::string>> next() {
    std::string path = "/_search/scroll", body;
    json::Writer json;
    if (scroll_.empty()) {
      path = "/" + index_ + "/_search?scroll=5m";
      body = json.object()
                 .member("size", documents_at_once)
                 .raw_members(R"("_source":false,"sort":["_doc"])")
                 .raw_member("query", lacking_ours)
                 .end()
                 .take();
    } else {
      body = json.object().member("scroll", "5m").member("scroll_id", scroll_).end().take();
    }
    TRY(const auto reply, cluster_.expect_ok({"POST", path, body}, deadline_));
    const auto scroll = reply.root().find("_scroll_id");
    if (scroll && scroll->is(Type::string)) scroll_ = scroll->string();
    std::vector<std::string> ids;
    TRY(const auto hits, hits_of(reply));
    if (hits)
      for (const Value hit : hits->children())
        if (const auto id = hit.find("_id"); id && id->is(Type::string))
          ids.emplace_back(id->string());
    return ids;
  }

 private:
  Cluster& cluster_;
  const std::string index_;
  const Deadline deadline_;
  std::string scroll_;
};

/// Completes documents, and counts.
class Completion {
 public:
  Completion(Cluster& cluster, TargetIndex& target, const ElasticsearchSettings& settings,
             bool dry_run, Deadline deadline, MigrationProgress& progress)
      : cluster_(cluster),
        target_(target),
        settings_(settings),
        dry_run_(dry_run),
        deadline_(deadline),
        progress_(progress) {}

  Result<void> complete(const std::vector<std::string>& ids) {
    TRY(auto documents, read(ids));
    if (dry_run_) {
      progress_.done += documents.size();
      return {};
    }
    RETURN_IF_ERROR(announce(documents));
    for (std::size_t begin = 0; begin < documents.size();) {
      TRY(begin, write(documents, begin));
    }
    if (written_.empty()) return {};
    ElasticsearchReferences references(cluster_, target_, settings_.refresh_after_write, deadline_);
    RETURN_IF_ERROR(resolve_references(references, views_of(written_), deadline_));
    written_.clear();
    target_.search_refresh.changed();
    return {};
  }

 private:
  void unreadable(const std::string& id, const std::string& why) {
    ++progress_.unreadable;
    tell(id, why);
  }

  void tell(const std::string& id, const std::string& what) {
    if (progress_.reasons.size() < reasons_max) progress_.reasons.push_back(id + ": " + what);
  }

  /// The documents that are still incomplete and can be read. One that breaks the answer which it
  /// stands in (too deep, say) is found out by asking for them one by one.
  Result<std::vector<StatementDocument>> read(const std::vector<std::string>& ids) {
    std::vector<StatementDocument> all;
    const auto body = ids_body(ids);
    const std::string path = fmt::format("/{}/_mget?stored_fields=lectern.stored&_source=true",
                                         target_.names.statements);
    auto reply = cluster_.expect_ok({"POST", path, body}, deadline_);
    if (!reply && ids.size() > 1) {
      for (const auto& id : ids) {
        TRY(auto one, read({id}));
        std::move(one.begin(), one.end(), std::back_inserter(all));
      }
      return all;
    }
    if (!reply) {
      if (cluster_.expect_ok({"GET", "/"}, deadline_))
        unreadable(ids.front(), reply.error().detail);
      else
        return fail(std::move(reply).error());
      return all;
    }
    if (const auto documents = reply->root().find("docs"))
      for (const Value document : documents->children()) take(document, all);
    return all;
  }

  void take(Value document, std::vector<StatementDocument>& all) {
    const auto id = document.find("_id");
    const auto source = document.find("_source");
    if (!id || !id->is(Type::string) || !source || document.find("fields")) return;
    auto kept = from_foreign(id->string(), source->source());
    if (!kept) {
      unreadable(std::string(id->string()), kept.error().message);
      return;
    }
    const auto number = [&](std::string_view name) {
      const auto member = document.find(name);
      return member && member->is(Type::number) ? member->as_integer().value_or(0) : 0;
    };
    kept->version = {number("_seq_no"), number("_primary_term")};
    if (number("_version") > 1) {  // who stores a statement writes it once
      constexpr auto what = "it was stored before, and another program wrote over it";
      log::warning("the statement {}: {}", kept->id.text(), what);
      tell(kept->id.text(), what);
    }
    all.push_back(std::move(*kept));
  }

  Result<void> announce(const std::vector<StatementDocument>& documents) {
    std::vector<ReferencePair> references;
    for (const auto& kept : documents)
      if (kept.refers_to) references.push_back({*kept.refers_to, kept.id});
    if (references.empty()) return {};
    RETURN_IF_ERROR(prepare_references(cluster_, target_.names.references, deadline_));
    return announce_references(cluster_, target_.names.references, references, deadline_);
  }

  /// Writes documents from `begin` on; returns where to go on.
  Result<std::size_t> write(const std::vector<StatementDocument>& documents, std::size_t begin) {
    std::string lines;
    std::size_t end = begin;
    for (; end < documents.size() && lines.size() < bulk_bytes_max; ++end) {
      append_index(lines, documents[end].id.text(), documents[end].version);
      append_document(lines, documents[end], target_.statements.layout);
    }
    TRY(const auto items, send_bulk(cluster_, target_.names.statements, "", lines, deadline_));
    if (items.size() != end - begin)
      return fail(Code::unavailable, "The database's answer was not understood",
                  "_bulk of " + target_.names.statements + ": expected an item for each action");
    for (std::size_t i = begin; i < end; ++i) {
      const auto& item = items[i - begin];
      if (item.status == 429 || item.status >= 500)
        return fail(Code::unavailable, "The database is busy", item.reason);
      if (item.ok()) {
        ++progress_.done;
        const auto& kept = documents[i];
        written_.push_back({kept.id, kept.terms, kept.refers_to, kept.voids});
      } else if (item.status != 409) {  // changed meanwhile: left for the next run
        unreadable(documents[i].id.text(), "the database refuses it: " + item.reason);
      }
    }
    return end;
  }

  Cluster& cluster_;
  TargetIndex& target_;
  const ElasticsearchSettings& settings_;
  const bool dry_run_;
  const Deadline deadline_;
  MigrationProgress& progress_;
  std::vector<ReferenceNode> written_;
};

}  // namespace

Result<std::uint64_t> ElasticsearchMigration::count(const Context& context) {
  TRY(const auto* const target, targets_.of(context));
  const auto& index = target->names.statements;
  RETURN_IF_ERROR(cluster_.expect_ok({"POST", "/" + index + "/_refresh"}, context.deadline));
  const std::string body = json::Writer().object().raw_member("query", lacking_ours).end().take();
  TRY(const auto reply,
      cluster_.expect_ok({"POST", "/" + index + "/_count", body}, context.deadline));
  const auto count = reply.root().find("count");
  if (!count || !count->is(Type::number))
    return fail(Code::unavailable, "The database's answer was not understood",
                "_count of " + index + ": expected a number");
  return static_cast<std::uint64_t>(count->as_integer().value_or(0));
}

Result<MigrationProgress> ElasticsearchMigration::run(
    const Context& context, bool dry_run,
    const std::function<bool(const MigrationProgress&)>& report) {
  MigrationProgress progress;
  TRY(progress.total, count(context));
  TRY(auto* const target, targets_.of(context));
  Ids ids(cluster_, target->names.statements, context.deadline);
  Completion completion(cluster_, *target, settings_, dry_run, context.deadline, progress);
  for (;;) {
    TRY(const auto some, ids.next());
    if (some.empty()) break;
    RETURN_IF_ERROR(completion.complete(some));
    if (!report(progress)) break;
  }
  // Servers that are at work list what was completed, without a statement that makes them look.
  if (!dry_run)
    RETURN_IF_ERROR(cluster_.expect_ok({"POST", "/" + target->names.statements + "/_refresh"},
                                       context.deadline));
  return progress;
}

}  // namespace lectern::store::elasticsearch
