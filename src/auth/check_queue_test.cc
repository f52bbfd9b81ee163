#include "auth/check_queue.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace lectern::auth;
using namespace std::chrono_literals;

namespace {

/// Callers that enter, write their letter down, and leave.
class Callers {
 public:
  explicit Callers(CheckQueue& queue) : queue_(queue) {}
  ~Callers() { join(); }

  /// Returns when the caller waits for its turn.
  void wait(char letter, Standing standing) {
    threads_.emplace_back([this, letter, standing] {
      ++begun_;
      if (!queue_.enter(standing)) return;
      order_ += letter;  // one at a time is inside
      queue_.leave();
    });
    while (begun_ < threads_.size()) std::this_thread::yield();
    std::this_thread::sleep_for(20ms);
  }
  std::string join() {
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
    return order_;
  }

 private:
  CheckQueue& queue_;
  std::vector<std::thread> threads_;
  std::atomic<std::size_t> begun_ = 0;
  std::string order_;
};

}  // namespace

TEST_CASE("every second turn is for who is clean, every fourth for each of the others") {
  CheckQueue queue(1, 100);
  REQUIRE(queue.enter(Standing::clean));
  Callers callers(queue);
  for (int i = 0; i < 3; ++i) callers.wait('f', Standing::failed);
  for (int i = 0; i < 3; ++i) callers.wait('m', Standing::mixed);
  for (int i = 0; i < 3; ++i) callers.wait('c', Standing::clean);
  queue.leave();
  CHECK(callers.join() == "cmcfcmfmf");
}

TEST_CASE("those who failed cannot take every place to wait, nor can anybody else") {
  const auto places = [](CheckQueue& queue, Standing standing) {
    int taken = 0;
    while (queue.take_place(standing)) ++taken;
    return taken;
  };
  CheckQueue one(1, 16);
  CHECK(places(one, Standing::failed) == 4);
  CHECK(places(one, Standing::mixed) == 4);
  CHECK(places(one, Standing::clean) == 8);
  one.leave_place(Standing::failed);
  CHECK(places(one, Standing::mixed) == 1);
  CheckQueue two(1, 16);
  CHECK(places(two, Standing::clean) == 12);
  CHECK(places(two, Standing::mixed) == 4);
  CheckQueue tiny(1, 1);
  CHECK(places(tiny, Standing::failed) == 1);
  CHECK(places(tiny, Standing::clean) == 0);
  CheckQueue none(1, 0);
  CHECK(none.enter(Standing::clean));
  CHECK_FALSE(none.enter(Standing::clean));
}
