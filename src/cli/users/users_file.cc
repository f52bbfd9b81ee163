#include "cli/users/users_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/basic/credentials.h"
#include "auth/oidc/jwt.h"
#include "base/descriptor.h"
#include "base/json/json.h"

namespace lectern::cli {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> cannot(const char* what, const fs::path& path, int error) {
  return fail(Code::invalid,
              std::string("cannot ") + what + " " + path.string() + ": " + std::strerror(error));
}

Result<void> write_all(const Descriptor& file, const std::string& text, const fs::path& path) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t size = ::write(file.number(), rest.data(), rest.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return cannot("write", path, errno);
    rest.remove_prefix(static_cast<std::size_t>(size));
  }
  if (fsync(file.number()) != 0) return cannot("write", path, errno);
  return {};
}

/// Whose the new file is, and who may read it: as the old one's; where there is none and root makes
/// it, it is the folder's owner's, who is to serve from it.
Result<void> keep_owner(const Descriptor& file, const fs::path& path) {
  struct stat model {};
  const bool is_there = stat(path.c_str(), &model) == 0;
  if (is_there && fchmod(file.number(), model.st_mode & 0777) != 0)
    return cannot("keep the mode of", path, errno);
  if (!is_there && (geteuid() != 0 || stat(path.parent_path().c_str(), &model) != 0)) return {};
  if (model.st_uid != geteuid() && fchown(file.number(), model.st_uid, model.st_gid) != 0)
    return cannot("keep the owner of", path, errno);
  return {};
}

/// Writes a file beside `path` and puts it in its place.
Result<void> replace(const fs::path& path, const std::string& text) {
  std::string beside = path.string() + ".XXXXXX";
  Descriptor file(mkostemp(beside.data(), O_CLOEXEC));  // mode 0600
  if (!file.is_open()) return cannot("write beside", path, errno);
  Result<void> written = write_all(file, text, beside);
  if (written) written = keep_owner(file, path);
  if (written && !file.close_now()) written = cannot("write", path, errno);
  if (written && rename(beside.c_str(), path.c_str()) != 0)
    written = cannot("replace", path, errno);
  if (!written) unlink(beside.c_str());
  return written;
}

/// The list of users. Errors: invalid, when a server would refuse it.
Result<std::unique_ptr<json::Document>> list_of(const std::string& text) {
  if (const auto users = auth::parse_credentials(text); !users)
    return fail(Code::invalid, users.error().message);
  return json::parse(text);
}

Result<json::Value> entry_of(const json::Document& list, std::string_view username) {
  for (const json::Value entry : list.root().children())
    if (auth::text_of(entry, "username") == username) return entry;
  return fail(Code::not_found, "there is no user '" + std::string(username) + "'");
}

/// A list of entries, each as it was written.
class List {
 public:
  void add(std::string_view entry) { (text_ += text_.empty() ? "" : ",\n").append(entry); }
  std::string text() const { return "[\n" + text_ + (text_.empty() ? "]\n" : "\n]\n"); }

 private:
  std::string text_;
};

}  // namespace

Result<std::string> with_entry(const std::string& text, std::string_view username,
                               const std::string& entry) {
  List list;
  if (!text.empty()) {
    TRY(const auto before, list_of(text));
    if (entry_of(*before, username))
      return fail(Code::conflict, "user '" + std::string(username) + "' is there already");
    for (const json::Value other : before->root().children()) list.add(other.source());
  }
  list.add(entry);
  return list.text();
}

Result<std::string> with_member(const std::string& text, std::string_view username,
                                std::string_view member, const std::string& value) {
  TRY(const auto list, list_of(text));
  TRY(const json::Value entry, entry_of(*list, username));
  std::string out = text;
  if (const auto old = entry.find(member)) {
    out.replace(old->offset(), old->source().size(), value);
  } else {
    out.insert(entry.offset() + 1, "\n  " + json::quoted(member) + ": " + value + ",");
  }
  return out;
}

Result<std::string> without_entry(const std::string& text, std::string_view username) {
  TRY(const auto before, list_of(text));
  TRY(const json::Value entry, entry_of(*before, username));
  List list;
  for (const json::Value other : before->root().children())
    if (other != entry) list.add(other.source());
  return list.text();
}

Result<void> edit_file(const std::string& name,
                       const std::function<Result<std::string>(const std::string& text)>& change) {
  std::error_code error;
  // A link stays one: what it leads to is replaced.
  fs::path path = fs::weakly_canonical(name, error);
  if (error) path = name;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  fs::create_directories(folder, error);
  if (error) return cannot("make", folder, error.value());
  const Descriptor lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock.is_open()) return cannot("open", folder, errno);
  flock(lock.number(), LOCK_EX);

  std::string text;
  if (fs::exists(path, error)) {
    std::ifstream in(path, std::ios::binary);
    text.assign((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!in || text.empty()) {
      if (fs::file_size(path, error) != 0) return cannot("read", path, errno);
    }
  }
  auto changed = change(text);
  if (!changed) return fail(changed.error().code, path.string() + ": " + changed.error().message);
  return replace(path, *changed);
}

}  // namespace lectern::cli
