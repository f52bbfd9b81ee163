#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/testing/model/history.h"
#include "store/testing/simulation/simulation.h"

/// For tests: processes of a store that live in simulated time. They are cut off, stopped, killed
/// and started, and their messages are late, lost and doubled, while clients store and read; what
/// these were answered is then held against docs/CONSISTENCY.md.
namespace lectern::store::simulation {

/// A process of Lectern. What it does for a client it does in that one's thread.
class LivingProcess {
 public:
  LivingProcess(World& world, Moment wall_ahead) : process(world, wall_ahead) {}
  LivingProcess(const LivingProcess&) = delete;
  LivingProcess& operator=(const LivingProcess&) = delete;
  virtual ~LivingProcess() = default;

  /// Stores new rows, and says so in `append`; else nobody knows what becomes of them.
  virtual void append(history::Append& append) = 0;
  virtual std::optional<Time> promise() = 0;
  /// What the database shows of what was stored up to there, in any order.
  virtual std::optional<std::vector<history::Seen>> list(Time until) = 0;
  /// Ends it as a signal does: what is in doubt is settled, as far as that goes.
  virtual void end() = 0;

  int number = 0;
  SimulatedProcess process;
  Network network;
  Moment nothing_sent_until{};  ///< before, no client asks it to store anything
};

/// What processes share.
class SimulatedPlace {
 public:
  virtual ~SimulatedPlace() = default;
  /// Starts a process at the place.
  virtual std::shared_ptr<LivingProcess> start(World& world) = 0;
  /// All that is there, in any order.
  virtual std::vector<history::Seen> rows() = 0;
  /// How much later a request may arrive that a network has kept back.
  virtual Moment held_max() const { return Network{}.held_max; }
  /// Which of several places this is, for the reader of a failure.
  virtual std::string kind() const { return {}; }
};

/// An id that the seed has made.
Uuid random_id(World& world);

/// The number in an environment variable.
std::uint32_t asked(const char* name, std::uint32_t otherwise);

/// Lets LECTERN_MODEL_SEEDS seeds (forty, unless told otherwise) from LECTERN_MODEL_SEED on make
/// half a minute each of it.
void check_seeds(const std::function<std::unique_ptr<SimulatedPlace>(World&)>& fresh_place);

}  // namespace lectern::store::simulation
