// The protocol of ClickHouse's processes (server_clock_watermark.h), with a server, its clock and a
// network that are simulated. What a flush does around it is played after append.h and
// writes_in_doubt.h.
#include <algorithm>

#include <doctest/doctest.h>

#include "base/concurrency/mutex.h"
#include "store/clickhouse/watermark/server_clock_watermark.h"
#include "store/testing/simulation/simulated_run.h"

namespace lectern::store::clickhouse {
namespace {

using namespace std::chrono_literals;
using namespace simulation;
using history::Answer;
using std::chrono::floor;
using std::chrono::seconds;

/// What of writes_in_doubt.cc is played here.
constexpr seconds margin{5};
constexpr auto settle_max = 1s;
constexpr auto rest_after = 1s;
constexpr auto settle_every = 200ms;

/// The server of all processes. Its clock runs a little fast or slow, and is put forward.
struct Database {
  explicit Database(World& of)
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

enum class Inserted { done, late };

/// A way to the server for one process.
struct Line : LineTo<Database> {
  /// Stores something a while after it has arrived, unless its time was over by then. The server
  /// looks at whole seconds.
  std::optional<Inserted> insert(Deadline deadline, std::optional<Time> until,
                                 std::function<void(Database&, Time)> commit) {
    const auto outcome = std::make_shared<Inserted>(Inserted::done);
    const std::function<Moment()> carry_out = [outcome, until, commit, database = database] {
      const auto at = database->now();
      if (until && at >= floor<seconds>(*until)) {
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

tl::unexpected<Error> no_answer() { return fail(Code::unavailable, "no answer"); }

class Writers final : public WritersTable {
 public:
  explicit Writers(Line& line) : line_(line) {}

  Result<Time> clock(Deadline deadline) override {
    const auto time = line_.ask<Time>(deadline, [](Database& database) { return database.now(); });
    return time ? Result<Time>(*time) : no_answer();
  }
  Result<Beginning> beginning(Deadline deadline) override {
    const auto found = line_.ask<Beginning>(deadline, [](Database& database) {
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
    const auto commit = [entry](Database& database, Time at) {
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
  Result<Told> read(seconds age, std::optional<Time> from, Deadline deadline) override {
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
  Line& line_;
};

/// A process with one thread that writes.
class Writer final : public LivingProcess {
 public:
  Writer(World& world, std::shared_ptr<Database> database)
      : LivingProcess(world, world.up_to(8s) - 4s),
        line_{world, process, std::move(database), network},
        self_(random_id(world)),
        watermark_(std::make_unique<Writers>(line_), self_, process) {
    thread_ = process.start([this] { work(); });
  }

  void append(history::Append& append) override {
    const auto request = std::make_shared<Request>();
    for (const auto& sent : append.sent) request->rows.emplace_back(sent.id, Time{});
    MutexLock lock(mutex_);
    if (stopping_) return;
    waiting_.push_back(request);
    process.notify_all(changed_);
    while (!request->finished) process.wait_until(changed_, mutex_, Deadline::max());
    if (!request->stored) return;
    append.answers.assign(append.sent.size(), Answer::stored);
    for (const auto& [id, stored] : request->rows) append.stored.push_back(stored);
  }

  std::optional<Time> promise() override {
    const auto through = watermark_.consistent_through(process.steady() + 3s);
    return through ? std::optional(*through) : std::nullopt;
  }

  std::optional<std::vector<history::Seen>> list(Time until) override {
    return line_.ask<std::vector<history::Seen>>(
        Deadline::max(), [until](Database& database) { return rows_until(database, until); });
  }

  void end() override {
    {
      const MutexLock lock(mutex_);
      stopping_ = true;
    }
    process.notify_all(changed_);
    process.join(thread_);
  }

  static std::vector<history::Seen> rows_until(const Database& database, Time until) {
    std::vector<history::Seen> rows;
    for (const auto& [id, stored] : database.rows)
      if (stored <= until) rows.push_back({id, "new", stored});
    return rows;
  }

 private:
  using Rows = std::vector<std::pair<Uuid, Time>>;
  struct Request {
    Rows rows;
    bool finished = false;
    bool stored = false;
  };
  using Requests = std::vector<std::shared_ptr<Request>>;
  struct Doubt {
    std::string token;
    Time until;
    Rows rows;
  };
  enum class Outcome { open, done, nothing };

  void work() {
    Moment pause{200ms};
    MutexLock lock(mutex_);
    while (!stopping_) {
      if (waiting_.empty()) {
        process.wait_until(changed_, mutex_, process.steady() + pause);
        if (stopping_ || !waiting_.empty()) continue;
        lock.unlock();
        pause = on_idle(false);
        lock.lock();
        continue;
      }
      const auto batch = std::exchange(waiting_, {});
      lock.unlock();
      const bool stored = flush(batch);
      rested_since_ = process.steady();
      lock.lock();
      for (const auto& request : batch) {
        request->stored = stored;
        request->finished = true;
      }
      process.notify_all(changed_);
    }
    lock.unlock();
    on_idle(true);
  }

  bool flush(const Requests& batch) {
    const auto deadline = process.steady() + flush_max;
    settle_all(std::min(deadline, process.steady() + settle_max));
    std::thread peers;
    const bool stored = carry_out(batch, deadline, peers);
    if (peers.joinable()) process.join(peers);
    watermark_.flush_ended(!doubts_.empty());
    return stored;
  }

  bool carry_out(const Requests& batch, Deadline deadline, std::thread& peers) {
    if (!watermark_.flush_begins(deadline)) return false;
    Rows rows;
    for (const auto& request : batch)
      for (auto& [id, stored] : request->rows) {
        stored = watermark_.next_stored();
        rows.emplace_back(id, stored);
      }
    if (line_.insert(deadline, watermark_.until(), [](Database&, Time) {}) != Inserted::done)
      return false;  // the reservations
    peers = process.start([this, deadline] { static_cast<void>(watermark_.read_peers(deadline)); });
    process.sleep_for(line_.world.up_to(100ms));  // whatever else is written before the rows
    Doubt doubt{self_.text() + std::to_string(++flushes_), watermark_.until(), std::move(rows)};
    const auto inserted = insert(doubt, deadline);
    if (inserted) return inserted == Inserted::done;
    const auto outcome = settle(doubt, std::min(deadline, process.steady() + settle_max));
    if (outcome == Outcome::open) doubts_.push_back(std::move(doubt));
    return outcome == Outcome::done;
  }

  std::optional<Inserted> insert(const Doubt& doubt, Deadline deadline) {
    return line_.insert(deadline, doubt.until,
                        [rows = doubt.rows, token = doubt.token](Database& database, Time) {
                          if (database.tokens.insert(token).second)
                            database.rows.insert(rows.begin(), rows.end());
                        });
  }

  Outcome look_for(const Doubt& doubt, Deadline deadline) {
    const auto there = line_.ask<bool>(deadline, [rows = doubt.rows](Database& database) {
      return std::all_of(rows.begin(), rows.end(),
                         [&](const auto& row) { return database.rows.count(row.first) > 0; });
    });
    if (!there) return Outcome::open;
    return *there ? Outcome::done : Outcome::nothing;
  }

  Outcome settle(const Doubt& doubt, Deadline deadline) {
    const auto there = look_for(doubt, deadline);
    if (there != Outcome::nothing) return there;
    if (insert(doubt, deadline) == Inserted::done) return Outcome::done;
    const auto now = line_.ask<Time>(deadline, [](Database& database) { return database.now(); });
    if (!now || *now <= doubt.until + margin) return Outcome::open;
    return look_for(doubt, deadline);
  }

  void settle_all(Deadline deadline) {
    while (!doubts_.empty()) {
      if (settle(doubts_.front(), deadline) == Outcome::open) return;
      doubts_.erase(doubts_.begin());
    }
  }

  Moment on_idle(bool ending) {
    if (!doubts_.empty()) {
      settle_all(process.steady() + settle_max);
      if (doubts_.empty()) watermark_.settled();
      if (!doubts_.empty() && !ending) return settle_every;
    }
    const auto rested = floor<Moment>(process.steady() - rested_since_);
    if (!ending && rested < rest_after) return rest_after - rested;
    watermark_.go_idle(process.steady() + settle_max);
    return rest_after;
  }

  Line line_;
  const Uuid self_;
  ServerClockWatermark watermark_;

  Mutex mutex_;
  Condition changed_;
  Requests waiting_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;

  // Of the writing thread:
  std::vector<Doubt> doubts_;
  Timing::Steady rested_since_{};
  int flushes_ = 0;

  std::thread thread_;
};

/// A process that writes now and then, and ahead of its look when it is alone (append_alone.cc).
class LoneWriter {
 public:
  LoneWriter(World& world, std::shared_ptr<Database> database)
      : process(world, Moment{0}),
        line_{world, process, std::move(database), network},
        self_(random_id(world)),
        watermark_(std::make_unique<Writers>(line_), self_, process) {}

  void start(Moment ends) {
    thread_ = process.start([this, ends] { work(ends); });
  }
  void join() { process.join(thread_); }

  SimulatedProcess process;
  Network network;
  struct Ahead {
    Moment begun, there;
  };
  std::vector<Ahead> ahead;   ///< what it wrote so, and when it was there
  std::vector<Moment> looks;  ///< when it looked for the reservations of others

 private:
  void work(Moment ends) {
    World& world = line_.world;
    while (world.now() < ends) {
      const bool stays_away = world.once_in(10);
      process.sleep_for(world.up_to(stays_away ? 60s : 400ms));
      flush();
      if (!world.once_in(4)) continue;
      process.sleep_for(rest_after);
      settle(process.steady() + settle_max);
      if (doubts_.empty()) watermark_.go_idle(process.steady() + settle_max);
    }
  }

  bool is_alone() const {
    const auto& quiet = watermark_.quiet();
    return quiet && quiet->until - quiet->since >= silence_max;
  }

  void flush() {
    const auto deadline = process.steady() + flush_max;
    settle(deadline);
    if (watermark_.flush_begins(deadline, !doubts_.empty() || is_alone())) write(deadline);
    watermark_.flush_ended(false);
  }

  void write(Deadline deadline) {
    World& world = line_.world;
    const auto begun = world.now();
    if (watermark_.told_alone() && watermark_.read_peers(deadline) && is_alone()) {
      const auto until = watermark_.alone_until();
      const auto written = line_.insert(deadline, until, [this, begun](Database& there, Time) {
        ahead.push_back({begun, there.world.now()});
      });
      if (!written) doubts_.push_back(until);
      return;
    }
    if (line_.insert(deadline, watermark_.until(), [](Database&, Time) {}) != Inserted::done)
      return;
    const auto looked =
        line_.ask<Moment>(deadline, [](Database& there) { return there.world.now(); });
    if (looked) looks.push_back(*looked);
    static_cast<void>(watermark_.read_peers(deadline));
  }

  void settle(Deadline deadline) {
    if (doubts_.empty()) return;
    const auto now = line_.ask<Time>(deadline, [](Database& there) { return there.now(); });
    if (now) std::erase_if(doubts_, [&](Time until) { return *now > until + margin; });
  }

  Line line_;
  const Uuid self_;
  ServerClockWatermark watermark_;
  std::vector<Time> doubts_;  // until when what was written ahead may come in
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
    const auto database = std::make_shared<Database>(world);
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

class SimulatedTables final : public SimulatedPlace {
 public:
  explicit SimulatedTables(World& world) : database_(std::make_shared<Database>(world)) {}

  std::shared_ptr<LivingProcess> start(World& world) override {
    return std::make_shared<Writer>(world, database_);
  }
  std::vector<history::Seen> rows() override { return Writer::rows_until(*database_, Time::max()); }
  // The server's clock ends a write, however late it comes.
  Moment held_max() const override { return 40s; }

 private:
  const std::shared_ptr<Database> database_;
};

}  // namespace

TEST_CASE("after the clock of a simulated ClickHouse was put forward writes go on at once") {
  World world(1);
  world.run([&] {
    const auto database = std::make_shared<Database>(world);
    Writer writer(world, database);
    SimulatedProcess client(world, 0us);
    const auto store = [&] {
      history::Append append;
      append.sent.push_back({random_id(world), "new"});
      writer.append(append);
      return append.answers.size() == 1;
    };
    CHECK(store());
    database->put_forward += 1h;
    const auto began = world.now();
    while (!store() && world.now() - began < 1min) client.sleep_for(100ms);
    CHECK(world.now() - began < 15s);
    CHECK(database->rows.size() == 2);
    writer.end();
  });
}

TEST_CASE("W1, W8: in simulated time nothing is written ahead that another process has not met") {
  int ahead = 0;
  const auto first = asked("LECTERN_MODEL_SEED", 1);
  const auto seeds = asked("LECTERN_MODEL_SEEDS", 40);
  for (auto seed = first; seed < first + seeds; ++seed) {
    const auto [written, overtaken] = live_alone(seed);
    CHECK_MESSAGE(overtaken == 0, "repeat it with LECTERN_MODEL_SEED=", seed);
    ahead += written;
  }
  CHECK(ahead > 0);
  MESSAGE(seeds, " seeds from ", first, ": ", ahead, " writes ahead");
}

TEST_CASE(
    "W3, W4, W9, W10, W11: in simulated time no promise of ClickHouse's processes is broken") {
  check_seeds([](World& world) { return std::make_unique<SimulatedTables>(world); });
}

}  // namespace lectern::store::clickhouse
