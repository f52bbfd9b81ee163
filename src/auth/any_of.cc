#include "auth/any_of.h"

#include "base/assert.h"

namespace lectern::auth {
namespace {

class AnyOf final : public Authenticator {
 public:
  explicit AnyOf(std::vector<std::unique_ptr<Authenticator>> all) : all_(std::move(all)) {
    LECTERN_ASSERT(!all_.empty());
  }

  Result<std::shared_ptr<const Principal>> authenticate(std::string_view header) override {
    auto outcome = all_.front()->authenticate(header);
    for (std::size_t i = 1; i < all_.size() && !outcome; ++i) {
      auto next = all_[i]->authenticate(header);
      // "Try again" says more than "not mine".
      if (next || outcome.error().code == Code::unauthenticated) outcome = std::move(next);
    }
    return outcome;
  }

  std::shared_ptr<const Principal> known(std::string_view header) override {
    for (const auto& one : all_)
      if (auto principal = one->known(header)) return principal;
    return nullptr;
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
