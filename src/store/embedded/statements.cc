#include "store/embedded/statements.h"

#include <algorithm>
#include <thread>

#include "base/page_bytes.h"
#include "store/embedded/read/query.h"
#include "store/embedded/write/append.h"

namespace lectern::store::embedded {
namespace {

/// A page of statements that lie far apart costs more to keep than to read again, unless it is
/// asked for often: then it is soon kept all the same.
constexpr unsigned pages_of_one_kept = 8;

/// The values under the keys, empty ones where there are none.
Result<std::vector<rocksdb::PinnableSlice>> read_all(const Database& database, Family family,
                                                     const std::vector<std::string>& keys) {
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  database.rocks().MultiGet({}, database.family(family), keys.size(), slices.data(), values.data(),
                            statuses.data());
  for (const auto& status : statuses)
    if (!status.ok() && !status.IsNotFound()) return fail(error_of(status, "reading"));
  return values;
}

}  // namespace

EmbeddedStatements::EmbeddedStatements(std::shared_ptr<Engine> engine)
    : engine_(std::move(engine)), pages_(std::max(2U, std::thread::hardware_concurrency())) {}

Result<std::vector<AppendOutcome>> EmbeddedStatements::append(const Context& context,
                                                              std::span<Row> rows,
                                                              OnConflict on_conflict) {
  if (rows.empty()) return std::vector<AppendOutcome>{};
  TRY(const auto target, engine_->database->make_target(context.target));
  AppendJob job(*engine_->database, target, rows, on_conflict, context.deadline, engine_->slices);
  RETURN_IF_ERROR(engine_->committer.run(job, target, context.deadline));
  engine_->trainer.look(rows, job.packed_bytes());
  return std::move(job.outcomes());
}

Result<std::vector<StoredStatement>> EmbeddedStatements::find(const Context& context,
                                                              std::span<const Uuid> ids) {
  return engine_->read(context.deadline, [&] { return find_now(context, ids); });
}

Result<std::vector<StoredStatement>> EmbeddedStatements::find_now(const Context& context,
                                                                  std::span<const Uuid> ids) {
  std::vector<StoredStatement> found;
  const auto target = engine_->database->find_target(context.target);
  if (!target || ids.empty()) return found;
  std::vector<std::string> keys;
  for (const Uuid& id : ids) keys.push_back(id_key(*target, id));
  TRY(const auto entries, read_all(*engine_->database, Family::ids, keys));
  std::size_t bytes_read = 0;
  for (const auto& bytes : entries) {
    if (bytes.empty()) continue;
    const auto entry = decode_id_entry(view(bytes));
    if (!entry) return fail(damaged("id"));
    if (!entry->kept) continue;
    // One by one: MultiGet would read the blocks of many at once, whatever their size.
    TRY(const auto value, engine_->database->get(Family::bodies, body_key(*target, entry->stored)));
    if (!value) return fail(damaged("body"));
    std::string unpacked;
    TRY(const auto body, engine_->database->read_body(*value, entry->stored, unpacked));
    bytes_read += body.text.size();
    found.push_back({.position = {entry->stored, body.id},
                     .json = text_of(body, unpacked),
                     .voided = body.voided,
                     .fingerprint = entry->fingerprint});
    if (bytes_read >= page_bytes_max()) break;
  }
  return found;
}

Result<Page> EmbeddedStatements::query(const Context& context, const Filter& filter,
                                       const PageRequest& page) {
  const auto target = engine_->database->find_target(context.target);
  if (!target) return Page{};
  TRY(auto permit, pages_.acquire(*target, context.deadline));
  const auto keep = ++pages_read_ % pages_of_one_kept == 0 ? Keep::yes : Keep::no;
  return engine_->read(context.deadline, [&] {
    return read_page(*engine_->database, *target, filter, page, context.deadline, permit, keep);
  });
}

Result<Time> EmbeddedStatements::consistent_through(const Context& context) {
  const auto target = engine_->database->find_target(context.target);
  return engine_->committer.consistent_through(target.value_or(no_target));
}

Health EmbeddedStatements::health() {
  const auto works = engine_->read(std::chrono::steady_clock::now(),
                                   [&] { return engine_->database->check_that_it_works(); });
  return works && !engine_->database->is_damaged() ? Health::ok : Health::error;
}

}  // namespace lectern::store::embedded
