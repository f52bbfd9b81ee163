#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>

#include "base/concurrency/mutex.h"
#include "base/result.h"
#include "store/embedded/format/keys.h"
#include "store/embedded/format/values.h"
#include "store/embedded/safety/reopen_gate.h"
#include "store/embedded/texts/dictionaries.h"
#include "store/embedded/write/durable_note.h"
#include "store/embedded/write/posting_buffer.h"
#include "store/embedded/write/rows_ahead.h"

namespace lectern::store::embedded {

/// The column families of store/embedded/format/keys.h.
enum class Family : std::size_t { defaults, bodies, ids, postings, references, documents, blobs };
inline constexpr std::size_t family_count = 7;

/// What a failed call to RocksDB is to our callers. `doing` goes to the log with the cause.
Error error_of(const rocksdb::Status& status, std::string_view doing);
/// For bytes that do not follow store/embedded/format/keys.h and store/embedded/format/values.h.
Error damaged(std::string_view what);

/// RocksDB's view of bytes as ours, and ours as RocksDB's: neither copies.
inline std::string_view view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

/// Likewise.
template <std::size_t size>
rocksdb::Slice slice(const std::array<char, size>& bytes) {
  return {bytes.data(), bytes.size()};
}

/// The text of what Database::read_body() has read, without a copy where it was unpacked.
std::string text_of(const Body& body, std::string& unpacked);

// Keys of Family::defaults.
/// Keys of Family::defaults: the number of the format ...
inline constexpr std::string_view format_key = "format";
/// ... the 16 secret bytes of hash_of() ...
inline constexpr std::string_view hash_key_key = "hash-key";
/// ... and what stands before a target's name, whose number is the value.
inline constexpr std::string_view target_prefix = "target:";
/// The number of the last commit, as 8 bytes, written with each.
inline constexpr std::string_view commits_key = "commits";

/// The folder of the embedded store, opened; it belongs to this process until this is destroyed.
/// Thread-safe.
class Database {
 public:
  /// Opens the folder, making it when it is not there, and takes the rights of others from it.
  /// Errors: unavailable when another process owns it; invalid when it cannot be made or was
  /// written by a later version; internal, also when it is damaged
  /// (store/embedded/safety/opening_check.h).
  static Result<std::unique_ptr<Database>> open(const std::string& folder,
                                                rocksdb::Env* env = rocksdb::Env::Default());
  /// Opens it to be looked at, without changing anything: every write fails.
  static Result<std::unique_ptr<Database>> open_for_reading(const std::string& folder);
  /// Writes out what is in memory, so that the next start has nothing to replay.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// To be held by whoever works on what follows, for one call. Errors: unavailable while the
  /// folder is being opened anew.
  Result<ReopenGate::Pass> use(Deadline deadline) const;

  rocksdb::DB& rocks() const { return *rocks_; }
  /// The handle of a family, for RocksDB's calls; valid until the store is closed or opened anew.
  rocksdb::ColumnFamilyHandle* family(Family family) const {
    return families_[static_cast<std::size_t>(family)];
  }
  /// The bytes under a key, or nothing.
  Result<std::optional<std::string>> get(Family family, const std::string& key) const;
  /// The same without a copy; whether they are there.
  Result<bool> get(Family family, const std::string& key, rocksdb::PinnableSlice& bytes) const;
  /// Writes what may be lost until the log is synced. After a power cut even a commit that was cut
  /// off may be there without it, since the log is made of several files, and of those that were
  /// not synced any may be kept: what makes sense only together with this is written after
  /// sync_log().
  Result<void> write_unsynced(rocksdb::WriteBatch& batch);
  /// Syncs what was written so far.
  Result<void> sync_log();
  /// Writes the batch to disk, numbered, so that its loss would be noticed at the next start.
  Result<void> commit(rocksdb::WriteBatch& batch);

  /// The number of a target, if anything was stored in it.
  std::optional<TargetNumber> find_target(const std::string& name) const;
  /// The number of a target, given to it now where it has none. Needs no use().
  Result<TargetNumber> make_target(const std::string& name);
  std::map<std::string, TargetNumber> targets() const;

  /// What stands for a term of a target in keys: SipHash under the store's own secret, so that
  /// nobody outside can make two terms meet.
  TermHash hash_of(TargetNumber target, const xapi::Term& term) const;

  /// Whether a statement of some target may bear the mark of store/common/reference_resolver.h, so
  /// that queries must look for it. Once it may, it may for good.
  bool may_have_marked() const { return may_have_marked_; }
  /// To be called before such a statement is written.
  void note_marked() const { may_have_marked_ = true; }

  /// What texts are packed with.
  const TextDictionaries& dictionaries() const { return dictionaries_; }
  /// Texts are packed with this one from now on, once it is on disk.
  Result<void> add_dictionary(std::string_view bytes);
  /// Reads a body, which was stored at this instant. Its `text`, unpacked, stands in `bytes` or in
  /// `unpacked`, which both must outlive it. Errors: internal where it is unreadable.
  Result<Body> read_body(std::string_view bytes, Time stored, std::string& unpacked) const;

  /// The rows that are no statements yet.
  AllRowsAhead& rows_ahead() const { return rows_ahead_; }

  /// The postings of the newest statements. Changed by the committing thread alone.
  PostingBuffer& posting_buffer() { return posting_buffer_; }
  /// Likewise, to look at.
  const PostingBuffer& posting_buffer() const { return posting_buffer_; }
  /// The order of the newest statement up to which all own postings are in the database.
  Result<std::uint64_t> covered(const rocksdb::Snapshot* snapshot = nullptr) const;

  /// The latest `stored` of all targets, of rows ahead too.
  Result<Time> newest_stored() const;

  /// Reads and writes something. Errors: unavailable when that fails.
  Result<void> check_that_it_works();
  /// To be told of each failed call: the first one that speaks of damage is logged and remembered.
  void notice(const Error& error) const;
  /// Whether anything that was read, since the start, was damaged.
  bool is_damaged() const;

  /// What is called, from any thread, when a write failed for a reason that may pass.
  void on_failure(std::function<void()> listener);
  /// Closes the database and opens it again, while nobody uses it. On an Error it stays closed,
  /// and every use() fails until a later call succeeds.
  Result<void> reopen();
  /// Whether the folder has room for what reopen() writes, and this process descriptors for it.
  bool has_room() const;

  const std::string& folder() const { return folder_; }

 private:
  class Watcher;

  Database(std::string folder, rocksdb::Env* env);
  Result<void> open_rocks();
  /// Whether all is written out and closed.
  bool close_rocks(bool flush);
  Result<void> read_defaults(bool make);
  Result<void> read_targets();
  Result<void> read_dictionaries();
  Result<void> look_for_marked();
  /// Raises the format of an older folder.
  Result<void> migrate();
  /// Makes the postings again that are not in the database.
  Result<void> recover_postings();
  /// Writes out those that are in memory.
  Result<void> write_postings();
  void note_manifest(rocksdb::DB& rocks);
  void fail_for_a_while();
  /// The Error while writes are not even tried; see failed_.
  Result<void> check_not_failed() const;

  const std::string folder_;
  const std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<Acknowledged> acknowledged_;  // null: opened for reading
  mutable ReopenGate gate_;
  // Changed only while the gate is shut:
  std::unique_ptr<rocksdb::DB> rocks_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  std::array<char, 16> hash_key_{};
  mutable std::atomic<bool> may_have_marked_ = false;
  mutable AllRowsAhead rows_ahead_;
  PostingBuffer posting_buffer_;
  TextDictionaries dictionaries_;
  bool has_blocks_ = true;  // the folder's format knows blocks of postings
  bool is_of_older_format_ = false;

  Mutex make_mutex_;  // one target is made at a time
  Mutex commit_mutex_;
  std::uint64_t commits_ GUARDED_BY(commit_mutex_) = 0;

  mutable SharedMutex mutex_;
  std::map<std::string, TargetNumber> targets_ GUARDED_BY(mutex_);
  std::function<void()> failure_listener_ GUARDED_BY(mutex_);

  mutable std::atomic<bool> damaged_ = false;
  /// A write failed. RocksDB, as Debian builds it, ends the process by an assertion when it goes on
  /// with a file that could not be written: it is left alone until it is opened anew.
  std::atomic<bool> failed_ = false;
};

}  // namespace lectern::store::embedded
