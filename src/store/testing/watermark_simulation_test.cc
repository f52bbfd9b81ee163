// The protocol of stores whose processes tell each other how far they are (visibility_watermark.h,
// writer_registry.h), with a database, clocks and a network that are simulated: processes are cut
// off, stopped, killed and started; their messages are late, lost and doubled. What clients were
// answered is then held against docs/CONSISTENCY.md.
#include <array>
#include <cstdlib>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/log.h"
#include "store/common/visibility_watermark.h"
#include "store/testing/history.h"
#include "store/testing/simulation.h"

namespace lectern::store::simulation {
namespace {

using namespace std::chrono_literals;
using history::Answer;

/// What processes share: entries, and rows by their ids.
struct Database {
  struct Entry {
    std::int64_t beat = 0;
    WriterEntry entry;
  };
  struct StoredRow {
    Time stored;
    std::string mark;
  };
  std::map<std::string, Entry> entries;
  std::uint64_t version = 0;  // of all entries
  Time left;                  // the highest ceiling of those that have left
  std::map<Uuid, StoredRow> rows;
};

using Rows = std::vector<std::pair<Uuid, Database::StoredRow>>;

/// A way to the database for one process.
struct Line {
  World& world;
  SimulatedProcess& process;
  std::shared_ptr<Database> database;
  Network network{};

  /// What a request finds or does there; nothing: no answer.
  template <typename Value>
  std::optional<Value> ask(Deadline deadline, std::function<Value(Database&)> what) {
    const auto value = std::make_shared<std::optional<Value>>();
    const bool answered = request(
        world, process, network, std::min(deadline, process.steady() + 3s),
        [value, what, database = database] { *value = what(*database); }, [] {});
    return answered ? *value : std::nullopt;
  }
};

/// As MongoDB has it: an entry is written, and the others are read; or as Elasticsearch has it: all
/// are one document, which is compared and set.
class Writers final : public WriterRegistry {
 public:
  Writers(Line& line, std::string self, bool one_document)
      : line_(line), self_(std::move(self)), one_document_(one_document) {}

  Result<Others> exchange(const WriterEntry& own, Deadline deadline) override {
    ++beat_;
    for (int attempt = 0; attempt < 20; ++attempt) {
      if (!one_document_ && !write_own(own, deadline)) return no_answer();
      const auto all = read(deadline);
      if (!all) return no_answer();
      std::set<std::string> buried;
      auto others = sum_up(all->entries, buried, line_.process.steady());
      others.touched = true;
      others.ceiling = std::max(others.ceiling, all->left);
      const auto written = one_document_ ? set_all(own, all->version, buried, deadline)
                                         : remove(buried, all->entries, deadline);
      if (!written) return no_answer();
      if (*written) return others;
    }
    return no_answer();
  }
  Result<Others> look(Deadline deadline) override {
    const auto all = read(deadline);
    if (!all) return no_answer();
    Others others;
    for (const auto& [process, read] : all->entries)
      if (read.entry.floor) others.floor = std::min(others.floor, *read.entry.floor);
    return others;
  }
  Result<void> leave(Deadline deadline) override {
    if (one_document_) {
      const auto gone = line_.ask<bool>(deadline, [self = self_](Database& database) {
        const auto own = database.entries.extract(self);
        if (own.empty()) return true;
        ++database.version;
        database.left = std::max(database.left, own.mapped().entry.ceiling);
        return true;
      });
      return gone ? Result<void>() : no_answer();
    }
    ++beat_;
    const auto ceiling = line_.process.wall() + WatermarkRhythm{}.ceiling_ahead;
    return write_own({std::nullopt, ceiling, {}}, deadline) ? Result<void>() : no_answer();
  }
  Result<Time> database_now(Deadline deadline) override {
    const auto time =
        line_.ask<Time>(deadline, [&world = line_.world](Database&) { return world.time(); });
    if (!time) return no_answer();
    return *time;
  }

 private:
  using Entries = std::map<std::string, Read>;
  struct All {
    std::uint64_t version = 0;
    Time left;
    Entries entries;
  };

  static tl::unexpected<Error> no_answer() { return fail(Code::unavailable, "no answer"); }

  bool write_own(const WriterEntry& own, Deadline deadline) {
    return line_
        .ask<bool>(deadline,
                   [self = self_, beat = beat_, own](Database& database) {
                     auto& entry = database.entries[self];
                     if (entry.beat < beat) entry = {beat, own};
                     return true;
                   })
        .has_value();
  }
  std::optional<All> read(Deadline deadline) {
    return line_.ask<All>(deadline, [self = self_](Database& there) {
      Entries others;
      for (const auto& [process, entry] : there.entries)
        if (process != self) others[process] = {entry.beat, entry.entry};
      return All{there.version, there.left, others};
    });
  }
  std::optional<bool> set_all(const WriterEntry& own, std::uint64_t version,
                              const std::set<std::string>& buried, Deadline deadline) {
    return line_.ask<bool>(deadline,
                           [self = self_, beat = beat_, own, version, buried](Database& database) {
                             if (database.version != version) return false;
                             ++database.version;
                             for (const auto& process : buried) database.entries.erase(process);
                             database.entries[self] = {beat, own};
                             return true;
                           });
  }
  std::optional<bool> remove(const std::set<std::string>& buried, const Entries& read,
                             Deadline deadline) {
    for (const auto& process : buried) {
      const auto removed =
          line_.ask<bool>(deadline, [process, beat = read.at(process).beat](Database& database) {
            const auto entry = database.entries.find(process);
            if (entry != database.entries.end() && entry->second.beat == beat)
              database.entries.erase(entry);
            return true;
          });
      if (!removed) return std::nullopt;
    }
    return true;
  }

  Line& line_;
  const std::string self_;
  const bool one_document_;
  std::int64_t beat_ = 0;
};

/// A process of Lectern.
class Server {
 public:
  Server(World& world, std::shared_ptr<Database> database, int its_number, bool one_document,
         Moment wall_ahead)
      : number(its_number),
        process(world, wall_ahead),
        line{world, process, std::move(database)},
        self_(random_id(world)) {
    WatermarkOptions options;
    options.timing = &process;
    options.joins_at_once = !one_document;
    options.sweep = [this](const DeadWriter& dead, Deadline deadline) {
      return sweep(dead, deadline);
    };
    watermark = std::make_unique<VisibilityWatermark>(
        std::make_unique<Writers>(line, self_.text(), one_document), self_, std::move(options));
  }

  static Uuid random_id(World& world) {
    Uuid id;
    for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(world.random());
    return id;
  }

  /// Stores new rows; what nobody knows of in the end is settled later.
  void append(history::Append& append) {
    const auto count = append.sent.size();
    auto batch = watermark->begin("rows", count, process.steady() + 3s);
    if (!batch) return;
    Rows rows;
    for (std::size_t i = 0; i < count; ++i)
      rows.push_back(
          {append.sent[i].id, {batch->at(i), count > 1 ? batch->mark(i).text() : std::string()}});
    const auto began = process.steady();
    bool done = insert(rows, Deadline::max());
    if (!done && process.steady() - began < 1s && batch->is_live())
      done = insert(rows, Deadline::max());
    if (!done) {
      batch->settle_later(100, [this, rows](const VisibilityWatermark::Settling& settling) {
        return settle(rows, settling);
      });
      return;
    }
    append.answers.assign(count, Answer::stored);
    for (const auto& [id, row] : rows) append.stored.push_back(row.stored);
  }

  const int number;
  SimulatedProcess process;
  Line line;
  std::unique_ptr<VisibilityWatermark> watermark;

 private:
  /// Inserts those that are not there. An insert that is broken off may have done some of them.
  bool insert(const Rows& rows, Deadline deadline) {
    const auto count = line.world.once_in(12) ? line.world.random() % rows.size() : rows.size();
    const auto inserted = line.ask<bool>(deadline, [rows, count](Database& database) {
      for (std::size_t i = 0; i < count; ++i) database.rows.insert(rows[i]);
      return true;
    });
    return inserted && count == rows.size();
  }

  Result<bool> settle(const Rows& rows, const VisibilityWatermark::Settling& settling) {
    if (!settling.lapsed) {
      if (insert(rows, settling.deadline)) return true;
      return fail(Code::unavailable, "no answer");
    }
    const auto settled = line.ask<bool>(settling.deadline, [rows](Database& database) {
      const auto is_there = [&](const auto& row) { return database.rows.count(row.first) > 0; };
      if (!std::all_of(rows.begin(), rows.end(), is_there))
        for (const auto& row : rows) database.rows.erase(row.first);
      return true;
    });
    if (!settled) return fail(Code::unavailable, "no answer");
    return true;
  }

  Result<void> sweep(const DeadWriter& dead, Deadline deadline) {
    const auto marked = line.ask<std::vector<MarkedRow>>(deadline, [](Database& database) {
      std::vector<MarkedRow> rows;
      for (const auto& [id, row] : database.rows)
        if (!row.mark.empty()) rows.push_back({id, row.stored, row.mark});
      return rows;
    });
    if (!marked) return fail(Code::unavailable, "no answer");
    const auto broken = rows_of_broken_batches(*marked, dead.process);
    const auto swept = line.ask<bool>(deadline, [broken](Database& database) {
      for (const auto& row : broken) database.rows.erase(row.id);
      return true;
    });
    if (!swept) return fail(Code::unavailable, "no answer");
    return {};
  }

  const Uuid self_;
};

/// What a seed makes of it.
class Run {
 public:
  explicit Run(std::uint32_t seed)
      : world_(seed), one_document_(world_.once_in(2)), servers_(2 + world_.random() % 2) {}

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
    for (auto& server : servers_)
      if (server) server->line.network = {};
    settle(client);
    for (auto& server : servers_) end(client, server);
    for (auto& thread : ending_) client.join(thread);
  }

  std::shared_ptr<Server> start() {
    return std::make_shared<Server>(world_, database_, ++started_, one_document_,
                                    world_.up_to(8s) - 4s);
  }

  void end(SimulatedProcess& client, std::shared_ptr<Server>& slot) {
    if (!slot) return;
    ending_.push_back(client.start([this, &client, server = std::move(slot)]() mutable {
      while (server.use_count() > 1) client.sleep_for(1ms);
      world_.work_for(&server->process);
      server->watermark.reset();
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
    auto& network = slot->line.network;
    switch (world_.random() % 8) {
      case 0:
        network.down = true;  // killed
        return end(client, slot);
      case 1:
        return end(client, slot);
      case 2:
        return world_.stop_until(&slot->process, world_.now() + world_.up_to(2s));
      case 3:
        network.down = true;  // for a second, or for longer than anybody waits
        if (world_.once_in(3)) client.sleep_for(world_.up_to(20s));
        return;
      case 4:
      case 5:
        network = {static_cast<unsigned>(world_.random() % 20),
                   static_cast<unsigned>(world_.random() % 30),
                   static_cast<unsigned>(world_.random() % 30),
                   static_cast<unsigned>(world_.random() % 20),
                   false,
                   Moment{1ms} + world_.up_to(world_.once_in(4) ? 1s : 50ms)};
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
          append(*server);
          break;
        default:
          read(*server);
      }
      world_.work_for(nullptr);
    }
    SimulatedProcess(world_, 0us).sleep_for(world_.up_to(300ms));
  }

  void append(Server& server) {
    history::Append append{server.number, {world_.now(), {}}, ++batches_, {}, {}, {}};
    for (auto count = world_.random() % 3 + 1; count > 0; --count) {
      append.sent.push_back({Server::random_id(world_), "new"});
      ids_.push_back(append.sent.back().id);
    }
    server.append(append);
    append.span.ended = world_.now();
    history_.appends.push_back(std::move(append));
  }

  std::optional<Time> promise(Server& server) {
    history::Promise promise{server.number, {world_.now(), {}}, {}};
    const auto settled = server.watermark->settled(server.process.steady() + 3s);
    promise.span.ended = world_.now();
    if (!settled) return std::nullopt;
    promise.through = settled->through;
    history_.promises.push_back(promise);
    return settled->through;
  }

  void read(Server& server) {
    const auto until = promise(server);
    if (!until) return;
    history::Reading reading{{world_.now(), {}}, {}, *until, true, {}};
    const auto rows = server.line.ask<std::vector<history::Seen>>(
        Deadline::max(), [until](Database& database) { return rows_until(database, *until); });
    if (!rows) return;
    reading.span.ended = world_.now();
    reading.rows = *rows;
    seen_in_lists_ += rows->size();
    history_.readings.push_back(std::move(reading));
  }

  static std::vector<history::Seen> rows_until(const Database& database, Time until) {
    std::vector<history::Seen> rows;
    for (const auto& [id, row] : database.rows)
      if (row.stored <= until) rows.push_back({id, "new", row.stored});
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
      return std::tie(a.stored, a.id) < std::tie(b.stored, b.id);
    });
    return rows;
  }

  /// Waits until all processes promise what was stored so far.
  void settle(SimulatedProcess& client) {
    Time last{};
    for (const auto& [id, row] : database_->rows) last = std::max(last, row.stored);
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
    all.rows = rows_until(*database_, until);
    history_.looks.push_back({{world_.now(), world_.now()}, ids_, all.rows});
    history_.readings.push_back(std::move(all));
  }

 public:
  bool stuck() const { return stuck_; }
  const char* kind() const { return one_document_ ? " (one document)" : " (an entry each)"; }

 private:
  World world_;
  const bool one_document_;
  const std::shared_ptr<Database> database_ = std::make_shared<Database>();
  std::vector<std::shared_ptr<Server>> servers_, ended_;
  std::vector<std::thread> ending_;
  history::History history_;
  std::vector<Uuid> ids_;
  int started_ = 0, batches_ = 0, disturbed_ = 0;
  std::size_t seen_in_lists_ = 0;
  bool stuck_ = false;
};

std::uint32_t asked(const char* name, std::uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

}  // namespace

TEST_CASE("W3, W4, W10, W11: in simulated time no promise is broken, whatever befalls processes") {
  const auto first = asked("LECTERN_MODEL_SEED", 1);
  const auto seeds = asked("LECTERN_MODEL_SEEDS", 40);
  log::configure(log::Level::critical, log::Format::text);
  std::size_t appends = 0, seen = 0;
  int disturbed = 0;
  for (auto seed = first; seed < first + seeds; ++seed) {
    Run run(seed);
    const auto faults = run.faults();
    for (const auto& fault : faults) MESSAGE(fault);
    CHECK_MESSAGE(faults.empty(), "repeat it with LECTERN_MODEL_SEED=", seed, run.kind());
    CHECK_MESSAGE(!run.stuck(), "nothing is promised in the end; LECTERN_MODEL_SEED=", seed);
    appends += run.appends();
    seen += run.seen_in_lists();
    disturbed += run.disturbed();
  }
  MESSAGE(seeds, " seeds from ", first, ": ", appends, " batches, ", seen, " rows seen in lists, ",
          disturbed, " faults");
}

}  // namespace lectern::store::simulation
