#include "store/testing/contract/recovery.h"

#include <atomic>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "store/testing/contract/walk.h"
#include "store/testing/faulty_proxy.h"

namespace lectern::store::contract {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto cut_for = 5s;
constexpr auto deadline = 60s;
/// At rest a write succeeds within 2 s, and all are told then; other builds may run beside.
constexpr auto recovers_within = 6s;

Result<std::vector<AppendOutcome>> append(StatementStore& store, const std::string& target) {
  std::vector rows{row_of({}), row_of({})};
  return store.append({target, Clock::now() + deadline}, rows, OnConflict::refuse_batch);
}

void append_in_the_end(StatementStore& store, const std::string& target) {
  for (const auto give_up = Clock::now() + deadline;;) {
    const auto outcomes = append(store, target);
    if (outcomes) return;
    REQUIRE_MESSAGE(Clock::now() < give_up, outcomes.error().detail);
    std::this_thread::sleep_for(20ms);
  }
}

}  // namespace

void check_recovery(const std::string& server, const std::function<Remote::EmptyStore()>& fresh) {
  FaultyProxy proxy(server);
  const auto place = fresh();
  auto stores = place.open(proxy.address());
  auto& store = *stores.statements;
  append_in_the_end(store, place.target);
  settled(store, place.target);
  std::atomic<bool> is_cut = true;
  std::vector<std::thread> clients;
  proxy.set(FaultyProxy::Fault::silent);
  for (int i = 0; i < 6; ++i)
    clients.emplace_back([&, i] {
      const std::vector ids{Uuid::random()};
      while (is_cut) {
        if (i % 2 == 0)
          static_cast<void>(append(store, place.target));
        else
          static_cast<void>(store.find({place.target, Clock::now() + deadline}, ids));
        std::this_thread::sleep_for(10ms);
      }
    });
  std::this_thread::sleep_for(cut_for);
  is_cut = false;
  proxy.set(FaultyProxy::Fault::none);
  const auto began = Clock::now();
  append_in_the_end(store, place.target);
  const auto written = Clock::now() - began;
  for (auto& client : clients) client.join();
  const auto told = Clock::now() - began;
  const auto ms = [](auto time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  };
  MESSAGE("a write after ", ms(written), " ms, all were told after ", ms(told), " ms");
  CHECK(written < recovers_within);
  CHECK(told < recovers_within);
}

}  // namespace lectern::store::contract
