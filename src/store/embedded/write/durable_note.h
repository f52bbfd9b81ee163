#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <rocksdb/env.h>

#include "base/concurrency/mutex.h"
#include "base/result.h"

namespace lectern::store::embedded {

/// What was on disk for certain at some moment: whoever opens the folder later must find as much.
/// RocksDB alone takes a log that was cut, or a MANIFEST that was, for one that was never longer.
///
///   note     = "lectern 1 commits " 20DIGIT " manifest " 10DIGIT " bytes " 20DIGIT
///              " crc " 8HEXDIG " clean " ("0" / "1") " sum " 8HEXDIG LF
///              ; crc: of the MANIFEST's first bytes; sum: of what stands before it here; CRC-32
struct Note {
  std::uint64_t commits = 0;         ///< the number of the last acknowledged commit
  std::uint64_t manifest = 0;        ///< the number of the MANIFEST file
  std::uint64_t manifest_bytes = 0;  ///< how much of it was written then
  std::uint32_t manifest_crc = 0;    ///< of these bytes
  bool clean = false;                ///< the store was closed: its logs hold nothing

  bool operator==(const Note&) const = default;
};

/// The note's bytes, with a checksum.
std::string encode_note(const Note& note);
/// Nothing for bytes that encode_note() cannot have made.
std::optional<Note> decode_note(std::string_view bytes);

/// The file's name in the store's folder.
inline constexpr std::string_view note_name = "ACKNOWLEDGED";

/// The note in a folder; nothing where there is none. Errors: internal when it is unreadable.
Result<std::optional<Note>> read_note(rocksdb::Env& env, const std::string& folder);

/// Continues the CRC-32 of a MANIFEST from `from` to `to`. Errors: internal when it is shorter.
Result<std::uint32_t> manifest_crc(rocksdb::Env& env, const std::string& path, std::uint32_t crc,
                                   std::uint64_t from, std::uint64_t to);

/// The note of an opened store, kept up to date without being synced each time: after a power cut
/// it may tell of less than there was, never of more. Thread-safe.
class Acknowledged {
 public:
  /// `env` outlives it.
  static Result<std::unique_ptr<Acknowledged>> open(rocksdb::Env& env, const std::string& folder,
                                                    const Note& note);

  /// Commit number `commits` is on disk.
  void committed(std::uint64_t commits);
  /// So much of this MANIFEST is on disk. Reads what is new of it.
  void manifest(std::uint64_t number, std::uint64_t bytes);
  /// The store is closed. Syncs the note.
  void closed();

  /// The note as it is now.
  Note note() const;

 private:
  Acknowledged(rocksdb::Env& env, std::string folder, const Note& note)
      : env_(env), folder_(std::move(folder)), note_(note) {}
  void write(bool sync) REQUIRES(mutex_);

  rocksdb::Env& env_;
  const std::string folder_;
  mutable Mutex mutex_;
  Note note_ GUARDED_BY(mutex_);
  std::unique_ptr<rocksdb::RandomRWFile> file_ GUARDED_BY(mutex_);
};

/// The file name of a MANIFEST, and the number in such a name.
std::string manifest_name(std::uint64_t number);
std::optional<std::uint64_t> manifest_number(std::string_view name);

}  // namespace lectern::store::embedded
