#include "auth/check_queue.h"

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace lectern::auth;

namespace {

/// Callers that enter, write their letter down, and leave.
class Callers {
 public:
  explicit Callers(CheckQueue& queue) : queue_(queue) {}
  ~Callers() { join(); }

  /// Returns when the caller waits for its turn, in the place of another if it had to.
  void wait(char letter, Standing standing, const std::string& network = "192.0.2.1") {
    std::promise<void> at_once;
    at_once.set_value();
    wait_inside(letter, standing, network, at_once.get_future().share());
  }
  /// The same; once inside it stays there until `end`.
  void wait_inside(char letter, Standing standing, const std::string& network,
                   std::shared_future<void> end) {
    const unsigned before = queue_.waiting() + sent_away_;
    threads_.emplace_back([this, letter, standing, network, end = std::move(end)] {
      if (!queue_.enter(standing, network)) {
        ++sent_away_;
        return;
      }
      end.wait();
      order_ += letter;  // one at a time is inside
      queue_.leave();
    });
    while (queue_.waiting() + sent_away_ <= before) std::this_thread::yield();
  }
  std::string join() {
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
    return order_;
  }
  unsigned sent_away() const { return sent_away_; }

 private:
  CheckQueue& queue_;
  std::vector<std::thread> threads_;
  std::atomic<unsigned> sent_away_ = 0;
  std::string order_;
};

}  // namespace

TEST_CASE("every second turn is for who is clean, every fourth for each of the others") {
  CheckQueue queue(1, 100);
  REQUIRE(queue.enter(Standing::clean, "192.0.2.9"));
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
    while (queue.take_place(standing, std::to_string(taken))) ++taken;
    return taken;
  };
  CheckQueue one(1, 16);
  CHECK(places(one, Standing::failed) == 4);
  CHECK(places(one, Standing::mixed) == 4);
  CHECK(places(one, Standing::clean) == 8);
  one.leave_place(Standing::failed, "0");
  CHECK(places(one, Standing::mixed) == 1);
  CheckQueue two(1, 16);
  CHECK(places(two, Standing::clean) == 12);
  CHECK(places(two, Standing::mixed) == 4);
  CheckQueue tiny(1, 1);
  CHECK(places(tiny, Standing::failed) == 1);
  CHECK(places(tiny, Standing::clean) == 0);
  CheckQueue none(1, 0);
  CHECK(none.enter(Standing::clean, ""));
  CHECK_FALSE(none.enter(Standing::clean, ""));
}

TEST_CASE("addresses take turns, however many wait behind one of them") {
  CheckQueue queue(1, 100);
  REQUIRE(queue.enter(Standing::clean, "192.0.2.9"));
  Callers callers(queue);
  for (int i = 0; i < 4; ++i) callers.wait('a', Standing::clean, "192.0.2.1");
  callers.wait('b', Standing::clean, "192.0.2.2");
  callers.wait('c', Standing::clean, "192.0.2.3");
  queue.leave();
  CHECK(callers.join() == "abcaaa");
}

TEST_CASE("an address that has had no turn comes before those that had one") {
  CheckQueue queue(1, 100);
  REQUIRE(queue.enter(Standing::clean, "192.0.2.9"));
  Callers callers(queue);
  std::promise<void> go_on;
  callers.wait_inside('a', Standing::clean, "192.0.2.1", go_on.get_future().share());
  for (int i = 0; i < 2; ++i) callers.wait('a', Standing::clean, "192.0.2.1");
  queue.leave();
  while (queue.waiting() > 2) std::this_thread::yield();
  callers.wait('b', Standing::clean, "192.0.2.2");
  go_on.set_value();
  CHECK(callers.join() == "abaa");
}

TEST_CASE("the address that has most places gives one up to who has fewer") {
  CheckQueue queue(1, 8);
  REQUIRE(queue.enter(Standing::clean, "192.0.2.9"));
  Callers callers(queue);
  for (int i = 0; i < 6; ++i) callers.wait('a', Standing::clean, "192.0.2.1");
  CHECK(callers.sent_away() == 0);
  CHECK_FALSE(queue.enter(Standing::clean, "192.0.2.1"));
  for (int i = 0; i < 3; ++i) callers.wait('b', Standing::clean, "192.0.2.2");
  CHECK_FALSE(queue.enter(Standing::clean, "192.0.2.2"));
  queue.leave();
  CHECK(callers.join() == "ababab");
  CHECK(callers.sent_away() == 3);
}

TEST_CASE("who failed lately and waits for another's check leaves places for other addresses") {
  CheckQueue queue(1, 16);
  int taken = 0;
  while (queue.take_place(Standing::failed, "192.0.2.1")) ++taken;
  CHECK(taken == 3);
  CHECK(queue.take_place(Standing::failed, "192.0.2.2"));
}

TEST_CASE("a client that has not failed may begin with as many connections as there are places") {
  CheckQueue queue(1, 16);
  int taken = 0;
  while (queue.take_place(Standing::clean, "192.0.2.1")) ++taken;
  CHECK(taken == 12);
}
