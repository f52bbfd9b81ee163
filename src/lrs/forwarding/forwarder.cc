#include "lrs/forwarding/forwarder.h"

#include <algorithm>
#include <thread>

#include "base/log.h"
#include "net/outstanding.h"

namespace lectern::lrs {

using namespace std::chrono_literals;

namespace {

/// How long a delivery under way has to end when the server stops.
constexpr auto grace = 1000ms;

std::chrono::milliseconds longest_timeout(const std::vector<Receiver>& receivers) {
  std::chrono::milliseconds longest{1};
  for (const auto& receiver : receivers) longest = std::max(longest, receiver.timeout);
  return longest;
}

}  // namespace

Forwarder::Forwarder(const StoreRefs& stores, std::vector<Receiver> receivers,
                     const std::vector<std::string>& targets, const ForwardingOptions& options)
    : state_(stores.documents), client_(receiver_options(longest_timeout(receivers))) {
  for (auto& receiver : receivers) {
    if (!receiver.is_active) {
      log::info("forwarding to {} is switched off", net::without_credentials(receiver.url));
      continue;
    }
    senders_.push_back(std::make_unique<RetryingSender>(
        RetryingSender::Surroundings{stores, state_, client_, signal_, targets, options},
        std::move(receiver)));
  }
}

Forwarder::~Forwarder() {
  {
    const MutexLock lock(signal_.mutex);
    signal_.stopping = true;
  }
  signal_.wake.notify_all();
  const auto give_up_at = std::chrono::steady_clock::now() + grace;
  const auto has_ended = [](const auto& sender) { return sender->has_ended(); };
  while (!std::all_of(senders_.begin(), senders_.end(), has_ended)) {
    const auto now = std::chrono::steady_clock::now();
    if (now > give_up_at)
      for (const auto& sender : senders_) net::calls_to(sender->receiver().url).abandon(now);
    std::this_thread::sleep_for(10ms);
  }
}

void Forwarder::notify(const std::string& target) {
  if (senders_.empty()) return;
  {
    const MutexLock lock(signal_.mutex);
    ++signal_.stored_count;
  }
  know_target(target);
  signal_.wake.notify_all();
}

void Forwarder::know_target(const std::string& target) {
  if (target.empty()) return;
  {
    const MutexLock lock(mutex_);
    if (std::find(known_targets_.begin(), known_targets_.end(), target) != known_targets_.end())
      return;
  }
  if (!state_.add_target(target)) return;
  const MutexLock lock(mutex_);
  known_targets_.push_back(target);
}

std::vector<ForwardingStatus> Forwarder::status() const {
  std::vector<ForwardingStatus> all;
  for (const auto& sender : senders_) all.push_back(sender->status());
  return all;
}

Result<std::vector<DeadLetter>> Forwarder::dead_letters() {
  std::vector<DeadLetter> all;
  for (const auto& sender : senders_) {
    TRY(auto letters, state_.dead_letters(sender->receiver().url));
    all.insert(all.end(), letters.begin(), letters.end());
  }
  return all;
}

Result<std::size_t> Forwarder::replay() {
  std::size_t taken = 0;
  for (const auto& sender : senders_) {
    TRY(const auto letters, state_.dead_letters(sender->receiver().url));
    for (const auto& letter : letters) {
      TRY(const auto delivered, sender->send_one(letter));
      if (delivered.kind != Delivered::Kind::taken) continue;
      RETURN_IF_ERROR(state_.remove_dead_letter(letter));
      ++taken;
    }
  }
  return taken;
}

}  // namespace lectern::lrs
