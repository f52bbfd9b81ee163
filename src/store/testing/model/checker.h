#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "store/testing/contract/contract.h"
#include "store/testing/model/history.h"

/// A model checker: several processes of a place, clients that do all there is to do, faults, kills
/// and restarts, by a seeded schedule; what was answered is then held against docs/CONSISTENCY.md
/// (history.h). The seed decides what is done and when; how long a server takes, it does not.
namespace lectern::store::model {

/// A process as its clients see it. To destroy it is to kill it: what it has sent may arrive, and
/// nothing is sent any more.
class Process {
 public:
  virtual ~Process() = default;
  /// Its stores, for as long as it runs.
  virtual Stores& stores() = 0;
  /// Whether it was alive until now: what it has answered since counts for nothing.
  virtual bool is_alive() const { return true; }
  /// Something happens between it and its database; the name of it.
  virtual std::string disturb(std::mt19937& random) = 0;
  /// All is well again.
  virtual void calm() = 0;
  /// From now on nothing that it sends arrives.
  virtual void kill() = 0;
};

/// A place that holds nothing yet.
class Deployment {
 public:
  virtual ~Deployment() = default;
  /// Starts a process; the seed chooses its faults.
  virtual std::unique_ptr<Process> start(std::uint32_t seed) = 0;

  std::string target;
  int processes = 1;       ///< at work at the same time
  bool keeps = true;       ///< what is stored outlives the processes
  bool documents = false;  ///< processes share them
  /// How long the last promise may be waited for after all faults: while entries of killed
  /// processes age.
  std::chrono::seconds settles_within{60};
  /// Asked for at the end: faults in what lies there that no client sees, a sentence each.
  std::function<std::vector<std::string>()> hidden_faults;
};

/// How much is done.
struct Plan {
  std::chrono::milliseconds duration{8'000};   ///< without the end, when everything is read
  std::chrono::milliseconds fault_max{1'200};  ///< how long one goes on
  int clients = 4;
};

/// Checks one place after another, for LECTERN_MODEL_SECONDS, else one; from the seed
/// LECTERN_MODEL_SEED on, else 1. A failure prints the seed. LECTERN_MODEL_DURATION_MS: of each.
void check(const std::function<std::unique_ptr<Deployment>()>& fresh_store, Plan plan = {});

/// Processes that reach a real server each through a proxy of its own.
struct RemoteDeployment {
  contract::Remote::EmptyStore place;
  std::string server;               ///< the real one, as host:port
  std::vector<std::string> writes;  ///< a text each in the requests that store rows
  /// What is held arrives no later: the assumption of docs/CONSISTENCY.md.
  std::chrono::milliseconds hold_max{4'000};
  bool documents = true;
  std::function<std::vector<std::string>()> hidden_faults{};  ///< as of Deployment
};
/// Processes that share a database behind proxies.
std::unique_ptr<Deployment> remote(RemoteDeployment place);

}  // namespace lectern::store::model
