#include "store/embedded/write/durable_note.h"

#include <charconv>

#include <fmt/format.h>
#include <zlib.h>

#include "base/log.h"
#include "store/embedded/database.h"

namespace lectern::store::embedded {
namespace {

constexpr std::size_t read_bytes = std::size_t{256} << 10;
constexpr std::string_view sum_mark = " sum ";
constexpr std::string_view manifest_prefix = "MANIFEST-";

std::uint32_t crc_of(std::uint32_t crc, std::string_view bytes) {
  return static_cast<std::uint32_t>(
      ::crc32(crc, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

/// Takes `" name " number` off the front.
template <typename Integer>
bool take(std::string_view& text, std::string_view name, std::size_t digits, int base,
          Integer& value) {
  if (text.substr(0, name.size()) != name || text.size() < name.size() + digits) return false;
  const char* begin = text.data() + name.size();
  const auto [end, error] = std::from_chars(begin, begin + digits, value, base);
  text.remove_prefix(name.size() + digits);
  return error == std::errc{} && end == begin + digits;
}

}  // namespace

std::string encode_note(const Note& note) {
  auto text = fmt::format(
      "lectern 1 commits {:020} manifest {:010} bytes {:020} crc {:08x} clean {}", note.commits,
      note.manifest, note.manifest_bytes, note.manifest_crc, note.clean ? 1 : 0);
  const auto sum = crc_of(0, text);
  return text += fmt::format("{}{:08x}\n", sum_mark, sum);
}

std::optional<Note> decode_note(std::string_view bytes) {
  Note note;
  unsigned clean = 0;
  std::uint32_t sum = 0;
  std::string_view text = bytes;
  if (!take(text, "lectern 1 commits ", 20, 10, note.commits) ||
      !take(text, " manifest ", 10, 10, note.manifest) ||
      !take(text, " bytes ", 20, 10, note.manifest_bytes) ||
      !take(text, " crc ", 8, 16, note.manifest_crc) || !take(text, " clean ", 1, 10, clean) ||
      !take(text, sum_mark, 8, 16, sum) || text != "\n" || clean > 1)
    return std::nullopt;
  note.clean = clean == 1;
  if (encode_note(note) != bytes) return std::nullopt;
  return note;
}

std::string manifest_name(std::uint64_t number) {
  return fmt::format("{}{:06}", manifest_prefix, number);
}

std::optional<std::uint64_t> manifest_number(std::string_view name) {
  if (!name.starts_with(manifest_prefix)) return std::nullopt;
  name.remove_prefix(manifest_prefix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.begin(), name.end(), number);
  if (error != std::errc{} || end != name.end()) return std::nullopt;
  return number;
}

Result<std::optional<Note>> read_note(rocksdb::Env& env, const std::string& folder) {
  const auto path = folder + "/" + std::string(note_name);
  if (env.FileExists(path).IsNotFound()) return std::nullopt;
  std::string bytes;
  const auto status = rocksdb::ReadFileToString(&env, path, &bytes);
  if (!status.ok()) return fail(error_of(status, "reading " + path));
  const auto note = decode_note(bytes);
  if (!note) return fail(damaged(path));
  return note;
}

Result<std::uint32_t> manifest_crc(rocksdb::Env& env, const std::string& path, std::uint32_t crc,
                                   std::uint64_t from, std::uint64_t to) {
  std::unique_ptr<rocksdb::RandomAccessFile> file;
  auto status = env.NewRandomAccessFile(path, &file, {});
  std::string room(read_bytes, '\0');
  while (status.ok() && from < to) {
    rocksdb::Slice read;
    const auto wanted = std::min<std::uint64_t>(to - from, room.size());
    status = file->Read(from, static_cast<std::size_t>(wanted), &read, room.data());
    if (status.ok() && read.size() < wanted) return fail(damaged(path));
    if (status.ok()) crc = crc_of(crc, view(read));
    from += wanted;
  }
  if (!status.ok()) return fail(error_of(status, "reading " + path));
  return crc;
}

Result<std::unique_ptr<Acknowledged>> Acknowledged::open(rocksdb::Env& env,
                                                         const std::string& folder,
                                                         const Note& note) {
  std::unique_ptr<Acknowledged> made(new Acknowledged(env, folder, note));
  const MutexLock lock(made->mutex_);
  made->note_.clean = false;
  const auto path = folder + "/" + std::string(note_name);
  rocksdb::Status status;
  if (env.FileExists(path).IsNotFound()) {
    // Synced before it has its name: it is never there in part.
    status = rocksdb::WriteStringToFile(&env, encode_note(made->note_), path + ".new", true);
    if (status.ok()) status = env.RenameFile(path + ".new", path);
  }
  if (status.ok()) status = env.NewRandomRWFile(path, &made->file_, {});
  std::unique_ptr<rocksdb::Directory> directory;
  if (status.ok()) status = env.NewDirectory(folder, &directory);
  if (status.ok()) status = directory->Fsync();
  if (!status.ok()) return fail(error_of(status, "opening " + path));
  return made;
}

void Acknowledged::committed(std::uint64_t commits) {
  const MutexLock lock(mutex_);
  note_.commits = commits;
  write(false);
}

void Acknowledged::manifest(std::uint64_t number, std::uint64_t bytes) {
  const MutexLock lock(mutex_);
  const bool same = number == note_.manifest;
  if (same && bytes <= note_.manifest_bytes) return;
  const auto crc =
      manifest_crc(env_, folder_ + "/" + manifest_name(number), same ? note_.manifest_crc : 0,
                   same ? note_.manifest_bytes : 0, bytes);
  if (!crc) return log::warning("embedded store: {}", crc.error().detail);
  note_.manifest = number;
  note_.manifest_bytes = bytes;
  note_.manifest_crc = *crc;
  write(true);
}

void Acknowledged::closed() {
  const MutexLock lock(mutex_);
  note_.clean = true;
  write(true);
}

Note Acknowledged::note() const {
  const MutexLock lock(mutex_);
  return note_;
}

void Acknowledged::write(bool sync) {
  const auto bytes = encode_note(note_);
  auto status = file_->Write(0, bytes);
  if (status.ok() && sync) status = file_->Sync();
  // Not to know of the last commits is no reason to refuse them: they are on disk.
  if (!status.ok()) log::warning("embedded store: writing {}: {}", note_name, status.ToString());
}

}  // namespace lectern::store::embedded
