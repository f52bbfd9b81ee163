#include <vector>

#include "store/testing/faulty_proxy.h"
#include "store/testing/model/checker.h"

namespace lectern::store::model {
namespace {

using namespace std::chrono_literals;
using Fault = FaultyProxy::Fault;

struct Named {
  Fault fault;
  const char* name;
};

/// What befalls all that is under way.
constexpr Named of_all[] = {{Fault::down, "down"},
                            {Fault::silent, "silent"},
                            {Fault::stalled, "answers held"},
                            {Fault::trickling, "trickling"},
                            {Fault::reordered, "reordered"},
                            {Fault::lost_answers, "answers lost"},
                            {Fault::cut_answers, "answers cut"},
                            {Fault::cut_requests, "requests cut"}};
/// What befalls the next write alone.
constexpr Named of_a_write[] = {{Fault::held, "write held"},
                                {Fault::held, "write held"},
                                {Fault::lost_answers, "answer of a write lost"},
                                {Fault::halved_answers, "answer of a write truncated"},
                                {Fault::cut_requests, "write truncated"}};

class Remote final : public Process {
 public:
  Remote(const RemoteDeployment& place, std::shared_ptr<FaultyProxy> proxy)
      : deployment_(place),
        proxy_(std::move(proxy)),
        stores_(place.place.open(proxy_->address())) {}
  ~Remote() override { stores_ = {}; }

  Stores& stores() override { return stores_; }

  std::string disturb(std::mt19937& random) override {
    if (random() % 3 == 0) {
      const auto& fault = of_all[random() % std::size(of_all)];
      proxy_->set(fault.fault);
      return fault.name;
    }
    const auto& fault = of_a_write[random() % std::size(of_a_write)];
    // So that in a short time something arrives too, few are held for as long as they may be.
    const auto most = random() % 3 == 0 ? deployment_.hold_max : RemoteDeployment{}.hold_max;
    proxy_->hold_for(200ms + (most - 200ms) * (random() % 1'000) / 1'000);
    // Behind it others may go through, or nothing at all.
    const bool nothing = random() % 3 == 0;
    const auto& write = deployment_.writes[random() % deployment_.writes.size()];
    if (random() % 2 == 0)
      proxy_->set_each(write, fault.fault);
    else
      proxy_->set_once(write, fault.fault, nothing ? Fault::down : Fault::none);
    return fault.name;
  }

  void calm() override { proxy_->set(Fault::none); }
  void kill() override { proxy_->set(Fault::down); }

 private:
  const RemoteDeployment& deployment_;
  const std::shared_ptr<FaultyProxy> proxy_;
  Stores stores_;
};

class Database final : public Deployment {
 public:
  explicit Database(RemoteDeployment remote) : remote_(std::move(remote)) {
    target = remote_.place.target;
    processes = 2;
    documents = remote_.documents;
    hidden_faults = remote_.hidden_faults;
  }

  std::unique_ptr<Process> start(std::uint32_t) override {
    // Kept to the end, with the requests that they hold.
    proxies_.push_back(std::make_shared<FaultyProxy>(remote_.server));
    return std::make_unique<Remote>(remote_, proxies_.back());
  }

 private:
  const RemoteDeployment remote_;
  std::vector<std::shared_ptr<FaultyProxy>> proxies_;
};

}  // namespace

std::unique_ptr<Deployment> remote(RemoteDeployment place) {
  return std::make_unique<Database>(std::move(place));
}

}  // namespace lectern::store::model
