#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/time/time.h"
#include "store/common/watermark/clock_check.h"

namespace lectern::store {

/// Compares the clocks of other processes of Lectern, as their entries tell them, with ours, and
/// tells the log (docs/CONSISTENCY.md, W14). What they may do is decided by the database's clock.
/// Not thread-safe.
class PeerClocks {
 public:
  /// What an entry says.
  struct Told {
    std::int64_t beat = 0;        ///< rises each time that it is written
    std::optional<Time> clock{};  ///< of the process when it wrote that
  };

  /// By process, each time that the entries are read. An entry may take a while to be written: only
  /// who differs by more than a second some times on end is said to do so.
  void compare(const std::map<std::string, Told>& all);
  /// Who does, as of the last time.
  std::set<std::string> off() const;

 private:
  struct Peer {
    std::int64_t beat = 0;
    std::shared_ptr<ClockCheck> check;
    int off_in_a_row = 0;
  };
  void compare(const std::string& process, const Told& told, Peer& peer, Time read_at) const;

  std::map<std::string, Peer> peers_;
  std::optional<Time> read_at_;
};

}  // namespace lectern::store
