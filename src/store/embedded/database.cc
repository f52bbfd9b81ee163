#include "store/embedded/database.h"

#include <filesystem>
#include <mutex>

#include "base/assert.h"
#include "base/log.h"
#include "base/uuid.h"
#include "store/embedded/options.h"
#include "store/embedded/term_hash.h"

namespace lectern::store::embedded {
namespace {

constexpr std::string_view format = "2";
constexpr std::string_view format_key = "format";
constexpr std::string_view hash_key_key = "hash-key";
constexpr std::string_view target_prefix = "target:";

Error error_of_opening(const rocksdb::Status& status, const std::string& folder) {
  const auto text = status.ToString();
  if (status.IsIOError() && text.find("LOCK") != std::string::npos)
    return {Code::unavailable, "another lectern process owns the folder " + folder, {}, {}, text};
  return {Code::internal, "cannot open the folder " + folder + ": " + text, {}, {}, text};
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

Result<std::unique_ptr<Database>> Database::open(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail(Code::invalid, "cannot make the folder " + folder + ": " + error.message());
  std::unique_ptr<Database> database(new Database);
  rocksdb::DB* rocks = nullptr;
  const auto status =
      rocksdb::DB::Open(database_options(), folder, family_options(), &database->families_, &rocks);
  if (!status.ok()) return fail(error_of_opening(status, folder));
  database->rocks_.reset(rocks);
  LECTERN_ASSERT(database->families_.size() == family_count);
  RETURN_IF_ERROR(database->read_defaults());
  RETURN_IF_ERROR(database->read_targets());
  return database;
}

Database::~Database() {
  if (!rocks_) return;
  for (auto* family : families_) {
    const auto flushed = rocks_->Flush({}, family);
    if (!flushed.ok()) log::error("flushing the store: {}", flushed.ToString());
    rocks_->DestroyColumnFamilyHandle(family);
  }
  const auto closed = rocks_->Close();
  if (!closed.ok()) log::error("closing the store: {}", closed.ToString());
}

Result<void> Database::read_defaults() {
  TRY(const auto written, get(Family::defaults, std::string(format_key)));
  if (!written) {
    rocksdb::WriteBatch batch;
    const Uuid random = Uuid::random(), more = Uuid::random();
    std::string key(random.bytes.begin(), random.bytes.end());
    for (std::size_t i = 0; i < key.size(); ++i)
      key[i] = static_cast<char>(key[i] ^ static_cast<char>(more.bytes[(i + 8) % 16]));
    batch.Put(format_key, format);
    batch.Put(hash_key_key, key);
    if (const auto status = rocks_->Write(durable(), &batch); !status.ok())
      return fail(error_of(status, "writing the format"));
  } else if (*written != format) {
    return fail(Code::invalid, "the folder was written in format " + *written +
                                   ", this version of lectern reads format " + std::string(format));
  }
  TRY(const auto key, get(Family::defaults, std::string(hash_key_key)));
  if (!key || key->size() != hash_key_.size()) return fail(damaged("hash key"));
  std::copy(key->begin(), key->end(), hash_key_.begin());
  return {};
}

Result<void> Database::read_targets() {
  const std::unique_ptr<rocksdb::Iterator> at(rocks_->NewIterator({}));
  for (at->Seek(target_prefix); at->Valid() && at->key().starts_with(target_prefix); at->Next()) {
    if (at->value().size() != 4) return fail(damaged("target"));
    targets_.emplace(view(at->key()).substr(target_prefix.size()), be32(view(at->value())));
  }
  if (!at->status().ok()) return fail(error_of(at->status(), "reading the targets"));
  return {};
}

Result<std::optional<std::string>> Database::get(Family in, const std::string& key) const {
  std::string bytes;
  const auto status = rocks_->Get({}, family(in), key, &bytes);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return fail(error_of(status, "reading"));
  return bytes;
}

std::optional<TargetNumber> Database::find_target(const std::string& name) const {
  const std::shared_lock lock(mutex_);
  const auto at = targets_.find(name);
  if (at == targets_.end()) return std::nullopt;
  return at->second;
}

Result<TargetNumber> Database::make_target(const std::string& name) {
  if (const auto known = find_target(name)) return *known;
  const std::unique_lock lock(mutex_);
  const auto number = static_cast<TargetNumber>(targets_.size() + 1);
  const auto [at, is_new] = targets_.try_emplace(name, number);
  if (!is_new) return at->second;
  std::string bytes;
  append_be32(bytes, number);
  const auto status = rocks_->Put(durable(), std::string(target_prefix) + name, bytes);
  if (status.ok()) return number;
  targets_.erase(at);
  return fail(error_of(status, "adding a target"));
}

TermHash Database::hash_of(TargetNumber target, std::string_view term) const {
  std::string bytes;
  bytes.reserve(4 + term.size());
  append_be32(bytes, target);
  bytes += term;
  return sip_hash(hash_key_, bytes);
}

Result<Time> Database::newest_stored() const {
  Time newest{};
  const std::shared_lock lock(mutex_);
  const std::unique_ptr<rocksdb::Iterator> at(rocks_->NewIterator({}, family(Family::bodies)));
  for (const auto& [name, number] : targets_) {
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

}  // namespace lectern::store::embedded
