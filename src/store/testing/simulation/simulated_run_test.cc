#include "store/testing/simulation/simulated_run.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include <doctest/doctest.h>

#include "base/log.h"

namespace lectern::store::simulation {
namespace {

using namespace std::chrono_literals;
using FreshPlace = std::function<std::unique_ptr<SimulatedPlace>(World&)>;

/// What a seed makes of it.
class Run {
 public:
  Run(std::uint32_t seed, const FreshPlace& fresh_place)
      : world_(seed), place_(fresh_place(world_)), servers_(2 + world_.random() % 2) {}

  std::vector<std::string> faults() {
    world_.run([this] { live(); });
    read_all();
    return history::faults_of(history_);
  }

  std::size_t appends() const { return history_.appends.size(); }
  std::size_t seen_in_lists() const { return seen_in_lists_; }
  int disturbed() const { return disturbed_; }

 private:
  static constexpr Moment lasts{30s};

  void live() {
    SimulatedProcess client(world_, 0us);
    for (auto& server : servers_) server = start();
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i)
      clients.push_back(client.start([this] {
        while (world_.now() < lasts) do_something();
      }));
    while (world_.now() < lasts) {
      client.sleep_for(world_.up_to(1s));
      happen(client);
    }
    for (auto& thread : clients) client.join(thread);
    for (auto& server : servers_) {
      if (!server) server = start();  // somebody has to see to what the dead have left
      server->network = {};
    }
    settle(client);
    for (auto& server : servers_) end(client, server);
    for (auto& thread : ending_) client.join(thread);
  }

  std::shared_ptr<LivingProcess> start() {
    auto started = place_->start(world_);
    started->number = ++started_;
    return started;
  }

  void end(SimulatedProcess& client, std::shared_ptr<LivingProcess>& slot) {
    if (!slot) return;
    ending_.push_back(client.start([this, &client, server = std::move(slot)]() mutable {
      while (server.use_count() > 1) client.sleep_for(1ms);
      world_.work_for(&server->process);
      server->end();
      world_.work_for(nullptr);
      ended_.push_back(std::move(server));  // its messages are still under way
    }));
    slot.reset();
  }

  void happen(SimulatedProcess& client) {
    auto& slot = servers_[world_.random() % servers_.size()];
    ++disturbed_;
    if (!slot) {
      slot = start();
      return;
    }
    auto& network = slot->network;
    if (network.down && world_.now() < slot->nothing_sent_until) return;
    switch (world_.random() % 8) {
      case 0:
        network.down = true;  // killed
        return end(client, slot);
      case 1:
        return end(client, slot);
      case 2:
        return world_.stop_until(&slot->process,
                                 world_.now() + world_.up_to(world_.once_in(5) ? 20s : 2s));
      case 3:
        network.down = true;  // for a second, or for longer than anybody waits
        if (world_.once_in(3)) slot->nothing_sent_until = world_.now() + world_.up_to(25s);
        if (world_.once_in(3)) client.sleep_for(world_.up_to(20s));
        return;
      case 4:
      case 5:
        network = {static_cast<unsigned>(world_.random() % 20),
                   static_cast<unsigned>(world_.random() % 30),
                   static_cast<unsigned>(world_.random() % 30),
                   static_cast<unsigned>(world_.random() % 20),
                   false,
                   Moment{1ms} + world_.up_to(world_.once_in(4) ? 1s : 50ms),
                   place_->held_max()};
        return;
      default:
        network = {};
    }
  }

  void do_something() {
    const auto server = servers_[world_.random() % servers_.size()];
    if (server) {
      world_.work_for(&server->process);
      switch (world_.random() % 3) {
        case 0:
          if (world_.now() >= server->nothing_sent_until) append(*server);
          break;
        default:
          read(*server);
      }
      world_.work_for(nullptr);
    }
    SimulatedProcess(world_, 0us).sleep_for(world_.up_to(300ms));
  }

  void append(LivingProcess& server) {
    history::Append append{server.number, {world_.now(), {}}, ++batches_, {}, {}, {}};
    for (auto count = world_.random() % 3 + 1; count > 0; --count) {
      append.sent.push_back({random_id(world_), "new"});
      ids_.push_back(append.sent.back().id);
    }
    server.append(append);
    append.span.ended = world_.now();
    history_.appends.push_back(std::move(append));
  }

  std::optional<Time> promise(LivingProcess& server) {
    history::Promise promise{server.number, {world_.now(), {}}, {}};
    const auto through = server.promise();
    promise.span.ended = world_.now();
    if (!through) return std::nullopt;
    promise.through = *through;
    history_.promises.push_back(promise);
    return through;
  }

  void read(LivingProcess& server) {
    const auto until = promise(server);
    if (!until) return;
    history::Reading reading{{world_.now(), {}}, {}, *until, true, {}};
    auto rows = server.list(*until);
    if (!rows) return;
    reading.span.ended = world_.now();
    reading.rows = in_order(std::move(*rows));
    seen_in_lists_ += reading.rows.size();
    history_.readings.push_back(std::move(reading));
  }

  static std::vector<history::Seen> in_order(std::vector<history::Seen> rows) {
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
      return std::tie(a.stored, a.id) < std::tie(b.stored, b.id);
    });
    return rows;
  }

  /// Waits until all processes promise what was stored so far.
  void settle(SimulatedProcess& client) {
    Time last{};
    for (const auto& row : place_->rows()) last = std::max(last, row.stored);
    for (auto& server : servers_) {
      if (!server) continue;
      const auto give_up = world_.now() + 60s;
      for (;;) {
        const auto until = promise(*server);
        if (until && *until > last) break;
        if (world_.now() > give_up) {
          stuck_ = true;
          break;
        }
        client.sleep_for(100ms);
      }
    }
  }

  /// The truth.
  void read_all() {
    const auto until = world_.time() + 1h;
    history::Reading all{{world_.now(), world_.now()}, {}, until, true, {}};
    all.rows = in_order(place_->rows());
    history_.looks.push_back({{world_.now(), world_.now()}, ids_, all.rows});
    history_.readings.push_back(std::move(all));
  }

 public:
  bool stuck() const { return stuck_; }
  std::string kind() const { return place_->kind(); }

 private:
  World world_;
  const std::unique_ptr<SimulatedPlace> place_;
  std::vector<std::shared_ptr<LivingProcess>> servers_, ended_;
  std::vector<std::thread> ending_;
  history::History history_;
  std::vector<Uuid> ids_;
  int started_ = 0, batches_ = 0, disturbed_ = 0;
  std::size_t seen_in_lists_ = 0;
  bool stuck_ = false;
};

}  // namespace

std::uint32_t asked(const char* name, std::uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

Uuid random_id(World& world) {
  Uuid id;
  for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(world.random());
  return id;
}

void check_seeds(const FreshPlace& fresh_place) {
  const auto first = asked("LECTERN_MODEL_SEED", 1);
  const auto seeds = asked("LECTERN_MODEL_SEEDS", 40);
  log::configure(log::Level::critical, log::Format::text);
  std::size_t appends = 0, seen = 0;
  int disturbed = 0;
  for (auto seed = first; seed < first + seeds; ++seed) {
    Run run(seed, fresh_place);
    const auto faults = run.faults();
    for (const auto& fault : faults) MESSAGE(fault);
    CHECK_MESSAGE(faults.empty(), "repeat it with LECTERN_MODEL_SEED=", seed, " ", run.kind());
    CHECK_MESSAGE(!run.stuck(), "nothing is promised in the end; LECTERN_MODEL_SEED=", seed);
    appends += run.appends();
    seen += run.seen_in_lists();
    disturbed += run.disturbed();
  }
  MESSAGE(seeds, " seeds from ", first, ": ", appends, " batches, ", seen, " rows seen in lists, ",
          disturbed, " faults");
}

}  // namespace lectern::store::simulation
