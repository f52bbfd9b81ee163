#include "store/embedded/safety/opening_check.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "store/embedded/database.h"
#include "store/embedded/options.h"

namespace lectern::store::embedded {
namespace {

/// What lies in the folder.
struct Listing {
  bool has_current = false;
  bool has_tables = false;
  std::string newest_log;  // its name
};

Result<Listing> list(rocksdb::Env& env, const std::string& folder) {
  std::vector<std::string> names;
  const auto status = env.GetChildren(folder, &names);
  if (!status.ok()) return fail(error_of(status, "listing " + folder));
  Listing listing;
  for (const std::string_view name : names) {
    if (name == "CURRENT") listing.has_current = true;
    if (name.ends_with(".sst")) listing.has_tables = true;
    // Numbers of one length: RocksDB pads them with zeros, and a million logs are years.
    if (name.ends_with(".log"))
      listing.newest_log = std::max(listing.newest_log, std::string(name));
  }
  return listing;
}

class OpeningCheck {
 public:
  OpeningCheck(rocksdb::Env& env, const std::string& folder, const std::optional<Note>& note)
      : env_(env), folder_(folder) {
    if (note && note->manifest > 0) note_ = note;  // else the first start ever was cut off
  }

  Result<void> run() {
    TRY(listing_, list(env_, folder_));
    if (!listing_.has_current) {
      if (note_ || listing_.has_tables) return damage("CURRENT is missing");
      return {};  // new, or left by a first start that was cut off
    }
    if (note_) {
      TRY(const bool nothing_since, check_manifest());
      if (nothing_since) return {};
    }
    return check_contents();
  }

 private:
  tl::unexpected<Error> damage(const std::string& what) const {
    return fail(damaged_folder(folder_, what));
  }

  /// Whether the store was closed, and not opened since.
  Result<bool> check_manifest() {
    std::string current;
    const auto status = rocksdb::ReadFileToString(&env_, folder_ + "/CURRENT", &current);
    if (!status.ok()) return fail(error_of(status, "reading CURRENT"));
    std::string_view name = current;
    if (!name.ends_with('\n')) return damage("CURRENT is changed");
    name.remove_suffix(1);
    const auto number = manifest_number(name);
    if (!number || *number < note_->manifest) return damage("CURRENT is changed");
    std::uint64_t bytes = 0;
    const auto path = folder_ + "/" + std::string(name);
    if (!env_.GetFileSize(path, &bytes).ok()) return damage(std::string(name) + " is missing");
    if (*number > note_->manifest) return false;
    if (bytes < note_->manifest_bytes)
      return damage(fmt::format("{} is cut to {} of {} bytes", name, bytes, note_->manifest_bytes));
    TRY(const auto crc, manifest_crc(env_, path, 0, 0, note_->manifest_bytes));
    if (crc != note_->manifest_crc) return damage(std::string(name) + " is changed");
    return note_->clean && bytes == note_->manifest_bytes;
  }

  /// Opens it without writing, replaying the logs, and looks at what would be there.
  Result<void> check_contents() {
    auto options = reading_options();
    options.env = &env_;
    rocksdb::DB* opened = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    const auto status =
        rocksdb::DB::OpenForReadOnly(options, folder_, family_options(), &families, &opened);
    if (!status.ok()) {
      if (!note_ && !listing_.has_tables && is_begun_only()) return {};
      return damage(status.ToString());
    }
    const std::unique_ptr<rocksdb::DB> rocks(opened);
    std::string format, commits;
    const auto found = rocks->Get({}, families[0], format_key, &format);
    const auto counted = rocks->Get({}, families[0], commits_key, &commits);
    for (auto* family : families) rocks->DestroyColumnFamilyHandle(family);
    if (found.IsNotFound() && !note_ && !listing_.has_tables) return {};
    if (!found.ok()) return damage("its files are there, but not what they belong to: " + newest());
    if (!counted.ok() && !counted.IsNotFound()) return damage(counted.ToString());
    const auto there = counted.ok() && commits.size() == 8 ? be64(commits) : 0;
    if (note_ && there < note_->commits)
      return damage(fmt::format("of {} acknowledged writes the last {} are not in it: {}",
                                note_->commits, note_->commits - there, newest()));
    return {};
  }

  /// Whether the first start ever was cut off while it made the families.
  bool is_begun_only() {
    auto options = reading_options();
    options.env = &env_;
    std::vector<std::string> names;
    return rocksdb::DB::ListColumnFamilies(options, folder_, &names).ok() &&
           names.size() < family_count;
  }

  std::string newest() const {
    if (listing_.newest_log.empty()) return "the write-ahead log is missing";
    return "the write-ahead log " + listing_.newest_log +
           " is cut or changed, or one behind it is missing";
  }

  rocksdb::Env& env_;
  const std::string& folder_;
  std::optional<Note> note_;
  Listing listing_;
};

}  // namespace

Error damaged_folder(const std::string& folder, const std::string& what) {
  return {Code::internal,
          "the store in " + folder + " is damaged: " + what +
              ". Nothing was changed. `lectern verify` says what is left, `lectern restore` brings "
              "back a backup, `lectern verify --repair` keeps what can be saved",
          {},
          {},
          {}};
}

Result<void> check_before_opening(rocksdb::Env& env, const std::string& folder,
                                  const std::optional<Note>& note) {
  return OpeningCheck(env, folder, note).run();
}

}  // namespace lectern::store::embedded
