#include "lrs/statistics/columns/fact_files.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <zlib.h>

#include "base/log.h"

namespace lectern::lrs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t head_bytes = 4'096;
constexpr std::uint64_t magic = 0x31'53'54'43'41'46'4C'4C;  // "LLFACTS1"
constexpr std::size_t news_at = head_bytes + sizeof(FactBlock::Columns);

std::uint32_t check(std::uint32_t so_far, const void* bytes, std::size_t size) {
  return static_cast<std::uint32_t>(crc32_z(so_far, static_cast<const Bytef*>(bytes), size));
}

bool write_at(int file, const void* bytes, std::size_t size, std::size_t offset) {
  const auto* from = static_cast<const char*>(bytes);
  while (size > 0) {
    const auto written = ::pwrite(file, from, size, static_cast<off_t>(offset));
    if (written <= 0) return false;
    from += written;
    offset += static_cast<std::size_t>(written);
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

bool read_at(int file, void* bytes, std::size_t size, std::size_t offset) {
  auto* to = static_cast<char*>(bytes);
  while (size > 0) {
    const auto read = ::pread(file, to, size, static_cast<off_t>(offset));
    if (read <= 0) return false;
    to += read;
    offset += static_cast<std::size_t>(read);
    size -= static_cast<std::size_t>(read);
  }
  return true;
}

/// Calls `each(offset, bytes)` for the part of each column that rows have, until one is false.
template <typename Each>
bool each_column(const FactBlock::Columns& columns, std::size_t rows, const FactBlock::Has& has,
                 Each each) {
  using C = FactBlock::Columns;
  const auto column = [&]<typename T>(FactBlock::Column<T> C::*member, bool there = true) {
    const auto* const begin = reinterpret_cast<const std::byte*>(&(columns.*member));
    const auto offset = begin - reinterpret_cast<const std::byte*>(&columns);
    return !there || each(static_cast<std::size_t>(offset), rows * sizeof(T));
  };
  return column(&C::stored) && column(&C::timestamp) && column(&C::id_hash) && column(&C::verb) &&
         column(&C::activity) && column(&C::activity_type) && column(&C::actor) &&
         column(&C::authority) && column(&C::platform) && column(&C::language) &&
         column(&C::version) && column(&C::registration) && column(&C::courses) &&
         column(&C::parents) && column(&C::agents) && column(&C::related_agents) &&
         column(&C::related_activities) && column(&C::authorities) &&
         column(&C::scaled, has.scaled) && column(&C::raw, has.raw) &&
         column(&C::duration_s, has.duration_s) && column(&C::success) && column(&C::completion) &&
         column(&C::flags);
}

// The texts and so on behind the columns.

void put_number(std::string& out, std::size_t number) {
  const auto small = static_cast<std::uint32_t>(number);
  out.append(reinterpret_cast<const char*>(&small), sizeof(small));
}

void put_position(std::string& out, const xapi::Position& position) {
  const std::int64_t stored = position.stored.time_since_epoch().count();
  out.append(reinterpret_cast<const char*>(&stored), sizeof(stored));
  out.append(reinterpret_cast<const char*>(position.id.bytes.data()), position.id.bytes.size());
}

class NewsReader {
 public:
  explicit NewsReader(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  T value() {
    static_assert(std::is_trivially_copyable_v<T>);
    T out{};
    if (const auto from = take(sizeof(T)); !from.empty()) std::memcpy(&out, from.data(), sizeof(T));
    return out;
  }
  std::string_view take(std::size_t size) {
    whole_ = whole_ && size <= bytes_.size();
    if (!whole_) return {};
    const auto out = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return out;
  }
  xapi::Position position() {
    const auto stored = value<std::int64_t>();
    return {Time(std::chrono::microseconds(stored)), value<Uuid>()};
  }
  bool whole() const { return whole_; }
  bool at_end() const { return whole_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool whole_ = true;
};

bool has_room(const fs::path& folder) {
  struct statvfs about {};
  return ::statvfs(folder.c_str(), &about) == 0 &&
         static_cast<std::uint64_t>(about.f_bavail) * about.f_frsize >= FactFiles::free_bytes_min;
}

constexpr std::string_view unfinished = ".new";

void remove_unfinished(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error))
    if (at->path().extension().string() == unfinished) found.push_back(at->path());
  for (const auto& path : found) fs::remove(path, error);
}

bool make_private_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder.parent_path(), error);
  return ::mkdir(folder.c_str(), S_IRWXU) == 0 || errno == EEXIST;
}

}  // namespace

/// Everything in it counts in head_check, which stands last.
struct FactFiles::Head {
  std::uint64_t its_magic = magic;
  std::uint32_t version = facts_version;
  std::uint32_t columns_bytes = sizeof(FactBlock::Columns);
  std::uint64_t hash_of_text = std::hash<std::string>{}("what hashes are made by");
  std::uint32_t number = 0, rows = 0;
  std::uint64_t texts_before = 0, lists_before = 0, registrations_before = 0;
  std::uint32_t texts = 0, lists = 0, registrations = 0, referring = 0, voids = 0, unused = 0;
  std::uint64_t news_bytes = 0;
  std::int64_t last_stored = 0;
  Uuid last_id;
  std::uint8_t has_scaled = 0, has_raw = 0, has_duration = 0, unused_too = 0;
  std::uint32_t body_check = 0;    // of columns and news
  std::uint32_t check_before = 0;  // the head_check of the file before
  std::uint32_t head_check = 0;

  std::uint32_t own_check() const { return check(0, this, offsetof(Head, head_check)); }
  bool fits() const {
    const Head ours;
    return its_magic == ours.its_magic && version == ours.version &&
           columns_bytes == ours.columns_bytes && hash_of_text == ours.hash_of_text &&
           head_check == own_check() && rows > 0 && rows <= FactBlock::rows_max;
  }
  FactBlock::Has has() const { return {has_scaled != 0, has_raw != 0, has_duration != 0}; }
  xapi::Position last() const { return {Time(std::chrono::microseconds(last_stored)), last_id}; }
};

std::unique_ptr<FolderLock> FolderLock::take(const fs::path& folder) {
  if (!make_private_folder(folder)) return nullptr;
  const int file =
      ::open((folder / "LOCK").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return nullptr;
  std::unique_ptr<FolderLock> lock(new FolderLock(file));
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) return nullptr;
  remove_unfinished(folder);
  return lock;
}

fs::path FactFiles::path_of(std::size_t number) const {
  return folder_ / fmt::format("{:06}.facts", number);
}

/// The head of an opened file that is as long as it says.
std::optional<FactFiles::Head> FactFiles::head_of(int file) {
  Head head;
  struct stat about {};
  if (!read_at(file, &head, sizeof(head), 0) || !head.fits() || ::fstat(file, &about) != 0 ||
      static_cast<std::uint64_t>(about.st_size) != news_at + head.news_bytes)
    return std::nullopt;
  return head;
}

std::vector<xapi::Position> FactFiles::ends() const {
  std::vector<xapi::Position> out;
  if (folder_.empty()) return out;
  for (std::uint32_t before = 0;;) {
    const Descriptor file(::open(path_of(out.size()).c_str(), O_RDONLY | O_CLOEXEC));
    const auto head = file.is_open() ? head_of(file.number()) : std::nullopt;
    if (!head || head->number != out.size() || head->check_before != before) return out;
    before = head->head_check;
    out.push_back(head->last());
    if (head->rows < FactBlock::rows_max) return out;
  }
}

/// What news_of() wrote. False: not that.
bool FactFiles::read_news(std::string_view bytes, const Head& head, FactBlock& block,
                          FactColumns::News& out) {
  NewsReader news(bytes);
  for (std::uint32_t i = 0; i < head.texts && news.whole(); ++i)
    out.texts.emplace_back(news.take(news.value<std::uint32_t>()));
  for (std::uint32_t i = 0; i < head.lists && news.whole(); ++i) {
    auto& list = out.lists.emplace_back();
    for (auto size = news.value<std::uint32_t>(); size > 0 && news.whole(); --size)
      list.push_back(news.value<std::uint32_t>());
  }
  for (std::uint32_t i = 0; i < head.registrations && news.whole(); ++i)
    out.registrations.push_back(news.value<std::uint64_t>());
  for (std::uint32_t i = 0; i < head.referring && news.whole(); ++i) {
    const auto row = news.value<std::uint32_t>();
    block.referring.push_back({row, news.value<Uuid>()});
  }
  for (std::uint32_t i = 0; i < head.voids && news.whole(); ++i)
    block.voids.push_back(news.position());
  return news.at_end();
}

bool FactFiles::load_next(FactColumns& columns) {
  const std::size_t number = checks_.size();
  if (folder_.empty() || rows_ % FactBlock::rows_max != 0) return false;
  const Descriptor file(::open(path_of(number).c_str(), O_RDONLY | O_CLOEXEC));
  const auto head = file.is_open() ? head_of(file.number()) : std::nullopt;
  if (!head || head->number != number || head->check_before != (number == 0 ? 0 : checks_.back()) ||
      head->texts_before != columns.dictionary().size() ||
      head->lists_before != columns.lists().size() ||
      head->registrations_before != columns.registrations().size())
    return false;
  MemoryMap map(file.number(), news_at);
  if (map.data() == nullptr) return false;
  const auto& mapped = *reinterpret_cast<const FactBlock::Columns*>(map.data() + head_bytes);
  // Read, not looked at where it is mapped: a disk that fails there would end the process.
  std::uint32_t sum = 0;
  std::string bytes;
  const auto count_in = [&](std::size_t offset, std::size_t size) {
    bytes.resize(size);
    if (!read_at(file.number(), bytes.data(), size, offset)) return false;
    sum = check(sum, bytes.data(), size);
    return true;
  };
  const auto of_column = [&](std::size_t offset, std::size_t size) {
    return count_in(head_bytes + offset, size);
  };
  if (!each_column(mapped, head->rows, head->has(), of_column) ||
      !count_in(news_at, head->news_bytes) || sum != head->body_check)
    return false;
  auto block = std::make_unique<FactBlock>(std::move(map), head_bytes, head->rows);
  block->has = head->has();
  block->texts_before = head->texts_before;
  block->lists_before = head->lists_before;
  block->registrations_before = head->registrations_before;
  block->last = head->last();

  FactColumns::News news;
  if (!read_news(bytes, *head, *block, news)) return false;
  rows_ += head->rows;
  checks_.push_back(head->head_check);
  columns.adopt(std::move(block), news);
  return true;
}

/// What a block is the first to name, and what there is of it beside columns.
std::string FactFiles::news_of(const FactColumns& columns, std::size_t number, Head& head) {
  const auto& blocks = columns.blocks();
  const FactBlock& block = *blocks[number];
  const bool is_last = number + 1 == blocks.size();
  const auto texts_end = is_last ? columns.dictionary().size() : blocks[number + 1]->texts_before;
  const auto lists_end = is_last ? columns.lists().size() : blocks[number + 1]->lists_before;
  const auto registrations_end =
      is_last ? columns.registrations().size() : blocks[number + 1]->registrations_before;
  std::string out;
  for (auto i = block.texts_before; i < texts_end; ++i) {
    const auto text = columns.dictionary().text(static_cast<std::uint32_t>(i));
    put_number(out, text.size());
    out += text;
  }
  for (auto i = block.lists_before; i < lists_end; ++i) {
    const auto list = columns.lists().list(static_cast<std::uint32_t>(i));
    put_number(out, list.size());
    for (const auto one : list) put_number(out, one);
  }
  for (auto i = block.registrations_before; i < registrations_end; ++i) {
    const auto hash = columns.registrations().hash(static_cast<std::uint32_t>(i));
    out.append(reinterpret_cast<const char*>(&hash), sizeof(hash));
  }
  for (const auto& one : block.referring) {
    put_number(out, one.row);
    out.append(reinterpret_cast<const char*>(one.id.bytes.data()), one.id.bytes.size());
  }
  for (const auto& one : block.voids) put_position(out, one);
  head.texts = static_cast<std::uint32_t>(texts_end - block.texts_before);
  head.lists = static_cast<std::uint32_t>(lists_end - block.lists_before);
  head.registrations = static_cast<std::uint32_t>(registrations_end - block.registrations_before);
  head.referring = static_cast<std::uint32_t>(block.referring.size());
  head.voids = static_cast<std::uint32_t>(block.voids.size());
  head.news_bytes = out.size();
  return out;
}

/// Whether everything is in the file; completes the head by the checksums.
bool FactFiles::write(int file, const FactBlock& block, const std::string& news, Head& head) {
  const auto* const begin = reinterpret_cast<const char*>(&block.columns());
  auto flags = std::make_unique<FactBlock::Column<std::uint8_t>>(block.columns().flags);
  for (auto& one : *flags) one &= static_cast<std::uint8_t>(~FactBlock::voided);
  const auto column = [&](std::size_t offset, std::size_t size) {
    const bool is_flags = offset == offsetof(FactBlock::Columns, flags);
    const void* const bytes = is_flags ? static_cast<const void*>(flags->data()) : begin + offset;
    head.body_check = check(head.body_check, bytes, size);
    return write_at(file, bytes, size, head_bytes + offset);
  };
  if (!each_column(block.columns(), block.rows, block.has, column)) return false;
  head.body_check = check(head.body_check, news.data(), news.size());
  head.head_check = head.own_check();
  return ::ftruncate(file, news_at) == 0 && write_at(file, news.data(), news.size(), news_at) &&
         write_at(file, &head, sizeof(head), 0);
}

bool FactFiles::save(const FactColumns& columns, std::size_t number) {
  if (folder_.empty() || !make_private_folder(folder_) || !has_room(folder_)) return false;
  const FactBlock& block = *columns.blocks()[number];
  Head head;
  head.number = static_cast<std::uint32_t>(number);
  head.rows = static_cast<std::uint32_t>(block.rows);
  head.texts_before = block.texts_before;
  head.lists_before = block.lists_before;
  head.registrations_before = block.registrations_before;
  head.last_stored = block.last->stored.time_since_epoch().count();
  head.last_id = block.last->id;
  head.has_scaled = block.has.scaled ? 1 : 0;
  head.has_raw = block.has.raw ? 1 : 0;
  head.has_duration = block.has.duration_s ? 1 : 0;
  head.check_before = number == 0 ? 0 : checks_[number - 1];
  const auto news = news_of(columns, number, head);

  // Of this call alone: a target that was let go may still be read by who came first.
  static std::atomic<std::uint64_t> files_made{0};
  const auto fresh = folder_ / fmt::format("{}-{}{}", ::getpid(), ++files_made, unfinished);
  const Descriptor file(
      ::open(fresh.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.is_open() || !write(file.number(), block, news, head) ||
      ::rename(fresh.c_str(), path_of(number).c_str()) != 0) {
    log::warning("facts of statements cannot be kept in {}: {}", folder_.string(),
                 std::strerror(errno));
    ::unlink(fresh.c_str());
    folder_.clear();
    return false;
  }
  checks_.resize(number);
  checks_.push_back(head.head_check);
  rows_ = number * FactBlock::rows_max + block.rows;
  return true;
}

std::unique_ptr<FactBlock> FactFiles::mapped(const FactBlock& block, std::size_t number) const {
  const Descriptor file(::open(path_of(number).c_str(), O_RDONLY | O_CLOEXEC));
  const auto head = file.is_open() ? head_of(file.number()) : std::nullopt;
  if (!head || head->head_check != checks_[number]) return nullptr;
  MemoryMap map(file.number(), news_at);
  if (map.data() == nullptr) return nullptr;
  auto out = std::make_unique<FactBlock>(std::move(map), head_bytes, block.rows);
  out->has = block.has;
  out->texts_before = block.texts_before;
  out->lists_before = block.lists_before;
  out->registrations_before = block.registrations_before;
  out->last = block.last;
  out->referring = block.referring;
  return out;
}

}  // namespace lectern::lrs
