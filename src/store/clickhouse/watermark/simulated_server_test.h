#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/clickhouse/watermark/server_clock_watermark.h"
#include "store/testing/simulation/simulated_run.h"

/// For tests: a ClickHouse with its clock, and the way to it, as the protocol of
/// server_clock_watermark.h sees them, in simulated time.
namespace lectern::store::clickhouse {

using namespace std::chrono_literals;
using namespace simulation;

/// What of writes_in_doubt.cc is played by the processes.
constexpr std::chrono::seconds margin{5};
constexpr auto settle_max = 1s;
constexpr auto rest_after = 1s;

/// The server of all processes. Its clock runs a little fast or slow, and is put forward.
struct SimulatedServer {
  explicit SimulatedServer(World& of)
      : world(of), parts_per_million(static_cast<std::int64_t>(of.random() % 401) - 200) {
    for (auto times = world.random() % 3; times > 0; --times)
      world.after(world.up_to(30s), [this, by = world.up_to(3s)] { put_forward += by; });
  }

  Time now() const {
    return world.time() + put_forward + world.now() * parts_per_million / 1'000'000;
  }
  /// From when a request has arrived until what it stores can be seen.
  Moment commit_takes() { return world.up_to(world.once_in(30) ? Moment{4s} : Moment{30ms}); }

  World& world;
  const std::int64_t parts_per_million;
  Moment put_forward{};
  std::vector<Announcement> writers;
  std::set<std::string> tokens;
  std::map<Uuid, Time> rows;
};

/// What became of an insert that was answered.
enum class Inserted { done, late };

/// A way to the server for one process.
struct ServerLine : LineTo<SimulatedServer> {
  /// Stores something a while after it has arrived, unless its time was over by then. The server
  /// looks at whole seconds.
  std::optional<Inserted> insert(Deadline deadline, std::optional<Time> until,
                                 std::function<void(SimulatedServer&, Time)> commit) {
    const auto outcome = std::make_shared<Inserted>(Inserted::done);
    const std::function<Moment()> carry_out = [outcome, until, commit, database = database] {
      const auto at = database->now();
      if (until && at >= std::chrono::floor<std::chrono::seconds>(*until)) {
        *outcome = Inserted::late;
        return Moment{0};
      }
      const auto takes = database->commit_takes();
      database->world.after(takes, [database, commit, at] { commit(*database, at); });
      return takes;
    };
    const bool answered = request(world, process, network,
                                  std::min(deadline, process.steady() + 3s), carry_out, [] {});
    return answered ? std::optional(*outcome) : std::nullopt;
  }
};

/// The error of a request whose answer is lost.
inline tl::unexpected<Error> no_answer() { return fail(Code::unavailable, "no answer"); }

/// The entries of all processes in that server.
class SimulatedWriters final : public WritersTable {
 public:
  explicit SimulatedWriters(ServerLine& line) : line_(line) {}

  Result<Time> clock(Deadline deadline) override {
    const auto time =
        line_.ask<Time>(deadline, [](SimulatedServer& database) { return database.now(); });
    return time ? Result<Time>(*time) : no_answer();
  }
  Result<Beginning> beginning(Deadline deadline) override {
    const auto found = line_.ask<Beginning>(deadline, [](SimulatedServer& database) {
      Beginning beginning{database.now(), {}};
      for (const auto& [id, stored] : database.rows)
        beginning.latest = std::max(beginning.latest, stored);
      for (const auto& entry : database.writers)
        beginning.latest = std::max(beginning.latest, entry.low);
      return beginning;
    });
    return found ? Result<Beginning>(*found) : no_answer();
  }
  Result<void> tell(const Announcement& entry, std::optional<Time> until,
                    Deadline deadline) override {
    const auto commit = [entry](SimulatedServer& database, Time at) {
      database.writers.push_back(entry);
      database.writers.back().at = at;
    };
    // Sent once more, since twice does no harm.
    for (int tries = 0; tries < 2; ++tries) {
      const auto told = line_.insert(deadline, until, commit);
      if (told == Inserted::done) return {};
      if (told) break;
    }
    return no_answer();
  }
  Result<Told> read(std::chrono::seconds age, std::optional<Time> from,
                    Deadline deadline) override {
    const auto told = std::make_shared<Told>();
    // The table is looked at somewhat before the clock.
    const std::function<Moment()> carry_out = [told, age, from, database = line_.database] {
      auto since = database->now() - age;
      if (from) since = std::min(since, *from);
      told->entries.clear();
      for (const auto& entry : database->writers)
        if (entry.at > since) told->entries.push_back(entry);
      const auto takes =
          database->world.up_to(database->world.once_in(8) ? Moment{1s} : Moment{5ms});
      told->now = database->now() + takes;  // the clock is not set meanwhile
      return takes;
    };
    const auto until = std::min(deadline, line_.process.steady() + 3s);
    if (!request(line_.world, line_.process, line_.network, until, carry_out, [] {}))
      return no_answer();
    return *told;
  }

 private:
  ServerLine& line_;
};

}  // namespace lectern::store::clickhouse
