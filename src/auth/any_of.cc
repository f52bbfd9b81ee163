#include "auth/any_of.h"

#include <algorithm>

#include "base/assert.h"

namespace lectern::auth {
namespace {

class AnyOf final : public Authenticator {
 public:
  explicit AnyOf(std::vector<std::unique_ptr<Authenticator>> all) : all_(std::move(all)) {
    LECTERN_ASSERT(!all_.empty());
  }

  Result<PrincipalPtr> authenticate(const Attempt& attempt) override {
    auto outcome = all_.front()->authenticate(attempt);
    for (std::size_t i = 1; i < all_.size() && !outcome; ++i) {
      auto next = all_[i]->authenticate(attempt);
      // "Try again" says more than "not mine".
      if (next || outcome.error().code == Code::unauthenticated) outcome = std::move(next);
    }
    return outcome;
  }

  std::optional<Result<PrincipalPtr>> remembered(const Attempt& attempt) override {
    auto outcome = all_.front()->remembered(attempt);
    for (std::size_t i = 1; i < all_.size() && outcome && !*outcome; ++i)
      if (auto next = all_[i]->remembered(attempt);
          !next || *next || next->error().code == Code::unauthenticated)
        outcome = std::move(next);
    return outcome;
  }

  std::chrono::seconds delay(const Attempt& attempt) override {
    std::chrono::seconds longest{};
    for (const auto& one : all_) longest = std::max(longest, one->delay(attempt));
    return longest;
  }

  std::string challenge() const override {
    std::string joined;
    for (const auto& one : all_) (joined += joined.empty() ? "" : ", ") += one->challenge();
    return joined;
  }

 private:
  const std::vector<std::unique_ptr<Authenticator>> all_;
};

}  // namespace

std::unique_ptr<Authenticator> any_of(std::vector<std::unique_ptr<Authenticator>> all) {
  if (all.size() == 1) return std::move(all.front());
  return std::make_unique<AnyOf>(std::move(all));
}

}  // namespace lectern::auth
