#include "cli/new_user.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/credentials.h"
#include "auth/password.h"
#include "base/json.h"

namespace lectern::cli {
namespace {

namespace fs = std::filesystem;

std::string member(std::string_view name, std::string_view text) {
  return json::quoted(name) + ": " + json::quoted(text);
}

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close_now(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  bool close_now() {
    const int number = std::exchange(number_, -1);
    return number < 0 || close(number) == 0;
  }

 private:
  int number_;
};

tl::unexpected<Error> cannot(const char* what, const fs::path& path, int error) {
  return fail(Code::invalid,
              std::string("cannot ") + what + " " + path.string() + ": " + std::strerror(error));
}

/// The list with the entry behind the others, each as it was written.
Result<std::string> with_entry(const std::string& text, const std::string& username,
                               const std::string& entry) {
  std::string out = "[\n";
  if (!text.empty()) {
    const auto users = auth::parse_credentials(text);
    if (!users) return fail(Code::invalid, users.error().message);
    if (users->users.count(username) > 0)
      return fail(Code::conflict, "user '" + username + "' is there already");
    const auto document = json::parse(text);
    if (!document) return fail(document.error());
    for (const json::Value other : (*document)->root().children())
      out.append(other.source()).append(",\n");
  }
  return out + entry + "\n]\n";
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

/// Writes a file beside `path` and puts it in its place. Who could read the old one can read the
/// new one.
Result<void> replace(const fs::path& path, const std::string& text) {
  std::string beside = path.string() + ".XXXXXX";
  Descriptor file(mkostemp(beside.data(), O_CLOEXEC));  // mode 0600
  if (!file.is_open()) return cannot("write beside", path, errno);
  Result<void> written = write_all(file, text, beside);
  struct stat old {};
  if (written && stat(path.c_str(), &old) == 0 &&
      (fchmod(file.number(), old.st_mode & 0777) != 0 ||
       (old.st_uid != geteuid() && fchown(file.number(), old.st_uid, old.st_gid) != 0)))
    written = cannot("keep the owner of", path, errno);
  if (written && !file.close_now()) written = cannot("write", path, errno);
  if (written && rename(beside.c_str(), path.c_str()) != 0)
    written = cannot("replace", path, errno);
  if (!written) unlink(beside.c_str());
  return written;
}

}  // namespace

Result<std::string> agent_of(const NewUser& user) {
  const int identifiers = int{user.mbox.has_value()} + int{user.mbox_sha1sum.has_value()} +
                          int{user.openid.has_value()} + int{user.account.has_value()};
  if (identifiers != 1)
    return fail(Code::invalid, "exactly one identifier of the agent is needed: -M, -S, -O or -A");
  std::string members;
  if (user.mbox) members = member("mbox", *user.mbox);
  if (user.mbox_sha1sum) members = member("mbox_sha1sum", *user.mbox_sha1sum);
  if (user.openid) members = member("openid", *user.openid);
  if (user.account)
    members = "\"account\": {" + member("name", user.account->first) + ", " +
              member("homePage", user.account->second) + "}";
  if (user.agent_name) members += ", " + member("name", *user.agent_name);
  std::string agent = "{" + members + "}";
  const auto document = json::parse_view(agent);
  if (!document) return fail(Code::invalid, document.error().message);
  if (auto principal = auth::principal_of(user.username, (*document)->root()); !principal)
    return fail(principal.error());
  return agent;
}

Result<std::string> entry_of(const NewUser& user, const std::string& agent) {
  TRY(const std::string hash, auth::hash_password(user.password));
  std::string scopes;
  for (const auto& scope : user.scopes)
    (scopes += scopes.empty() ? "" : ", ") += json::quoted(scope);
  std::string entry = "{\n  \"agent\": " + agent + ",\n  \"scopes\": [" + scopes + "],\n";
  if (user.target) entry += "  " + member("target", *user.target) + ",\n";
  entry += "  " + member("hash", hash) + ",\n  " + member("username", user.username) + "\n}";
  return entry;
}

Result<void> add_to_file(const std::string& name, const std::string& username,
                         const std::string& entry) {
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
  const auto all = with_entry(text, username, entry);
  if (!all) return fail(all.error().code, path.string() + ": " + all.error().message);
  return replace(path, *all);
}

}  // namespace lectern::cli
