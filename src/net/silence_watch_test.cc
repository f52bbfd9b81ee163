#include "net/silence_watch.h"

#include <atomic>
#include <functional>
#include <thread>

#include <doctest/doctest.h>

using namespace lectern::net;
using namespace std::chrono_literals;
using Clock = Outstanding::Clock;

namespace {

/// A server that answers questions, or does not.
struct Asked {
  std::atomic<bool> answers = true;
  std::atomic<int> count = 0;

  bool operator()(std::chrono::milliseconds within) {
    ++count;
    if (answers) return true;
    std::this_thread::sleep_for(within);
    return answers;
  }
};

/// Whether it holds within half a minute.
template <typename Condition>
bool comes_true(const Condition& condition) {
  for (const auto give_up = Clock::now() + 30s; Clock::now() < give_up;) {
    if (condition()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

}  // namespace

TEST_CASE("calls that were sent to a silent server are given up when it answers again") {
  Outstanding calls;
  Asked server;
  server.answers = false;
  const SilenceWatch watch("it", calls, std::ref(server));
  Outstanding::Call call(calls), patient(calls, true);
  CHECK(comes_true([&] { return server.count >= 4; }));
  CHECK_FALSE(call.is_given_up());
  Outstanding::Call later(calls);
  server.answers = true;
  CHECK(comes_true([&] { return call.is_given_up(); }));
  CHECK_FALSE(patient.is_given_up());
}

TEST_CASE("a server that is slow answers somebody meanwhile: nothing is given up") {
  Outstanding calls;
  Asked server;
  server.answers = false;
  const SilenceWatch watch("it", calls, std::ref(server));
  Outstanding::Call slow(calls), answered(calls);
  std::atomic<bool> stop = false;
  std::thread others([&] {
    while (!stop) {
      answered.answered();
      std::this_thread::sleep_for(10ms);
    }
  });
  CHECK(comes_true([&] { return server.count >= 6; }));
  server.answers = true;
  const int asked = server.count;
  CHECK(comes_true([&] { return server.count > asked + 1; }));
  stop = true;
  others.join();
  CHECK_FALSE(slow.is_given_up());
}

TEST_CASE("a server is asked only while a call waits for long") {
  Outstanding calls;
  Asked server;
  const SilenceWatch watch("it", calls, std::ref(server));
  for (const auto end = Clock::now() + 1500ms; Clock::now() < end;) {
    const Outstanding::Call call(calls);
    std::this_thread::sleep_for(1ms);
  }
  CHECK(server.count == 0);
}
