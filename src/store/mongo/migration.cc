#include "store/mongo/migration.h"

#include <fmt/format.h>

#include "store/mongo/schema/layout.h"
#include "store/mongo/write/references.h"

namespace lectern::store::mongo {
namespace {

constexpr std::int64_t rows_at_once = 500;
/// Bytes of one update command, and of the texts that wait for it.
constexpr std::size_t bytes_at_once = 8 * 1024 * 1024;
constexpr std::size_t reasons_max = 10;

Bson lacking_ours() {
  Bson no, filter;
  no.flag("$exists", false);
  filter.object("lectern", no);
  return filter;
}

/// A row that can be completed, and the update that does it.
struct Completion {
  Row row;
  std::string name;  ///< of its _id, for reasons
  Bson update;
};

/// One run over the collection, in the order of `_id`.
class Walk {
 public:
  Walk(const std::string& database, const Collection& place, bool dry_run,
       MigrationProgress& progress)
      : database_(database), place_(place), dry_run_(dry_run), progress_(progress) {}

  /// Completes the next rows. False: there are no more.
  Result<bool> step(Client& client) {
    rows_.clear();
    std::size_t bytes = 0;
    bool any = false;
    RETURN_IF_ERROR(client.find(database_, place_.collection, next(), options(), [&](View found) {
      any = true;
      last_ = Bson();
      if (const auto id = field(found, "_id"))
        bson_append_iter(&last_.get(), "_id", -1, &id->iterator());
      bytes += take(found);
      return bytes < bytes_at_once;
    }));
    if (!dry_run_ && !rows_.empty()) RETURN_IF_ERROR(write(client));
    return any;
  }

 private:
  Bson next() const {
    auto filter = lacking_ours();
    if (!last_.empty()) {
      Bson after;
      bson_append_iter(&after.get(), "$gt", -1, &field(last_.view(), "_id")->iterator());
      filter.object("_id", after);
    }
    return filter;
  }

  static Bson options() {
    Bson order, options;
    order.small("_id", 1);
    options.object("sort", order).integer("limit", rows_at_once);
    return options;
  }

  void unreadable(const std::string& name, const std::string& why) {
    ++progress_.unreadable;
    if (progress_.reasons.size() < reasons_max) progress_.reasons.push_back(name + ": " + why);
  }

  std::string name_of_last() const {
    const auto json = last_.empty() ? std::nullopt : std::optional(bson_as_json(&last_.get(), {}));
    if (!json) return "a document";
    std::string name(*json);
    bson_free(*json);
    return name;
  }

  /// Reads one document; returns the bytes it will take to complete it.
  std::size_t take(View found) {
    auto row = row_of_source(found);
    if (!row) {
      unreadable(name_of_last(), row.error().message);
      return 0;
    }
    const auto part = lectern_part(*row, row->json);
    if (found.size + part.size() > document_bytes_max) {
      unreadable(name_of_last(), "with its text kept beside it, it would pass 16 MiB");
      return 0;
    }
    if (dry_run_) {
      ++progress_.done;
      return 0;
    }
    auto filter = lacking_ours();
    bson_append_iter(&filter.get(), "_id", -1, &field(last_.view(), "_id")->iterator());
    Bson set, change, update;
    set.object("lectern", part);
    change.object("$set", set);
    update.object("q", filter).object("u", change);
    row->json.clear();
    rows_.push_back({std::move(*row), name_of_last(), std::move(update)});
    return rows_.back().update.size();
  }

  Result<void> write(Client& client) {
    Array updates;
    for (const auto& one : rows_) updates.object(one.update);
    Bson command;
    command.text("update", place_.collection)
        .array("updates", updates.get())
        .flag("ordered", false);
    TRY(const auto written, client.write_bulk(database_, std::move(command)));
    std::vector<bool> refused(rows_.size(), false);
    for (const auto& error : written.errors) {
      if (error.index >= rows_.size()) continue;
      refused[error.index] = true;
      unreadable(rows_[error.index].name, error.code == duplicate_key
                                              ? "a statement with this id is kept already"
                                              : error.message);
    }
    std::vector<ReferenceNodeView> completed;
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (!refused[i]) completed.push_back(view_of(rows_[i].row));
    progress_.done += completed.size();
    MongoReferences access(client, database_, place_);
    return resolve_references(access, completed, Deadline::max());
  }

  const std::string& database_;
  const Collection& place_;
  bool dry_run_;
  MigrationProgress& progress_;
  Bson last_;  // { _id } of the last document that was read
  std::vector<Completion> rows_;
};

}  // namespace

Result<std::uint64_t> MongoMigration::count(const Context& context) {
  TRY(const auto place, database_->place(context));
  TRY(auto client, database_->lease(context));
  Bson command;
  command.text("count", place.collection).object("query", lacking_ours());
  TRY(const auto reply, client.read(database_->name(), std::move(command)));
  const auto n = field(reply.view(), "n");
  return static_cast<std::uint64_t>(n ? n->integer().value_or(0) : 0);
}

Result<MigrationProgress> MongoMigration::run(
    const Context& context, bool dry_run,
    const std::function<bool(const MigrationProgress&)>& report) {
  MigrationProgress progress;
  TRY(progress.total, count(context));
  if (!report(progress)) return progress;
  TRY(const auto place, dry_run ? database_->place(context) : database_->writable(context));
  Walk walk(database_->name(), place, dry_run, progress);
  for (;;) {
    // A connection for each step: a migration may take longer than a call may.
    TRY(auto client, database_->lease(context));
    TRY(const bool more, walk.step(client));
    if (!more || !report(progress)) return progress;
  }
}

}  // namespace lectern::store::mongo
