// The protocol of stores whose processes tell each other how far they are (visibility_watermark.h,
// writer_registry.h), with a database, clocks and a network that are simulated: processes are cut
// off, stopped, killed and started; their messages are late, lost and doubled. What clients were
// answered is then held against docs/CONSISTENCY.md.
#include <algorithm>

#include <doctest/doctest.h>

#include "store/common/watermark/visibility_watermark.h"
#include "store/testing/simulation/simulated_run.h"

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

using Line = LineTo<Database>;

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
      std::set<std::string> retired;
      auto others = sum_up(all->entries, retired, line_.process.steady());
      others.touched = true;
      others.ceiling = std::max(others.ceiling, all->left);
      const auto written = one_document_ ? set_all(own, all->version, retired, deadline)
                                         : remove(retired, all->entries, deadline);
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
                              const std::set<std::string>& retired, Deadline deadline) {
    return line_.ask<bool>(deadline,
                           [self = self_, beat = beat_, own, version, retired](Database& database) {
                             if (database.version != version) return false;
                             ++database.version;
                             for (const auto& process : retired) database.entries.erase(process);
                             database.entries[self] = {beat, own};
                             return true;
                           });
  }
  std::optional<bool> remove(const std::set<std::string>& retired, const Entries& read,
                             Deadline deadline) {
    for (const auto& process : retired) {
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
class Server final : public LivingProcess {
 public:
  Server(World& world, std::shared_ptr<Database> database, bool one_document)
      : LivingProcess(world, world.up_to(8s) - 4s),
        line_{world, process, std::move(database), network},
        self_(random_id(world)) {
    WatermarkOptions options;
    options.timing = &process;
    options.joins_at_once = !one_document;
    options.sweep = [this](const DeadWriter& dead, Deadline deadline) {
      return sweep(dead, deadline);
    };
    watermark_ = std::make_unique<VisibilityWatermark>(
        std::make_unique<Writers>(line_, self_.text(), one_document), self_, std::move(options));
  }

  /// Stores new rows; what nobody knows of in the end is settled later.
  void append(history::Append& append) override {
    const auto count = append.sent.size();
    auto batch = watermark_->begin("rows", count, process.steady() + 3s);
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

  std::optional<Time> promise() override {
    const auto settled = watermark_->settled(process.steady() + 3s);
    return settled ? std::optional(settled->through) : std::nullopt;
  }

  std::optional<std::vector<history::Seen>> list(Time until) override {
    return line_.ask<std::vector<history::Seen>>(
        Deadline::max(), [until](Database& database) { return rows_until(database, until); });
  }

  void end() override { watermark_.reset(); }

  static std::vector<history::Seen> rows_until(const Database& database, Time until) {
    std::vector<history::Seen> rows;
    for (const auto& [id, row] : database.rows)
      if (row.stored <= until) rows.push_back({id, "new", row.stored});
    return rows;
  }

 private:
  /// Inserts those that are not there. An insert that is broken off may have done some of them.
  bool insert(const Rows& rows, Deadline deadline) {
    const auto count = line_.world.once_in(12) ? line_.world.random() % rows.size() : rows.size();
    const auto inserted = line_.ask<bool>(deadline, [rows, count](Database& database) {
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
    const auto settled = line_.ask<bool>(settling.deadline, [rows](Database& database) {
      const auto is_there = [&](const auto& row) { return database.rows.count(row.first) > 0; };
      if (!std::all_of(rows.begin(), rows.end(), is_there))
        for (const auto& row : rows) database.rows.erase(row.first);
      return true;
    });
    if (!settled) return fail(Code::unavailable, "no answer");
    return true;
  }

  Result<void> sweep(const DeadWriter& dead, Deadline deadline) {
    const auto marked = line_.ask<std::vector<MarkedRow>>(deadline, [](Database& database) {
      std::vector<MarkedRow> rows;
      for (const auto& [id, row] : database.rows)
        if (!row.mark.empty()) rows.push_back({id, row.stored, row.mark});
      return rows;
    });
    if (!marked) return fail(Code::unavailable, "no answer");
    const auto broken = rows_of_broken_batches(*marked, dead.process);
    const auto swept = line_.ask<bool>(deadline, [broken](Database& database) {
      for (const auto& row : broken) database.rows.erase(row.id);
      return true;
    });
    if (!swept) return fail(Code::unavailable, "no answer");
    return {};
  }

  Line line_;
  const Uuid self_;
  std::unique_ptr<VisibilityWatermark> watermark_;
};

class SimulatedEntries final : public SimulatedPlace {
 public:
  explicit SimulatedEntries(World& world) : one_document_(world.once_in(2)) {}

  std::shared_ptr<LivingProcess> start(World& world) override {
    return std::make_shared<Server>(world, database_, one_document_);
  }
  std::vector<history::Seen> rows() override { return Server::rows_until(*database_, Time::max()); }
  std::string kind() const override { return one_document_ ? "one document" : "an entry each"; }

 private:
  const bool one_document_;
  const std::shared_ptr<Database> database_ = std::make_shared<Database>();
};

}  // namespace

TEST_CASE("W3, W4, W10, W11: in simulated time no promise is broken, whatever befalls processes") {
  check_seeds([](World& world) { return std::make_unique<SimulatedEntries>(world); });
}

}  // namespace lectern::store::simulation
