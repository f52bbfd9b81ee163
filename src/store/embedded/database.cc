#include "store/embedded/database.h"

#include <filesystem>

#include <fcntl.h>
#include <rocksdb/convenience.h>
#include <rocksdb/listener.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/log.h"
#include "base/uuid.h"
#include "store/common/reference_resolver.h"
#include "store/embedded/format/term_hash.h"
#include "store/embedded/options.h"
#include "store/embedded/safety/durable_names.h"
#include "store/embedded/safety/opening_check.h"
#include "store/embedded/safety/private_files.h"
#include "store/embedded/write/posting_recovery.h"

namespace lectern::store::embedded {
namespace {

constexpr std::string_view format = "4";
/// Whose texts are not packed.
constexpr std::string_view format_without_dictionaries = "3";
/// Whose postings all stand alone.
constexpr std::string_view format_without_blocks = "2";

Error error_of_opening(const rocksdb::Status& status, const std::string& folder) {
  const auto text = status.ToString();
  if (status.IsIOError() && text.find("LOCK") != std::string::npos)
    return {Code::unavailable, "another lectern process owns the folder " + folder, {}, {}, {}};
  if (status.IsCorruption() || status.IsNotFound()) return damaged_folder(folder, text);
  return {Code::internal, "cannot open the folder " + folder + ": " + text, {}, {}, {}};
}

rocksdb::WriteOptions durable() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

}  // namespace

Error error_of(const rocksdb::Status& status, std::string_view doing) {
  const auto detail = std::string(doing) + ": " + status.ToString();
  if (status.IsCorruption()) return {Code::internal, "The store is damaged", {}, {}, detail};
  return {Code::unavailable, "The store cannot be used now", {}, {}, detail};
}

Error damaged(std::string_view what) {
  return {Code::internal, "The store is damaged", {}, {}, "unreadable " + std::string(what)};
}

std::string text_of(const Body& body, std::string& unpacked) {
  return body.dictionary == no_dictionary ? std::string(body.text) : std::move(unpacked);
}

/// What RocksDB tells of its own threads.
class Database::Watcher final : public rocksdb::EventListener {
 public:
  explicit Watcher(Database& database) : database_(database) {}

  void OnFlushCompleted(rocksdb::DB* rocks, const rocksdb::FlushJobInfo&) override {
    database_.note_manifest(*rocks);
  }
  void OnCompactionCompleted(rocksdb::DB* rocks, const rocksdb::CompactionJobInfo&) override {
    database_.note_manifest(*rocks);
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;  // see failed_
  }
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    database_.notice(error_of(*status, "in the background"));
    if (!status->IsCorruption()) database_.fail_for_a_while();
  }

 private:
  Database& database_;
};

Database::Database(std::string folder, rocksdb::Env* env)
    : folder_(std::move(folder)), env_(private_files(durable_names(env->GetFileSystem()))) {}

Result<std::unique_ptr<Database>> Database::open(const std::string& folder, rocksdb::Env* env) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail(Code::invalid, "cannot make the folder " + folder + ": " + error.message());
  const bool fresh = std::filesystem::is_empty(folder, error);
  if (const auto changed = make_private(folder); changed > 0 && !fresh)
    log::info("{} files of {} could be read by others: closed to them", changed, folder);
  std::unique_ptr<Database> database(new Database(folder, env));
  RETURN_IF_ERROR(database->open_rocks());
  RETURN_IF_ERROR(database->read_targets());
  RETURN_IF_ERROR(database->migrate());
  RETURN_IF_ERROR(database->look_for_marked());
  RETURN_IF_ERROR(database->recover_postings());
  return database;
}

Result<std::unique_ptr<Database>> Database::open_for_reading(const std::string& folder) {
  std::unique_ptr<Database> database(new Database(folder, rocksdb::Env::Default()));
  rocksdb::DB* rocks = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(reading_options(), folder, family_options(),
                                                   &database->families_, &rocks);
  if (!status.ok()) return fail(error_of_opening(status, folder));
  database->rocks_.reset(rocks);
  RETURN_IF_ERROR(database->read_defaults(false));
  RETURN_IF_ERROR(database->read_targets());
  RETURN_IF_ERROR(database->recover_postings());
  return database;
}

Result<void> Database::open_rocks() {
  auto options = database_options();
  options.env = env_.get();
  // Tried before RocksDB does, which would begin a new LOG in a folder that is not ours.
  rocksdb::FileLock* lock = nullptr;
  const auto lock_path = folder_ + "/LOCK";
  auto status = env_->LockFile(lock_path, &lock);
  if (status.ok()) status = env_->UnlockFile(lock);
  if (!status.ok()) return fail(error_of_opening(status, folder_));
  std::optional<Note> note;
  if (acknowledged_) {
    note = acknowledged_->note();
  } else {
    TRY(note, read_note(*env_, folder_));
  }
  RETURN_IF_ERROR(check_before_opening(*env_, folder_, note));

  if (!acknowledged_) {
    TRY(acknowledged_, Acknowledged::open(*env_, folder_, note.value_or(Note{})));
  }
  options.listeners.push_back(std::make_shared<Watcher>(*this));
  rocksdb::DB* rocks = nullptr;
  status = rocksdb::DB::Open(options, folder_, family_options(), &families_, &rocks);
  if (!status.ok()) return fail(error_of_opening(status, folder_));
  rocks_.reset(rocks);
  LECTERN_ASSERT(families_.size() == family_count);
  RETURN_IF_ERROR(read_defaults(true));
  TRY(const auto written, get(Family::defaults, std::string(commits_key)));
  const auto commits = written && written->size() == 8 ? be64(*written) : 0;
  if (commits > 0 && !note)
    log::warning("{} has no file {}: whether all is there that was acknowledged cannot be told",
                 folder_, note_name);
  {
    const MutexLock lock_commits(commit_mutex_);
    commits_ = commits;
    acknowledged_->committed(commits);
  }
  note_manifest(*rocks_);
  return {};
}

bool Database::close_rocks(bool flush) {
  bool clean = flush;
  const auto expect = [&](const rocksdb::Status& status, std::string_view doing) {
    if (status.ok()) return;
    clean = false;
    log::error("{} the store: {}", doing, status.ToString());
  };
  if (flush)
    for (auto* family : families_) expect(rocks_->Flush({}, family), "flushing");
  rocksdb::CancelAllBackgroundWork(rocks_.get(), true);
  note_manifest(*rocks_);
  for (auto* family : families_) rocks_->DestroyColumnFamilyHandle(family);
  families_.clear();
  expect(rocks_->Close(), "closing");
  rocks_.reset();
  return clean;
}

Database::~Database() {
  bool flush = acknowledged_ != nullptr && !failed_ && rocks_;
  if (flush) {
    if (const auto written = write_postings(); !written) {
      // They are made again when it is opened.
      log::error("closing the store: {}", written.error().detail);
      flush = false;
    }
  }
  if (rocks_ && close_rocks(flush)) acknowledged_->closed();
}

Result<ReopenGate::Pass> Database::use(Deadline deadline) const {
  TRY(auto pass, gate_.enter(deadline));
  if (!rocks_) return fail(Code::unavailable, "The store cannot be used now", "it is closed");
  return pass;
}

Result<void> Database::read_defaults(bool make) {
  TRY(const auto written, get(Family::defaults, std::string(format_key)));
  if (!written && make) {
    rocksdb::WriteBatch batch;
    const Uuid random = Uuid::random(), more = Uuid::random();
    std::string key(random.bytes.begin(), random.bytes.end());
    for (std::size_t i = 0; i < key.size(); ++i)
      key[i] = static_cast<char>(key[i] ^ static_cast<char>(more.bytes[(i + 8) % 16]));
    batch.Put(format_key, format);
    batch.Put(hash_key_key, key);
    if (const auto status = rocks_->Write(durable(), &batch); !status.ok())
      return fail(error_of(status, "writing the format"));
  } else if (written == format_without_blocks || written == format_without_dictionaries) {
    has_blocks_ = written != format_without_blocks;
    is_of_older_format_ = true;
  } else if (!written || *written != format) {
    return fail(Code::invalid, "the folder was written in format " + written.value_or("unknown") +
                                   ", this version of lectern reads format " + std::string(format));
  }
  TRY(const auto key, get(Family::defaults, std::string(hash_key_key)));
  if (!key || key->size() != hash_key_.size()) return fail(damaged("hash key"));
  std::copy(key->begin(), key->end(), hash_key_.begin());
  TRY(auto ahead, read_rows_ahead(*rocks_, nullptr));
  rows_ahead_.reset(std::move(ahead));
  return read_dictionaries();
}

Result<void> Database::read_dictionaries() {
  for (DictionaryNumber number = 1; number <= dictionaries_max; ++number) {
    const auto key = dictionary_key(number);
    auto bytes = get(Family::blobs, key);
    if (!bytes) notice(bytes.error());
    if (!bytes || !*bytes) bytes = get(Family::documents, key);
    if (!bytes && (acknowledged_ || bytes.error().code != Code::internal))
      return fail(bytes.error());
    // One that is lost takes none with it but the texts that were packed with it.
    if (bytes && *bytes) dictionaries_.add(number, **bytes);
  }
  return {};
}

Result<void> Database::add_dictionary(std::string_view bytes) {
  TRY(const auto pass, use(Deadline::max()));
  const auto number = dictionaries_.next_number();
  if (number == no_dictionary) return {};
  const auto key = dictionary_key(number);
  rocksdb::WriteBatch batch;
  for (const auto in : {Family::blobs, Family::documents})
    batch.Put(family(in), key, rocksdb::Slice(bytes.data(), bytes.size()));
  RETURN_IF_ERROR(commit(batch));
  dictionaries_.add(number, bytes);
  return {};
}

Result<Body> Database::read_body(std::string_view bytes, Time stored, std::string& unpacked) const {
  auto body = decode_body(bytes);
  if (!body) return fail(damaged("body"));
  if (body->dictionary == no_dictionary) return *body;
  const auto* const dictionary = dictionaries_.find(body->dictionary);
  auto text = dictionary ? dictionary->unpack(body->text, body->id, stored) : std::nullopt;
  if (!text) return fail(damaged("text"));
  unpacked = std::move(*text);
  body->text = unpacked;
  return *body;
}

Result<void> Database::read_targets() {
  const std::unique_ptr<rocksdb::Iterator> at(rocks_->NewIterator({}));
  const WriterLock lock(mutex_);
  for (at->Seek(target_prefix); at->Valid() && at->key().starts_with(target_prefix); at->Next()) {
    if (at->value().size() != 4) return fail(damaged("target"));
    targets_.emplace(view(at->key()).substr(target_prefix.size()), be32(view(at->value())));
  }
  if (!at->status().ok()) return fail(error_of(at->status(), "reading the targets"));
  return {};
}

Result<void> Database::migrate() {
  if (!is_of_older_format_) return {};
  rocksdb::WriteBatch batch;
  batch.Put(format_key, format);
  if (!has_blocks_) {
    TRY(const auto newest, newest_stored());
    std::string covered;
    append_be64(covered, order_of(newest));
    batch.Put(covered_key, covered);
  }
  RETURN_IF_ERROR(commit(batch));
  has_blocks_ = true;
  is_of_older_format_ = false;
  log::info("the store in {} is now of format {}: older versions of lectern refuse it", folder_,
            format);
  return {};
}

Result<std::uint64_t> Database::covered(const rocksdb::Snapshot* snapshot) const {
  if (!has_blocks_) return std::uint64_t{0};
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  std::string bytes;
  const auto status = rocks_->Get(options, covered_key, &bytes);
  if (status.IsNotFound()) return ~std::uint64_t{0};
  if (!status.ok()) return fail(error_of(status, "reading"));
  if (bytes.size() != 8) return fail(damaged("how far postings reach"));
  return be64(bytes);
}

Result<void> Database::recover_postings() {
  posting_buffer_.clear();
  TRY(const auto all_before, covered());
  posting_buffer_.clear(all_before);
  for (const auto& [name, number] : targets()) {
    auto gathered = gather_postings(*this, number, all_before, posting_buffer_);
    if (gathered) continue;
    posting_buffer_.clear(all_before);  // or else closing would write a part, as if it were all
    return gathered;
  }
  return {};
}

Result<void> Database::write_postings() {
  constexpr std::size_t terms_at_once = 16'384;
  while (!posting_buffer_.empty()) {
    posting_buffer_.seal();
    rocksdb::WriteBatch batch;
    posting_buffer_.begin_slice(batch, family(Family::defaults), family(Family::postings),
                                terms_at_once);
    RETURN_IF_ERROR(commit(batch));
    posting_buffer_.end_slice();
  }
  return {};
}

Result<void> Database::look_for_marked() {
  const std::unique_ptr<rocksdb::Iterator> at(rocks_->NewIterator({}, family(Family::postings)));
  for (const auto& [name, number] : targets()) {
    const auto hash = hash_of(number, inherits_more);
    at->Seek(slice(hash));
    if (!at->status().ok()) return fail(error_of(at->status(), "looking for marked statements"));
    if (at->Valid() && at->key().starts_with(slice(hash))) note_marked();
  }
  return {};
}

Result<std::optional<std::string>> Database::get(Family in, const std::string& key) const {
  std::string bytes;
  const auto status = rocks_->Get({}, family(in), key, &bytes);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return fail(error_of(status, "reading"));
  return bytes;
}

Result<bool> Database::get(Family in, const std::string& key, rocksdb::PinnableSlice& bytes) const {
  const auto status = rocks_->Get({}, family(in), key, &bytes);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return fail(error_of(status, "reading"));
  return true;
}

Result<void> Database::check_not_failed() const {
  if (!failed_) return {};
  return fail(Code::unavailable, "The store cannot be used now", "a write failed before");
}

Result<void> Database::write_unsynced(rocksdb::WriteBatch& batch) {
  RETURN_IF_ERROR(check_not_failed());
  const auto status = rocks_->Write({}, &batch);
  if (status.ok()) return {};
  if (!status.IsCorruption()) fail_for_a_while();
  return fail(error_of(status, "writing"));
}

Result<void> Database::sync_log() {
  RETURN_IF_ERROR(check_not_failed());
  const auto status = rocks_->SyncWAL();
  if (status.ok()) return {};
  if (!status.IsCorruption()) fail_for_a_while();
  return fail(error_of(status, "syncing the log"));
}

Result<void> Database::commit(rocksdb::WriteBatch& batch) {
  const MutexLock lock(commit_mutex_);
  RETURN_IF_ERROR(check_not_failed());
  std::string number;
  append_be64(number, ++commits_);
  batch.Put(family(Family::defaults), commits_key, number);
  const auto status = rocks_->Write(durable(), &batch);
  if (status.ok()) {
    acknowledged_->committed(commits_);
    return {};
  }
  if (!status.IsCorruption()) fail_for_a_while();
  return fail(error_of(status, "committing"));
}

std::optional<TargetNumber> Database::find_target(const std::string& name) const {
  const ReaderLock lock(mutex_);
  const auto at = targets_.find(name);
  if (at == targets_.end()) return std::nullopt;
  return at->second;
}

Result<TargetNumber> Database::make_target(const std::string& name) {
  if (const auto known = find_target(name)) return *known;
  TRY(const auto pass, use(Deadline::max()));
  const MutexLock making(make_mutex_);
  if (const auto known = find_target(name)) return *known;
  const auto number = static_cast<TargetNumber>(targets().size() + 1);
  std::string bytes;
  append_be32(bytes, number);
  rocksdb::WriteBatch batch;
  batch.Put(std::string(target_prefix) + name, bytes);
  RETURN_IF_ERROR(commit(batch));
  const WriterLock lock(mutex_);
  targets_.emplace(name, number);
  return number;
}

std::map<std::string, TargetNumber> Database::targets() const {
  const ReaderLock lock(mutex_);
  return targets_;
}

TermHash Database::hash_of(TargetNumber target, const xapi::Term& term) const {
  std::string bytes;
  bytes.reserve(4 + xapi::Term::prefix_bytes_max + term.value.size());
  append_be32(bytes, target);
  term.append_to(bytes);
  return sip_hash(hash_key_, bytes);
}

Result<Time> Database::newest_stored() const {
  Time newest = rows_ahead_.last().value_or(Time{});
  const std::unique_ptr<rocksdb::Iterator> at(rocks_->NewIterator({}, family(Family::bodies)));
  for (const auto& [name, number] : targets()) {
    std::string prefix;
    append_be32(prefix, number);
    at->Seek(prefix);
    if (!at->status().ok()) return fail(error_of(at->status(), "reading the newest statement"));
    if (!at->Valid() || !at->key().starts_with(prefix)) continue;
    std::uint64_t order = 0;
    if (!decode_order(view(at->key()), order)) return fail(damaged("key of a body"));
    newest = std::max(newest, stored_of(order));
  }
  return newest;
}

Result<void> Database::check_that_it_works() {
  // RocksDB refuses even an empty write from a failed one (a full disk) until it has recovered.
  rocksdb::WriteBatch nothing;
  RETURN_IF_ERROR(write_unsynced(nothing));
  TRY(const auto written, get(Family::defaults, std::string(format_key)));
  if (!written) return fail(damaged("format"));
  return {};
}

void Database::notice(const Error& error) const {
  if (error.code != Code::internal || damaged_.exchange(true)) return;
  log::error("the store in {} is damaged: {}. `lectern verify` says what is", folder_,
             error.detail.empty() ? error.message : error.detail);
}

bool Database::is_damaged() const { return damaged_; }

void Database::note_manifest(rocksdb::DB& rocks) {
  std::vector<std::string> names;
  std::uint64_t bytes = 0;
  if (!acknowledged_ || !rocks.GetLiveFiles(names, &bytes, false).ok()) return;
  for (const std::string_view name : names)
    if (const auto number = manifest_number(name.substr(1)))
      acknowledged_->manifest(*number, bytes);
}

void Database::on_failure(std::function<void()> listener) {
  const WriterLock lock(mutex_);
  failure_listener_ = std::move(listener);
}

void Database::fail_for_a_while() {
  failed_ = true;
  const ReaderLock lock(mutex_);
  if (failure_listener_) failure_listener_();
}

Result<void> Database::reopen() {
  gate_.shut();
  if (rocks_) close_rocks(false);
  failed_ = false;
  auto opened = open_rocks();
  if (opened) opened = recover_postings();
  if (!opened && rocks_) close_rocks(false);
  gate_.open();
  return opened;
}

bool Database::has_room() const {
  std::uintmax_t bytes = std::uintmax_t{4} << 20;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error))
    if (entry.path().extension() == ".log") bytes += entry.file_size(error);
  constexpr std::size_t descriptors = 32;
  std::vector<int> files;
  for (std::size_t i = 0; i < descriptors; ++i)
    if (const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC); file >= 0)
      files.push_back(file);
  bool room = files.size() == descriptors;
  for (const int file : files) ::close(file);
  const auto path = folder_ + "/room.new";
  const int probe = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  room = room && probe >= 0 && posix_fallocate(probe, 0, static_cast<off_t>(bytes)) == 0;
  if (probe >= 0) ::close(probe);
  std::filesystem::remove(path, error);
  return room;
}

}  // namespace lectern::store::embedded
