#include "store/embedded/safety/rebuild_from_texts.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <map>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/digest.h"
#include "store/embedded/format/stored_row.h"
#include "store/embedded/options.h"
#include "store/embedded/safety/body_walk.h"
#include "store/embedded/safety/opening_check.h"
#include "store/embedded/safety/private_files.h"
#include "store/embedded/statements.h"

namespace lectern::store::embedded {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t rows_at_once = 500;
constexpr std::size_t batch_bytes_max = std::size_t{4} << 20;

/// Keeps other processes from the folder.
class FolderLock {
 public:
  static Result<std::unique_ptr<FolderLock>> take(const std::string& folder) {
    auto lock = std::make_unique<FolderLock>();
    const auto status = rocksdb::Env::Default()->LockFile(folder + "/LOCK", &lock->lock_);
    if (!status.ok())
      return fail(Code::unavailable, "another lectern process owns the folder " + folder);
    return lock;
  }
  FolderLock() = default;
  ~FolderLock() {
    if (lock_ != nullptr) rocksdb::Env::Default()->UnlockFile(lock_).PermitUncheckedError();
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  rocksdb::FileLock* lock_ = nullptr;
};

/// The same files under other names, so that what RocksDB renames and removes there stays here.
Result<void> link_all(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::remove_all(to, error);
  fs::create_directories(to, error);
  make_private(to);
  for (const auto& entry : fs::directory_iterator(from, error)) {
    const auto name = entry.path().filename().string();
    if (!entry.is_regular_file(error) || name == "LOCK" || name.starts_with("LOG")) continue;
    fs::create_hard_link(entry.path(), to + "/" + name, error);
    if (error) return fail(Code::unavailable, "cannot link " + name + ": " + error.message());
  }
  return {};
}

/// The folder to read from: itself, or a copy whose MANIFEST and logs RocksDB made anew.
Result<std::unique_ptr<Database>> open_source(const std::string& folder) {
  auto& env = *rocksdb::Env::Default();
  const auto note = read_note(env, folder);
  if (note && check_before_opening(env, folder, *note))
    if (auto opened = Database::open_for_reading(folder)) return opened;
  const auto copy = folder + ".rescue";
  RETURN_IF_ERROR(link_all(folder, copy));
  auto options = reading_options();
  options.create_if_missing = true;
  const auto status =
      rocksdb::RepairDB(copy, options, family_options(), rocksdb::ColumnFamilyOptions());
  if (!status.ok())
    return fail(Code::internal, "nothing can be read from " + folder + ": " + status.ToString());
  // Families that held nothing are gone with the MANIFEST.
  options.create_missing_column_families = true;
  rocksdb::DB* opened = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  const auto made = rocksdb::DB::Open(options, copy, family_options(), &families, &opened);
  if (!made.ok())
    return fail(Code::internal, "nothing can be read from " + folder + ": " + made.ToString());
  const std::unique_ptr<rocksdb::DB> rocks(opened);
  for (auto* family : families) rocks->DestroyColumnFamilyHandle(family);
  if (const auto closed = rocks->Close(); !closed.ok())
    return fail(Code::unavailable, "closing " + copy + ": " + closed.ToString());
  return Database::open_for_reading(copy);
}

class Rescue {
 public:
  Rescue(const Database& from, const std::shared_ptr<Engine>& to, const OnProgress& on_progress)
      : from_(from), to_(*to), statements_(to), on_progress_(on_progress) {}

  Result<Rescued> run() {
    std::uint64_t keys = 0;
    from_.rocks().GetIntProperty(from_.family(Family::bodies),
                                 rocksdb::DB::Properties::kEstimateNumKeys, &keys);
    total_ = keys;
    // In the order of their numbers, so that they keep them.
    for (const auto& [name, number] : from_.targets()) names_.emplace(number, name);
    for (const auto& [number, name] : names_) RETURN_IF_ERROR(to_.database->make_target(name));
    RETURN_IF_ERROR(copy_statements());
    name_lost_ids();
    RETURN_IF_ERROR(mark_voided());
    RETURN_IF_ERROR(copy_documents());
    RETURN_IF_ERROR(copy_blobs());
    return std::move(rescued_);
  }

 private:
  Result<std::string> name_of(TargetNumber number) {
    if (const auto known = names_.find(number); known != names_.end()) return known->second;
    const auto name = number == 1 ? std::string() : fmt::format("lost-{}", number);
    names_.emplace(number, name);
    rescued_.lost.push_back(
        fmt::format("the name of target {}: its statements are in '{}'", number, name));
    RETURN_IF_ERROR(to_.database->make_target(name));
    return name;
  }

  Result<void> copy_statements() {
    BodyWalk walk(from_, nullptr, BodyWalk::Order::oldest_first);
    std::vector<Row> rows;
    std::optional<TargetNumber> target;
    while (auto entry = walk.next()) {
      if (target != entry->target) RETURN_IF_ERROR(append(target, rows));
      target = entry->target;
      const auto stored = stored_of(entry->order);
      std::string unpacked;
      const auto body = from_.read_body(entry->bytes, stored, unpacked);
      auto row =
          body ? row_of_body(*body, stored) : Result<Row>(fail(Code::invalid, "it is unreadable"));
      if (!row) {
        rescued_.lost.push_back(fmt::format("the statement stored at {}: {}", stored_text(stored),
                                            row.error().message));
        continue;
      }
      if (body->voided) voided_.emplace_back(entry->target, body->id);
      rows.push_back(std::move(*row));
      if (rows.size() == rows_at_once) RETURN_IF_ERROR(append(target, rows));
    }
    RETURN_IF_ERROR(append(target, rows));
    for (const auto& key : walk.lost())
      rescued_.lost.push_back(fmt::format("the statement stored at {}: {}",
                                          stored_text(stored_of(be64(key.substr(4)))),
                                          walk.first_damage()));
    return {};
  }

  /// Statements of which only the id is left.
  void name_lost_ids() {
    const auto at = walk(Family::ids);
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
      const auto key = view(at->key());
      const auto entry = decode_id_entry(view(at->value()));
      if (key.size() != 20 || !entry || !entry->kept) continue;
      std::string bytes;
      const auto found = from_.rocks().Get({}, from_.family(Family::bodies),
                                           body_key(be32(key), entry->stored), &bytes);
      if (!found.IsNotFound()) continue;  // it is there, or named already
      Uuid id;
      std::copy(key.begin() + 4, key.end(), id.bytes.begin());
      rescued_.lost.push_back(fmt::format("the statement {}: only its id is left", id.text()));
    }
  }

  Result<void> append(std::optional<TargetNumber> target, std::vector<Row>& rows) {
    if (rows.empty()) return {};
    std::deque<Time> instants;
    // An id that is there already gets no instant, and would shift those of the others.
    TRY(const auto name, name_of(*target));
    std::vector<Uuid> ids;
    for (const auto& row : rows) ids.push_back(row.id);
    TRY(const auto there, statements_.find({name}, ids));
    std::erase_if(rows, [&](const Row& row) {
      return std::any_of(there.begin(), there.end(),
                         [&](const StoredStatement& found) { return found.position.id == row.id; });
    });
    for (const auto& row : rows) instants.push_back(row.stored);
    to_.committer.replay(std::move(instants));
    if (!rows.empty()) RETURN_IF_ERROR(statements_.append({name}, rows, OnConflict::skip));
    rescued_.statements += rows.size();
    rows.clear();
    return go_on();
  }

  Result<void> go_on() {
    if (on_progress_({rescued_.statements, total_})) return {};
    return fail(Code::unavailable, "the repair was stopped; nothing has changed");
  }

  /// Those whose voiding statement is lost stay voided.
  Result<void> mark_voided() {
    for (const auto& [number, id] : voided_) {
      TRY(const auto name, name_of(number));
      TRY(const auto found, statements_.find({name}, std::vector{id}));
      if (found.empty() || found.front().voided) continue;
      TRY(const auto target, to_.database->make_target(name));
      const auto stored = found.front().position.stored;
      const auto key = body_key(target, stored);
      TRY(auto bytes, to_.database->get(Family::bodies, key));
      if (!bytes) return fail(damaged("body"));
      rocksdb::WriteBatch batch;
      set_voided(*bytes);
      batch.Put(to_.database->family(Family::bodies), key, *bytes);
      RETURN_IF_ERROR(to_.database->commit(batch));
      rescued_.lost.push_back("what voided the statement " + id.text() + ": it stays voided");
    }
    return {};
  }

  /// Adds a key and its value under the target's new number.
  Result<void> put(rocksdb::WriteBatch& batch, Family family, std::string_view key,
                   std::string_view value) {
    TRY(const auto name, name_of(be32(key)));
    TRY(const auto target, to_.database->make_target(name));
    std::string moved;
    append_be32(moved, target);
    moved += key.substr(4);
    batch.Put(to_.database->family(family), moved, rocksdb::Slice(value.data(), value.size()));
    return {};
  }

  Result<void> flush(rocksdb::WriteBatch& batch, std::size_t bytes_min) {
    if (batch.Count() == 0 || batch.GetDataSize() < bytes_min) return {};
    RETURN_IF_ERROR(to_.database->commit(batch));
    batch.Clear();
    return go_on();
  }

  std::unique_ptr<rocksdb::Iterator> walk(Family family) const {
    return std::unique_ptr<rocksdb::Iterator>(from_.rocks().NewIterator({}, from_.family(family)));
  }

  Result<void> copy_documents() {
    rocksdb::WriteBatch batch;
    const auto at = walk(Family::documents);
    for (at->Seek(first_target); at->Valid(); at->Next()) {
      std::string registration, name;
      if (!decode_document(view(at->value()), false) ||
          !decode_document_key(view(at->key()), registration, name)) {
        rescued_.lost.push_back("an unreadable document");
        continue;
      }
      RETURN_IF_ERROR(put(batch, Family::documents, view(at->key()), view(at->value())));
      ++rescued_.documents;
      RETURN_IF_ERROR(flush(batch, batch_bytes_max));
    }
    if (!at->status().ok())
      rescued_.lost.push_back("documents from a damaged place on: " + at->status().ToString());
    return flush(batch, 0);
  }

  Result<void> copy_blobs() {
    std::string hash, bytes;
    rocksdb::WriteBatch batch;
    const auto at = walk(Family::blobs);
    for (at->Seek(first_target); at->Valid(); at->Next()) {
      const auto key = view(at->key());
      if (key.size() < 8) continue;
      const auto here = key.substr(0, key.size() - 4);
      if (here != hash) {
        batch.Clear();
        bytes.clear();
        hash = here;
      }
      RETURN_IF_ERROR(put(batch, Family::blobs, key, view(at->value())));
      if (be32(key.substr(key.size() - 4)) != blob_size_piece) {
        bytes += view(at->value());
        continue;
      }
      const auto sha2 = std::string_view(hash).substr(4);
      const auto digest = sha2_of_length(bytes, sha2.size());
      if (digest && to_hex(*digest) == sha2) {
        ++rescued_.attachments;
        RETURN_IF_ERROR(flush(batch, 0));
      } else {
        rescued_.lost.push_back(fmt::format("the attachment {}", sha2));
      }
    }
    if (!at->status().ok())
      rescued_.lost.push_back("attachments from a damaged place on: " + at->status().ToString());
    return {};
  }

  const Database& from_;
  Engine& to_;
  EmbeddedStatements statements_;
  const OnProgress& on_progress_;
  Rescued rescued_;
  std::map<TargetNumber, std::string> names_;
  std::vector<std::pair<TargetNumber, Uuid>> voided_;
  std::uint64_t total_ = 0;
};

std::uint64_t commits_of(const Database& database) {
  const auto bytes = database.get(Family::defaults, std::string(commits_key));
  return bytes && *bytes && (*bytes)->size() == 8 ? be64(**bytes) : 0;
}

/// How many commits there are in front of the first damage of a log; nothing when the folder
/// cannot be opened as it is.
std::optional<std::uint64_t> undamaged_commits(const std::string& folder) {
  const auto opened = Database::open_for_reading(folder);
  return opened ? std::optional(commits_of(**opened)) : std::nullopt;
}

/// Puts the new folder in the old one's place, in one step; the old one is then under `aside`.
Result<void> exchange(const std::string& fresh, const std::string& folder,
                      const std::string& aside) {
  if (renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, folder.c_str(), RENAME_EXCHANGE) != 0 ||
      std::rename(fresh.c_str(), aside.c_str()) != 0)
    return fail(Code::unavailable, "cannot put " + fresh + " in the place of " + folder + ": " +
                                       std::error_code(errno, std::system_category()).message());
  return {};
}

}  // namespace

Result<Rescued> rescue(const std::string& folder, const OnProgress& on_progress) {
  TRY(auto lock, FolderLock::take(folder));
  const auto fresh = folder + ".new";
  std::error_code error;
  fs::remove_all(fresh, error);
  Rescued rescued;
  {
    const auto note = read_note(*rocksdb::Env::Default(), folder);
    const auto undamaged = undamaged_commits(folder);
    TRY(const auto from, open_source(folder));
    TRY(const auto to, Engine::open(fresh));
    TRY(rescued, Rescue(*from, to, on_progress).run());
    const auto commits = undamaged.value_or(commits_of(*from));
    if (note && *note && commits < (*note)->commits)
      rescued.lost.push_back(
          fmt::format("of {} acknowledged writes some behind number {}: the write-ahead log is "
                      "damaged there",
                      (*note)->commits, commits));
  }
  rescued.kept_in = fmt::format("{}.damaged-{}", folder, now().time_since_epoch().count());
  RETURN_IF_ERROR(exchange(fresh, folder, rescued.kept_in));
  fs::remove_all(folder + ".rescue", error);
  return rescued;
}

}  // namespace lectern::store::embedded
