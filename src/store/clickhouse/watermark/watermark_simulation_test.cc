// The protocol of ClickHouse's processes (server_clock_watermark.h), with a server, its clock and a
// network that are simulated. What a flush does around it is played after append.h and
// writes_in_doubt.h.
#include <algorithm>
#include <deque>

#include <doctest/doctest.h>

#include "base/concurrency/mutex.h"
#include "store/clickhouse/watermark/simulated_server_test.h"

namespace lectern::store::clickhouse {
namespace {

using history::Answer;
using std::chrono::floor;

constexpr auto settle_every = 200ms;

/// A process with one thread that writes.
class Writer final : public LivingProcess {
 public:
  Writer(World& world, std::shared_ptr<SimulatedServer> database)
      : LivingProcess(world, world.up_to(8s) - 4s),
        line_{world, process, std::move(database), network},
        self_(random_id(world)),
        watermark_(std::make_unique<SimulatedWriters>(line_), self_, process) {
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
        Deadline::max(),
        [until](SimulatedServer& database) { return rows_until(database, until); });
  }

  void end() override {
    {
      const MutexLock lock(mutex_);
      stopping_ = true;
    }
    process.notify_all(changed_);
    process.join(thread_);
  }

  static std::vector<history::Seen> rows_until(const SimulatedServer& database, Time until) {
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
  struct WriteInDoubt {
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
    watermark_.flush_ended(!in_doubt_.empty());
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
    if (line_.insert(deadline, watermark_.until(), [](SimulatedServer&, Time) {}) != Inserted::done)
      return false;  // the reservations
    peers = process.start([this, deadline] { static_cast<void>(watermark_.read_peers(deadline)); });
    process.sleep_for(line_.world.up_to(100ms));  // whatever else is written before the rows
    WriteInDoubt write{self_.text() + std::to_string(++flushes_), watermark_.until(),
                       std::move(rows)};
    const auto inserted = insert(write, deadline);
    if (inserted) return inserted == Inserted::done;
    const auto outcome = settle(write, std::min(deadline, process.steady() + settle_max));
    if (outcome == Outcome::open) in_doubt_.push_back(std::move(write));
    return outcome == Outcome::done;
  }

  std::optional<Inserted> insert(const WriteInDoubt& write, Deadline deadline) {
    return line_.insert(deadline, write.until,
                        [rows = write.rows, token = write.token](SimulatedServer& database, Time) {
                          if (database.tokens.insert(token).second)
                            database.rows.insert(rows.begin(), rows.end());
                        });
  }

  Outcome look_for(const WriteInDoubt& write, Deadline deadline) {
    const auto there = line_.ask<bool>(deadline, [rows = write.rows](SimulatedServer& database) {
      return std::all_of(rows.begin(), rows.end(),
                         [&](const auto& row) { return database.rows.count(row.first) > 0; });
    });
    if (!there) return Outcome::open;
    return *there ? Outcome::done : Outcome::nothing;
  }

  Outcome settle(const WriteInDoubt& write, Deadline deadline) {
    const auto there = look_for(write, deadline);
    if (there != Outcome::nothing) return there;
    if (insert(write, deadline) == Inserted::done) return Outcome::done;
    const auto now =
        line_.ask<Time>(deadline, [](SimulatedServer& database) { return database.now(); });
    if (!now || *now <= write.until + margin) return Outcome::open;
    return look_for(write, deadline);
  }

  void settle_all(Deadline deadline) {
    while (!in_doubt_.empty()) {
      if (settle(in_doubt_.front(), deadline) == Outcome::open) return;
      in_doubt_.pop_front();
    }
  }

  Moment on_idle(bool ending) {
    if (!in_doubt_.empty()) {
      settle_all(process.steady() + settle_max);
      if (in_doubt_.empty()) watermark_.settled();
      if (!in_doubt_.empty() && !ending) return settle_every;
    }
    const auto rested = floor<Moment>(process.steady() - rested_since_);
    if (!ending && rested < rest_after) return rest_after - rested;
    watermark_.go_idle(process.steady() + settle_max);
    return rest_after;
  }

  ServerLine line_;
  const Uuid self_;
  ServerClockWatermark watermark_;

  Mutex mutex_;
  Condition changed_;
  Requests waiting_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;

  // Of the writing thread:
  std::deque<WriteInDoubt> in_doubt_;
  Timing::Steady rested_since_{};
  int flushes_ = 0;

  std::thread thread_;
};

class SimulatedTables final : public SimulatedPlace {
 public:
  explicit SimulatedTables(World& world) : database_(std::make_shared<SimulatedServer>(world)) {}

  std::shared_ptr<LivingProcess> start(World& world) override {
    return std::make_shared<Writer>(world, database_);
  }
  std::vector<history::Seen> rows() override { return Writer::rows_until(*database_, Time::max()); }
  // The server's clock ends a write, however late it comes.
  Moment held_max() const override { return 40s; }

 private:
  const std::shared_ptr<SimulatedServer> database_;
};

}  // namespace

TEST_CASE("after the clock of a simulated ClickHouse was put forward writes go on at once") {
  World world(1);
  world.run([&] {
    const auto database = std::make_shared<SimulatedServer>(world);
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

TEST_CASE(
    "W3, W4, W9, W10, W11: in simulated time no promise of ClickHouse's processes is broken") {
  check_seeds([](World& world) { return std::make_unique<SimulatedTables>(world); });
}

}  // namespace lectern::store::clickhouse
