#include "store/common/watermark/peer_clocks.h"

namespace lectern::store {
namespace {

constexpr int off_in_a_row_min = 5;
constexpr std::chrono::hours told_only{24 * 365 * 100};

}  // namespace

void PeerClocks::compare(const std::map<std::string, Told>& all) {
  const Time read_at = now();
  std::map<std::string, Peer> peers;
  for (const auto& [process, told] : all) {
    auto& peer = peers[process];
    const auto known = peers_.find(process);
    if (known != peers_.end()) {
      peer = known->second;
      if (told.beat != peer.beat) compare(process, told, peer, read_at);
    }
    peer.beat = told.beat;
  }
  peers_ = std::move(peers);
  read_at_ = read_at;
}

/// It wrote between the time when the entries were read before and now.
void PeerClocks::compare(const std::string& process, const Told& told, Peer& peer,
                         Time read_at) const {
  if (!told.clock || !read_at_) return;
  const bool agrees = *told.clock >= *read_at_ - clock_difference_told &&
                      *told.clock <= read_at + clock_difference_told;
  peer.off_in_a_row = agrees ? 0 : peer.off_in_a_row + 1;
  if (!agrees && peer.off_in_a_row < off_in_a_row_min) return;
  if (agrees && !peer.check) return;
  if (!peer.check)
    peer.check = std::make_shared<ClockCheck>("the process " + process.substr(0, 8) + " of Lectern",
                                              told_only);
  static_cast<void>(peer.check->compare(*told.clock, *read_at_, read_at));
}

std::set<std::string> PeerClocks::off() const {
  std::set<std::string> all;
  for (const auto& [process, peer] : peers_)
    if (peer.off_in_a_row >= off_in_a_row_min) all.insert(process);
  return all;
}

}  // namespace lectern::store
