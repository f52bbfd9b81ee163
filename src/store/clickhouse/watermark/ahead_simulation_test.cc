// What a process of ClickHouse writes ahead of its look at the others, while it is alone
// (append_alone.cc), with a server and a network that are simulated.
#include <algorithm>

#include <doctest/doctest.h>

#include "store/clickhouse/watermark/simulated_server_test.h"

namespace lectern::store::clickhouse {
namespace {

/// A process that writes now and then, and ahead of its look when it is alone (append_alone.cc).
class LoneWriter {
 public:
  LoneWriter(World& world, std::shared_ptr<SimulatedServer> database)
      : process(world, Moment{0}),
        line_{world, process, std::move(database), network},
        self_(random_id(world)),
        watermark_(std::make_unique<SimulatedWriters>(line_), self_, process) {}

  void start(Moment ends) {
    thread_ = process.start([this, ends] { work(ends); });
  }
  void join() { process.join(thread_); }

  SimulatedProcess process;
  Network network;
  std::optional<Network> ahead_by;  ///< the way of what it writes ahead; it never stays away
  struct Ahead {
    Moment begun, there;
  };
  std::vector<Ahead> ahead;   ///< what it wrote so, and when it was there
  std::vector<Moment> looks;  ///< when it looked for the reservations of others

 private:
  void work(Moment ends) {
    World& world = line_.world;
    while (world.now() < ends) {
      const bool stays_away = !ahead_by && world.once_in(10);
      process.sleep_for(world.up_to(stays_away ? 60s : 400ms));
      flush();
      if (!world.once_in(4)) continue;
      process.sleep_for(rest_after);
      settle(process.steady() + settle_max);
      if (in_doubt_.empty()) watermark_.go_idle(process.steady() + settle_max);
    }
  }

  bool is_alone() const {
    const auto& quiet = watermark_.quiet();
    return quiet && quiet->until - quiet->since >= silence_max;
  }

  void flush() {
    const auto deadline = process.steady() + flush_max;
    settle(deadline);
    if (watermark_.flush_begins(deadline, !in_doubt_.empty() || is_alone())) write(deadline);
    watermark_.flush_ended(false);
  }

  void write(Deadline deadline) {
    World& world = line_.world;
    const auto begun = world.now();
    if (watermark_.told_alone() && watermark_.read_peers(deadline) && is_alone()) {
      const auto until = watermark_.alone_until();
      if (ahead_by) std::swap(network, *ahead_by);
      const auto written =
          line_.insert(deadline, until, [this, begun](SimulatedServer& there, Time) {
            ahead.push_back({begun, there.world.now()});
          });
      if (ahead_by) std::swap(network, *ahead_by);
      if (!written) in_doubt_.push_back(until);
      return;
    }
    if (line_.insert(deadline, watermark_.until(), [](SimulatedServer&, Time) {}) != Inserted::done)
      return;
    const auto looked =
        line_.ask<Moment>(deadline, [](SimulatedServer& there) { return there.world.now(); });
    if (looked) looks.push_back(*looked);
    static_cast<void>(watermark_.read_peers(deadline));
  }

  void settle(Deadline deadline) {
    if (in_doubt_.empty()) return;
    const auto now = line_.ask<Time>(deadline, [](SimulatedServer& there) { return there.now(); });
    if (now) std::erase_if(in_doubt_, [&](Time until) { return *now > until + margin; });
  }

  ServerLine line_;
  const Uuid self_;
  ServerClockWatermark watermark_;
  std::vector<Time> in_doubt_;  // until when what was written ahead may come in
  std::thread thread_;
};

/// How often one of them wrote ahead, and how often another had looked, and met nothing, by the
/// time it was there.
std::pair<int, int> ahead_and_overtaken(const std::vector<std::unique_ptr<LoneWriter>>& writers) {
  std::pair<int, int> counts;
  for (const auto& writer : writers) {
    for (const auto& [begun, there] : writer->ahead) {
      ++counts.first;
      for (const auto& other : writers)
        counts.second += other != writer && std::any_of(other->looks.begin(), other->looks.end(),
                                                        [begun = begun, there = there](Moment at) {
                                                          return at >= begun && at < there;
                                                        });
    }
  }
  return counts;
}

/// What happens to two processes, and to others that come when one is killed.
std::pair<int, int> live_alone(std::uint32_t seed) {
  constexpr Moment lasts{120s};
  std::pair<int, int> all;
  World world(seed);
  world.run([&] {
    const auto database = std::make_shared<SimulatedServer>(world);
    std::vector<std::unique_ptr<LoneWriter>> writers;
    const auto start = [&] {
      writers.push_back(std::make_unique<LoneWriter>(world, database));
      writers.back()->start(lasts);
    };
    start();
    start();
    SimulatedProcess other(world, Moment{0});
    while (world.now() < lasts) {
      other.sleep_for(world.up_to(6s));
      auto& writer = *writers[world.random() % writers.size()];
      switch (world.random() % 5) {
        case 0:
          world.stop_until(&writer.process, world.now() + world.up_to(12s));
          break;
        case 1:
          writer.network.down = true;  // killed, or cut off
          if (writers.size() < 5) start();
          break;
        case 2:
          writer.network = {10, 20, 20, 20, false, Moment{200ms}, 20s};
          break;
        default:
          writer.network = {};
      }
    }
    for (auto& writer : writers) writer->join();
    other.sleep_for(1min);  // until all has come that was held back
    all = ahead_and_overtaken(writers);
  });
  return all;
}

/// One after another is alone, what they write ahead is kept back on its way, and when one ends,
/// with or without a word, the next comes.
std::pair<int, int> take_turns(std::uint32_t seed) {
  std::pair<int, int> all;
  World world(seed);
  world.run([&] {
    const auto database = std::make_shared<SimulatedServer>(world);
    std::vector<std::unique_ptr<LoneWriter>> writers;
    SimulatedProcess other(world, Moment{0});
    for (int turn = 0; turn < 6; ++turn) {
      const auto ends = world.now() + 20s + world.up_to(5s);
      writers.push_back(std::make_unique<LoneWriter>(world, database));
      writers.back()->ahead_by = Network{0, 0, 40, 0, false, 20ms, 10s};
      writers.back()->start(ends);
      other.sleep_for(ends - world.now() + world.up_to(3s) - 1s);
    }
    for (auto& writer : writers) writer->join();
    other.sleep_for(1min);
    all = ahead_and_overtaken(writers);
  });
  return all;
}

}  // namespace

TEST_CASE("W1, W8: in simulated time nothing is written ahead that another process has not met") {
  int ahead = 0;
  const auto first = asked("LECTERN_MODEL_SEED", 1);
  const auto seeds = asked("LECTERN_MODEL_SEEDS", 40);
  for (auto seed = first; seed < first + seeds; ++seed) {
    for (const auto& live : {live_alone, take_turns}) {
      const auto [written, overtaken] = live(seed);
      CHECK_MESSAGE(overtaken == 0, "repeat it with LECTERN_MODEL_SEED=", seed);
      ahead += written;
    }
  }
  CHECK(ahead > 0);
  MESSAGE(seeds, " seeds from ", first, ": ", ahead, " writes ahead");
}

}  // namespace lectern::store::clickhouse
