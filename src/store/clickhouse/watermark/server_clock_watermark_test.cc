#include "store/clickhouse/watermark/server_clock_watermark.h"

#include <doctest/doctest.h>

namespace lectern::store::clickhouse {
namespace {

using namespace std::chrono_literals;

/// A clock that moves when it is told to.
struct Stopped final : Timing {
  Steady now{1h};
  Steady steady() override { return now; }
};

/// A table that answers at once, by a server whose clock is the process's.
class Answering final : public WritersTable {
 public:
  Answering(Stopped& timing, std::vector<Announcement> others, int& questions)
      : timing_(timing), entries_(std::move(others)), questions_(questions) {}

  Result<Time> clock(Deadline) override { return server_now(); }
  Result<Beginning> beginning(Deadline) override { return Beginning{server_now(), {}}; }
  Result<void> tell(const Announcement& entry, std::optional<Time>, Deadline) override {
    entries_.push_back(entry);
    entries_.back().at = server_now();
    return {};
  }
  Result<Told> read(std::chrono::seconds, std::optional<Time>, Deadline) override {
    ++questions_;
    return Told{server_now(), entries_};
  }

 private:
  Time server_now() const {
    return Time{std::chrono::floor<std::chrono::microseconds>(timing_.now.time_since_epoch())};
  }

  Stopped& timing_;
  std::vector<Announcement> entries_;
  int& questions_;
};

/// Questions of consistent_through() right behind a flush that took 200 ms, and its answer.
struct BehindFlush {
  explicit BehindFlush(std::vector<Announcement> others) {
    Stopped timing;
    int asked = 0;
    ServerClockWatermark watermark(std::make_unique<Answering>(timing, std::move(others), asked),
                                   Uuid::random(), timing);
    const auto deadline = timing.now + 10s;
    REQUIRE(watermark.flush_begins(deadline).has_value());
    stored = watermark.next_stored();
    timing.now += 1ms;
    REQUIRE(watermark.read_peers(deadline).has_value());
    timing.now += 200ms;
    watermark.flush_ended(false);
    questions = -asked;
    through = watermark.consistent_through(deadline).value();
    timing.now += 60ms;
    CHECK(watermark.consistent_through(deadline).value() > through);
    questions += asked;
  }

  Time stored, through;
  int questions = 0;
};

}  // namespace

TEST_CASE("behind a long flush of who is alone nobody need ask again, for 50 ms") {
  const BehindFlush flush({});
  CHECK(flush.through >= flush.stored);
  CHECK(flush.questions == 1);
}

TEST_CASE("behind a long flush beside others they are asked again") {
  const Announcement other{Uuid::random(), Time{1h}, false, Time{1h}};
  const BehindFlush flush({other});
  CHECK(flush.through >= flush.stored);
  CHECK(flush.questions == 2);
}

}  // namespace lectern::store::clickhouse
