#include "pipeline/data/fs.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/json/writer.h"
#include "base/log.h"
#include "pipeline/data/files.h"

namespace lectern::pipeline::fs {
namespace {

namespace stdfs = std::filesystem;

constexpr std::array table = {
    DataSetting{"DEFAULT_DIRECTORY_PATH", ".", "folder that targets lie in; made where missing"},
    DataSetting{"DEFAULT_QUERY_STRING", "*", "pattern of the files that are read"},
    DataSetting{"LOCALE_ENCODING", "utf8", "text is always UTF-8", DataSetting::Kind::text, false,
                false},
    DataSetting{"READ_CHUNK_SIZE", "4096", "bytes of one read, 262144 at least",
                DataSetting::Kind::number},
    DataSetting{"WRITE_CHUNK_SIZE", "4096", "of other backends only", DataSetting::Kind::number,
                false, false},
};

constexpr std::size_t read_bytes_min = 256 * 1024;

tl::unexpected<Error> failed(const std::string& path) {
  return fail(Code::invalid, fmt::format("{}: {}", path, std::strerror(errno)));
}

/// The default folder, made where it is missing.
Result<std::string> folder_of(const OpenContext& context) {
  const std::string folder = context.values.find("DEFAULT_DIRECTORY_PATH")->second;
  std::error_code error;
  if (!stdfs::is_directory(folder, error)) stdfs::create_directories(folder, error);
  if (error) return fail(Code::invalid, fmt::format("{}: {}", folder, error.message()));
  return folder;
}

std::string place_of(const std::string& folder, const std::string& target) {
  return target.empty() ? folder : (stdfs::path(folder) / target).string();
}

std::string absolute(const std::string& path) {
  return stdfs::absolute(path).lexically_normal().string();
}

Result<void> note(History& history, std::string_view action, const std::string& path) {
  std::error_code ignored;
  const std::string whole = absolute(path);
  const auto size = stdfs::file_size(path, ignored);
  return history.append(json_of({"fs", action, whole, stdfs::path(path).filename().string(),
                                 ignored ? 0 : static_cast<std::uint64_t>(size)}));
}

class FsSource : public Source {
 public:
  FsSource(const OpenContext& context, std::string folder)
      : folder_(std::move(folder)),
        query_(context.values.find("DEFAULT_QUERY_STRING")->second),
        chunk_size_(number_of(context.values, "READ_CHUNK_SIZE")),
        history_(context.history),
        interrupt_(context.interrupt) {}

  Result<void> read(const ReadRequest& request, const TakeBytes& take) override {
    const std::string folder = place_of(folder_, request.target);
    const std::string& query = request.query.empty() ? query_ : request.query;
    TRY(const auto files, files_matching(folder, query));
    if (files.empty()) log::info("No file found for query: {}/{}", folder, query);
    const std::size_t asked = request.chunk_size > 0 ? request.chunk_size : chunk_size_;
    std::vector<char> buffer(std::max(asked, read_bytes_min));
    for (const auto& file : files) {
      TRY(const bool whole, read_file(file, buffer, take));
      if (!whole) return {};
      RETURN_IF_ERROR(note(history_, "read", file));
    }
    return {};
  }

 private:
  /// False: broken off.
  Result<bool> read_file(const std::string& path, std::vector<char>& buffer,
                         const TakeBytes& take) const {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return failed(path);
    while (!interrupt_.stopped()) {
      const auto got = ::read(file.number(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed(path);
      if (got == 0) return true;
      TRY(const bool go_on, take({buffer.data(), static_cast<std::size_t>(got)}));
      if (!go_on) return false;
    }
    return false;
  }

  const std::string folder_;
  const std::string query_;
  const std::size_t chunk_size_;
  History& history_;
  const Interrupt& interrupt_;
};

/// A file appears under its name once it is whole: until then NAME.part is there. Only `append`
/// writes into the file itself.
class FsSink : public Sink {
 public:
  FsSink(const OpenContext& context, std::string folder)
      : folder_(std::move(folder)), history_(context.history) {}

  Operation default_operation() const override { return Operation::create; }
  bool allows(Operation operation) const override { return operation != Operation::remove; }
  std::size_t chunk_size_default() const override { return 0; }

  Result<void> begin(const WriteRequest& request) override {
    std::string target = request.target;
    if (target.empty()) {
      target = fresh_file_name();
      log::info("Target file not specified; using random file name: {}", target);
    }
    path_ = place_of(folder_, target);
    struct stat status = {};
    const bool there = stat(path_.c_str(), &status) == 0;
    keeps_ = request.operation == Operation::create || request.operation == Operation::index;
    if (there && S_ISREG(status.st_mode) && keeps_) return exists();
    const bool in_place =
        request.operation == Operation::append || (there && !S_ISREG(status.st_mode));
    written_ = in_place ? path_ : path_ + ".part";
    file_.emplace(open(written_.c_str(),
                       O_WRONLY | O_CREAT | O_CLOEXEC | (in_place ? O_APPEND : O_TRUNC), 0666));
    return file_->is_open() ? Result<void>() : Result<void>(failed(written_));
  }

  void prepare(Chunk& chunk) const override {
    chunk.body = std::move(chunk.bytes);
    chunk.records = static_cast<std::uint64_t>(
        std::count(chunk.body.begin(), chunk.body.end(), '\n') + !chunk.body.ends_with('\n'));
  }

  Result<void> send(Chunk& chunk) override {
    while (chunk.sent < chunk.body.size()) {
      const auto written =
          ::write(file_->number(), chunk.body.data() + chunk.sent, chunk.body.size() - chunk.sent);
      if (written < 0 && errno != EINTR) return failed(written_);
      if (written > 0) chunk.sent += static_cast<std::size_t>(written);
    }
    return {};
  }

  Result<void> end(bool whole) override {
    if (!file_ || !file_->is_open()) return {};
    const bool flushed = fsync(file_->number()) == 0 || errno == EINVAL || errno == EROFS;
    const int flush_error = errno;
    const bool closed = file_->close_now();
    if (!flushed) errno = flush_error;
    if (!flushed || !closed) return failed(written_);
    if (!whole && written_ != path_) log::error("What was written until then is in {}", written_);
    if (!whole) return {};
    if (written_ != path_) RETURN_IF_ERROR(publish());
    return note(history_, "write", path_);
  }

 private:
  tl::unexpected<Error> exists() const {
    return fail(Code::conflict,
                fmt::format("{} already exists and overwrite is not allowed with operation_type "
                            "create or index.",
                            path_));
  }

  Result<void> publish() const {
    if (keeps_ && link(written_.c_str(), path_.c_str()) == 0) {
      unlink(written_.c_str());
      return {};
    }
    if (keeps_ && errno == EEXIST) return exists();
    // Some file systems have no links.
    return rename(written_.c_str(), path_.c_str()) == 0 ? Result<void>()
                                                        : Result<void>(failed(path_));
  }

  const std::string folder_;
  History& history_;
  std::string path_;     // of the file
  std::string written_;  // what is written to
  bool keeps_ = false;   // a file that is there stays
  std::optional<Descriptor> file_;
};

std::string details_of(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) status = {};
  std::tm parts = {};
  gmtime_r(&status.st_mtime, &parts);
  std::array<char, 32> time = {};
  std::strftime(time.data(), time.size(), "%Y-%m-%dT%H:%M:%S+00:00", &parts);
  json::Writer json(json::Writer::Style::spaced);
  json.object().member("path", path).member("size", status.st_size);
  return json.member("modified_at", time.data()).end().take();
}

class FsListing : public Listing {
 public:
  FsListing(const OpenContext& context, std::string folder)
      : folder_(std::move(folder)), history_(context.history) {}

  Result<void> list(const ListRequest& request, const TakeBytes& take) override {
    const std::string folder = absolute(place_of(folder_, request.target));
    std::vector<std::string> paths;
    std::error_code error;
    for (stdfs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
      paths.push_back(it->path().string());
    if (error)
      return fail(Code::invalid,
                  fmt::format("Invalid target argument. {}: {}", folder, error.message()));
    std::sort(paths.begin(), paths.end());
    std::set<std::string> known;
    if (request.new_only) {
      TRY(known, history_.ids("fs", "read"));
    }
    for (const auto& path : paths) {
      if (known.contains(path)) continue;
      TRY(const bool go_on, take(request.details ? details_of(path) : path));
      if (!go_on) break;
    }
    return {};
  }

 private:
  const std::string folder_;
  const History& history_;
};

template <typename Interface, typename Made>
Result<std::unique_ptr<Interface>> opened(const OpenContext& context) {
  TRY(auto folder, folder_of(context));
  std::unique_ptr<Interface> made = std::make_unique<Made>(context, std::move(folder));
  return made;
}

}  // namespace

std::span<const DataSetting> settings() { return table; }

Result<std::unique_ptr<Source>> open_source(const OpenContext& context) {
  return opened<Source, FsSource>(context);
}

Result<std::unique_ptr<Sink>> open_sink(const OpenContext& context) {
  return opened<Sink, FsSink>(context);
}

Result<std::unique_ptr<Listing>> open_listing(const OpenContext& context) {
  return opened<Listing, FsListing>(context);
}

}  // namespace lectern::pipeline::fs
