#include "auth/basic/credentials_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/log.h"

namespace lectern::auth {

namespace {

/// Puts the objects of `before` in place of equal ones.
void keep_unchanged(Credentials& users, const Credentials& before) {
  for (auto& [name, user] : users.users)
    if (const auto it = before.users.find(name);
        it != before.users.end() && same(*it->second, *user))
      user = it->second;
}

}  // namespace

bool CredentialsFile::Stamp::operator==(const Stamp& other) const {
  return exists == other.exists && changed.tv_sec == other.changed.tv_sec &&
         changed.tv_nsec == other.changed.tv_nsec && bytes == other.bytes && inode == other.inode;
}

CredentialsFile::Stamp CredentialsFile::look() const {
  struct stat status {};
  if (stat(path_.c_str(), &status) != 0) {
    // Only what surely is not there counts as gone: a folder that cannot be entered does not.
    return Stamp{errno != ENOENT && errno != ENOTDIR, {}, 0, 0};
  }
  return Stamp{true, status.st_mtim, status.st_size, status.st_ino};
}

Result<std::shared_ptr<const Credentials>> CredentialsFile::read() const {
  const auto fault = [this](const std::string& what) {
    return fail(Code::invalid, "The credentials file " + path_ + " " + what);
  };
  std::ifstream in(path_, std::ios::binary);
  std::string text;
  if (in) text.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  if (!in || in.bad()) return fault(std::string("cannot be read: ") + std::strerror(errno));
  auto users = parse_credentials(std::move(text));
  if (!users) return fault("is wrong: " + users.error().message);
  if (users_) keep_unchanged(*users, *users_);
  for (const auto& line : users->warnings) log::warning("{}: {}", path_, line);
  return std::make_shared<const Credentials>(std::move(*users));
}

Result<void> CredentialsFile::load() {
  const MutexLock lock(mutex_);
  stamp_ = look();
  exists_ = stamp_.exists;
  next_look_ = Clock::now() + interval_;
  users_ = std::make_shared<const Credentials>();
  if (stamp_.exists) {
    TRY(users_, read());
  }
  return {};
}

std::shared_ptr<const Credentials> CredentialsFile::users() {
  const MutexLock lock(mutex_);
  const auto now = Clock::now();
  if (now < next_look_) return users_;
  next_look_ = now + interval_;
  // The stamp is taken before the file is read: a change in between is seen the next time.
  const Stamp stamp = look();
  if (stamp == stamp_) return users_;
  stamp_ = stamp;
  exists_ = stamp.exists;
  if (!stamp.exists) {
    broken_ = false;
    log::error("The credentials file {} is gone: nobody is let in", path_);
    users_ = std::make_shared<const Credentials>();
  } else if (auto read_again = read()) {
    broken_ = false;
    users_ = std::move(*read_again);
    log::info("Read {} again: {} users", path_, users_->users.size());
  } else {
    broken_ = true;
    log::error("{}; the users before the change stay", read_again.error().message);
  }
  return users_;
}

std::shared_ptr<const Credentials> CredentialsFile::users_if_fresh() {
  if (!mutex_.try_lock()) return nullptr;
  const MutexLock lock(mutex_, std::adopt_lock);
  return Clock::now() < next_look_ ? users_ : nullptr;
}

}  // namespace lectern::auth
