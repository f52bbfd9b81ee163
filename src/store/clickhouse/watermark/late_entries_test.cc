#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "store/clickhouse/watermark/server_clock_watermark.h"

// What each process tells the others, and when it comes late, with a table and a clock that are
// made up. What all of it promises is in watermark_simulation_test.cc.
namespace lectern::store::clickhouse {
namespace {

using namespace std::chrono_literals;

/// The table of all processes.
struct Table {
  std::vector<Announcement> entries;
  Time now{1'000'000s};
};

/// One process's way to it.
class Writers final : public WritersTable {
 public:
  explicit Writers(Table& table) : table_(table) {}

  Result<Time> clock(Deadline) override { return table_.now += 1ms; }
  Result<Beginning> beginning(Deadline) override { return Beginning{table_.now += 1ms, Time{}}; }
  Result<void> tell(const Announcement& entry, std::optional<Time> until, Deadline) override {
    last_until = until;
    if (std::exchange(keeps_next, false)) {
      kept = entry;
      return fail(Code::unavailable, "no answer");
    }
    arrive(entry);
    return {};
  }
  Result<Told> read(std::chrono::seconds, std::optional<Time>, Deadline) override {
    return Told{table_.now += 1ms, table_.entries};
  }
  void arrive(Announcement entry) {
    entry.at = table_.now += 1ms;
    table_.entries.push_back(entry);
  }

  bool keeps_next = false;  ///< the next entry is under way for long, without an answer
  Announcement kept;
  std::optional<Time> last_until;

 private:
  Table& table_;
};

struct Process {
  explicit Process(Table& table) {
    auto made = std::make_unique<Writers>(table);
    writers = made.get();
    watermark = std::make_unique<ServerClockWatermark>(std::move(made));
  }
  bool begins() const { return watermark->flush_begins(Deadline::max()).has_value(); }
  Time promise() const { return watermark->consistent_through(Deadline::max()).value(); }

  Writers* writers = nullptr;
  std::unique_ptr<ServerClockWatermark> watermark;
};

}  // namespace

TEST_CASE("W4: that a process was idle is not believed when it comes behind that it is active") {
  Table table;
  const Process own(table), other(table);
  REQUIRE(own.begins());
  own.watermark->flush_ended(false);
  own.writers->keeps_next = true;
  own.watermark->go_idle(Deadline::max());
  REQUIRE(own.begins());
  own.writers->arrive(own.writers->kept);
  const auto stored = own.watermark->next_stored();
  table.now = stored + 1s;
  CHECK(other.promise() < stored);
}

TEST_CASE("W4: nothing is given out while others could not be told that something will be") {
  Table table;
  const Process own(table);
  own.writers->keeps_next = true;
  CHECK_FALSE(own.begins());
  CHECK(own.begins());
}

TEST_CASE("W11: an entry that comes when its flush is over holds up nobody, for it is not taken") {
  Table table;
  const Process own(table);
  REQUIRE(own.begins());
  CHECK(own.writers->last_until == own.watermark->until());
  own.watermark->flush_ended(false);
  // It may come at any time that there is nothing.
  own.watermark->go_idle(Deadline::max());
  CHECK_FALSE(own.writers->last_until.has_value());
}

}  // namespace lectern::store::clickhouse
