#include "store/common/watermark/visibility_watermark.h"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "base/concurrency/mutex.h"

namespace lectern::store {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// What a test says of the others, and how the database behaves.
struct Script {
  Mutex mutex;
  WriterRegistry::Others others;
  bool takes_writes = true;
  bool answers = true;
  std::chrono::microseconds clock_offset{0};
  int left = 0;
  std::set<std::string> retired;
};

class Scripted final : public WriterRegistry {
 public:
  explicit Scripted(std::shared_ptr<Script> script) : script_(std::move(script)) {}

  Result<Others> exchange(const WriterEntry&, Deadline) override {
    const MutexLock lock(script_->mutex);
    if (!script_->takes_writes || !script_->answers) return fail(Code::unavailable, "no writes");
    return script_->others;
  }
  Result<Others> look(Deadline) override {
    const MutexLock lock(script_->mutex);
    if (!script_->answers) return fail(Code::unavailable, "away");
    return script_->others;
  }
  Result<void> leave(Deadline) override {
    ++script_->left;
    return {};
  }
  Result<Time> database_now(Deadline) override { return now() + script_->clock_offset; }

 private:
  std::shared_ptr<Script> script_;
};

struct Process {
  std::shared_ptr<Script> script = std::make_shared<Script>();
  VisibilityWatermark watermark{std::make_unique<Scripted>(script), Uuid::random(), {}};

  void say(Time floor) {
    const MutexLock lock(script->mutex);
    script->others.any = true;
    script->others.floor = floor;
  }
  Time promise() {
    const auto settled = watermark.settled(steady_clock::now() + 5s);
    REQUIRE(settled.has_value());
    return settled->through;
  }
  template <typename Condition>
  static void await(const Condition& condition) {
    const auto give_up = steady_clock::now() + 20s;
    while (!condition()) {
      REQUIRE(steady_clock::now() < give_up);
      std::this_thread::sleep_for(5ms);
    }
  }
};

}  // namespace

TEST_CASE("W3: a promise does not go back when another process tells a floor below it") {
  Process process;
  const auto promised = process.promise();
  process.say(promised - 1s);
  for (const auto end = steady_clock::now() + 600ms; steady_clock::now() < end;)
    CHECK(process.promise() >= promised);
  process.say(now() + 1h);
  Process::await([&] { return process.promise() > promised; });
}

TEST_CASE("W10: what is in doubt holds the promise back until it is settled") {
  Process process;
  std::atomic<bool> settles = false;
  Time first;
  {
    auto batch = process.watermark.begin("index", 3, steady_clock::now() + 5s);
    REQUIRE(batch.has_value());
    first = batch->at(0);
    CHECK(batch->at(2) == first + 2us);
    batch->settle_later(100, [&](const auto&) -> Result<bool> {
      if (!settles) return fail(Code::unavailable, "away");
      return true;
    });
  }
  for (const auto end = steady_clock::now() + 700ms; steady_clock::now() < end;)
    CHECK(process.promise() < first);
  CHECK_FALSE(*process.watermark.await(first, steady_clock::now() + 50ms));
  settles = true;
  Process::await([&] { return process.promise() > first + 2us; });
}

TEST_CASE("W10: a process that ends leaves its entry where something is in doubt, and only there") {
  for (const bool doubt : {false, true}) {
    Process process;
    {
      auto batch = process.watermark.begin("index", 1, steady_clock::now() + 5s);
      REQUIRE(batch.has_value());
      if (doubt)
        batch->settle_later(
            1, [](const auto&) -> Result<bool> { return fail(Code::unavailable, "away"); });
    }
    process.watermark.stop();
    CHECK(process.script->left == (doubt ? 0 : 1));
  }
}

TEST_CASE("while the entry cannot be written what was promised is given, and nothing is begun") {
  Process process;
  const auto promised = process.promise();
  process.script->takes_writes = false;
  Process::await([&] { return process.watermark.is_kept_from_writing(); });
  CHECK(process.promise() >= promised);
  CHECK_FALSE(process.watermark.begin("index", 1, steady_clock::now() + 100ms).has_value());
  process.script->takes_writes = true;
  Process::await([&] { return !process.watermark.is_kept_from_writing(); });
  CHECK(process.watermark.begin("index", 1, steady_clock::now() + 5s).has_value());
}

TEST_CASE("a process that begins while nothing can be written promises what all floors allow") {
  Process process;
  process.script->takes_writes = false;
  const auto floor = now() - 1h;
  process.say(floor);
  CHECK(process.promise() == floor);
  process.say(now() + 1h);
  Process::await([&] { return process.promise() > floor; });
  CHECK(process.promise() < now() - VisibilityWatermark::clock_differs_max);
  process.script->answers = false;
  CHECK(process.promise() > floor);
}

TEST_CASE("W14: with a clock that is seconds off nothing is written") {
  Process process;
  process.script->clock_offset = -VisibilityWatermark::clock_differs_max - 1s;
  const auto batch = process.watermark.begin("index", 1, steady_clock::now() + 5s);
  REQUIRE_FALSE(batch.has_value());
  CHECK(batch.error().code == Code::unavailable);
  CHECK(batch.error().detail.find("ahead of") != std::string::npos);
}

TEST_CASE("W8: of a dead process's batches those that are not whole are taken back") {
  const auto row = [](Time first, const std::string& mark, bool shared = false) {
    return MarkedRow{Uuid::random(),
                     first + std::chrono::microseconds(BatchMark::parse(mark)->index), mark,
                     shared};
  };
  const Time a{1h}, b{2h}, c{3h}, d{4h};
  const std::vector rows{row(a, "0/2/deadbeef"),       row(a, "1/2/deadbeef"),
                         row(b, "0/3/deadbeef"),       row(b, "2/3/deadbeef"),
                         row(c, "0/2/deadbeef", true), row(c, "1/2/deadbeef"),
                         row(d, "0/2/00000000"),       row(c + 1s, "1/2/deadbeef", true)};
  std::set<Uuid> broken;
  for (const auto& one : rows_of_broken_batches(rows, "deadbeef-and-so-on")) broken.insert(one.id);
  CHECK((broken == std::set{rows[2].id, rows[3].id}));
  CHECK_FALSE(BatchMark::parse("1/2").has_value());
  CHECK_FALSE(BatchMark::parse("x/2/p").has_value());
  CHECK(BatchMark{3, 25, "p"}.text() == "3/25/p");
}

}  // namespace lectern::store
