#include "lrs/export/exports_under_way.h"

namespace lectern::lrs {

std::unique_ptr<ExportsUnderWay::One> ExportsUnderWay::begin(const auth::Principal& principal) {
  User user(principal.target, principal.username);
  {
    const MutexLock lock(mutex_);
    auto& of_user = by_user_[user];
    if (of_user == of_user_max) return nullptr;
    ++of_user;
  }
  return std::make_unique<One>(*this, std::move(user));
}

void ExportsUnderWay::end(const User& user) {
  const MutexLock lock(mutex_);
  const auto of_user = by_user_.find(user);
  if (of_user != by_user_.end() && --of_user->second == 0) by_user_.erase(of_user);
}

}  // namespace lectern::lrs
