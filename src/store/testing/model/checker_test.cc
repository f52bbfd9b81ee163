#include "store/testing/model/checker.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "store/open.h"
#include "store/testing/model/client.h"
#include "store/testing/sample.h"

namespace lectern::store::model {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// A number of the environment.
std::uint64_t asked(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// One place, from its first process to the check of its history.
class World {
 public:
  World(Deployment& place, const Plan& plan, std::uint32_t seed)
      : deployment_(place), plan_(plan), random_(seed), shared_(seed), processes_(place.processes) {
    calm_at_.resize(processes_.count());
    start_at_.resize(processes_.count());
    for (std::size_t slot = 0; slot < processes_.count(); ++slot) start(slot);
  }
  ~World() {
    for (std::size_t slot = 0; slot < processes_.count(); ++slot) end(slot, false);
    for (auto& thread : ending_) thread.join();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  std::vector<std::string> run() {
    if (auto fault = warm_up(); !fault.empty()) return {fault};
    std::vector<std::thread> clients;
    for (int i = 0; i < plan_.clients; ++i)
      clients.emplace_back([this, seed = random_()] {
        ModelClient client(processes_, deployment_, shared_, recorder_,
                           static_cast<std::uint32_t>(seed));
        while (!over_) {
          client.do_something();
          std::this_thread::sleep_for(2ms);
        }
      });
    for (const auto end = Clock::now() + plan_.duration; Clock::now() < end;) happen();
    over_ = true;
    for (auto& client : clients) client.join();
    if (auto fault = calm_down(); !fault.empty()) return {fault};
    if (auto fault = read_everything(); !fault.empty()) return {fault};
    auto faults = history::faults_of(recorder_.history());
    if (deployment_.hidden_faults)
      for (auto& fault : deployment_.hidden_faults()) faults.push_back(std::move(fault));
    return faults;
  }

  const history::History& history() const { return recorder_.history(); }

 private:
  bool one_in(unsigned times) { return random_() % times == 0; }
  milliseconds up_to(milliseconds most) {
    return milliseconds{random_() % static_cast<std::uint64_t>(most.count() + 1)};
  }

  /// The first calls, which make tables and the like, may take long.
  std::string warm_up() {
    for (std::size_t slot = 0; slot < processes_.count(); ++slot) {
      const auto running = processes_.at(slot);
      const auto batch = shared_.make_batch();
      for (const auto give_up = Clock::now() + deployment_.settles_within;;) {
        if (append(*running, context(), batch, recorder_)) break;
        if (Clock::now() > give_up) return "nothing can be stored";
        std::this_thread::sleep_for(50ms);
      }
    }
    return "";
  }

  void start(std::size_t slot) {
    // Where there is one process it must have ended, so that another one can own the place.
    if (deployment_.processes == 1)
      while (!ending_.empty()) {
        ending_.back().join();
        ending_.pop_back();
      }
    auto running = std::make_shared<Running>();
    running->number = ++started_;
    running->process = deployment_.start(static_cast<std::uint32_t>(random_()));
    processes_.exchange(slot, std::move(running));
  }

  /// Ends a process once nobody waits for it any more: by a signal, or killed.
  void end(std::size_t slot, bool killed) {
    auto running = processes_.exchange(slot, nullptr);
    if (!running) return;
    if (killed) running->process->kill();
    ending_.emplace_back([running = std::move(running)]() mutable {
      while (running.use_count() > 1) std::this_thread::sleep_for(2ms);
      running.reset();
    });
  }

  /// A moment, and what happens in it.
  void happen() {
    const auto slot = random_() % processes_.count();
    const auto chance = random_() % 100;
    const auto running = processes_.at(slot);
    const auto now = Clock::now();
    if (!running) {
      if (now > start_at_[slot]) start(slot);
    } else if (!running->process->is_alive()) {
      end(slot, true);
      start_at_[slot] = now;
    } else if (calm_at_[slot] && now > *calm_at_[slot]) {
      running->process->calm();
      calm_at_[slot].reset();
    } else if (chance < 4 && deployment_.keeps) {
      const bool killed = one_in(2);
      recorder_.add_fault(killed ? "killed" : "ended and started again");
      end(slot, killed);
      calm_at_[slot].reset();
      start_at_[slot] = now + up_to(1'500ms);
    } else if (chance < 15 && !calm_at_[slot]) {
      if (const auto fault = running->process->disturb(random_); !fault.empty())
        recorder_.add_fault(fault);
      calm_at_[slot] = now + up_to(plan_.fault_max);
    }
    std::this_thread::sleep_for(5ms + up_to(120ms));
  }

  /// Ends all faults, and waits until each process promises what was stored so far.
  std::string calm_down() {
    for (std::size_t slot = 0; slot < processes_.count(); ++slot) {
      if (!processes_.at(slot)) start(slot);
      auto running = processes_.at(slot);
      running->process->calm();
      if (running->process->is_alive()) continue;
      running.reset();
      end(slot, true);
      start(slot);
    }
    const auto wanted = now();
    const auto give_up = Clock::now() + deployment_.settles_within;
    for (std::size_t slot = 0; slot < processes_.count(); ++slot) {
      for (;;) {
        const auto promised = ask_promise(*processes_.at(slot), context(), recorder_);
        if (promised) until_ = std::max(until_, *promised);
        if (promised && *promised >= wanted) break;
        if (Clock::now() > give_up)
          return fmt::format("W11: {} s after the last fault process {} promises {} only",
                             deployment_.settles_within.count(), processes_.at(slot)->number,
                             promised ? utc_text(*promised) : "nothing");
        std::this_thread::sleep_for(20ms);
      }
    }
    return "";
  }

  Context context() const { return {deployment_.target, Clock::now() + 10s}; }

  /// At each process; what it tells is the truth.
  std::string read_everything() {
    for (std::size_t slot = 0; slot < processes_.count(); ++slot) {
      history::Reading wanted{{}, {}, until_, true, {}};
      auto reading =
          read(processes_, deployment_.target, recorder_, wanted, [slot] { return slot; });
      if (!reading) return "W11: a list failed after the last fault";
      recorder_.add(std::move(*reading));
    }
    for (std::size_t slot = 0; slot < processes_.count(); ++slot) {
      auto& statements = *processes_.at(slot)->process->stores().statements;
      const auto fault = look_for_all(statements);
      if (!fault.empty()) return fault;
    }
    return ask_by_references(*processes_.at(0)->process->stores().statements);
  }

  std::string look_for_all(StatementStore& statements) {
    const auto all = shared_.all_ids();
    for (std::size_t begin = 0; begin < all.size(); begin += 50) {
      const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(begin + 50, all.size()));
      history::Look look{
          {recorder_.now(), {}}, {all.begin() + static_cast<std::ptrdiff_t>(begin), end}, {}};
      const auto found = statements.find(context(), look.ids);
      if (!found) return "W11: a search by id failed after the last fault: " + found.error().detail;
      look.span.ended = recorder_.now();
      for (const auto& one : *found) {
        look.found.push_back({one.position.id, text_of(one.json), one.position.stored, one.voided});
        texts_[one.position.id] = look.found.back().text;
      }
      recorder_.add(std::move(look));
    }
    return "";
  }

  std::string ask_by_references(StatementStore& statements) {
    for (const auto& target : shared_.targets()) {
      if (texts_.count(target) == 0) continue;
      history::Referring referring{{recorder_.now(), {}}, target, {}};
      const auto page = statements.query(
          context(), {{contract::agent(texts_.at(target))}, {}, until_}, {{}, 1'000});
      if (!page) return "W11: a list failed after the last fault: " + page.error().detail;
      referring.span.ended = recorder_.now();
      for (const auto& row : page->rows) referring.ids.push_back(row.position.id);
      recorder_.add(std::move(referring));
    }
    return "";
  }

  Deployment& deployment_;
  const Plan plan_;
  std::mt19937 random_;
  history::Recorder recorder_;
  Shared shared_;
  Processes processes_;
  int started_ = 0;
  std::atomic<bool> over_ = false;
  std::vector<std::thread> ending_;
  std::vector<std::optional<Clock::time_point>> calm_at_;
  std::vector<Clock::time_point> start_at_;
  Time until_;
  std::map<Uuid, std::string> texts_;
};

std::string counts_of(const history::History& history) {
  std::size_t statements = 0;
  int faults = 0, unknown = 0;
  for (const auto& append : history.appends) {
    statements += append.sent.size();
    unknown += append.answers.empty() ? 1 : 0;
  }
  std::string told;
  for (const auto& [name, times] : history.faults) {
    faults += times;
    told += fmt::format(", {} {}", times, name);
  }
  return fmt::format(
      "{} batches of {} statements ({} of unknown outcome), {} promises, {} lists, {} searches by "
      "id, {} operations on documents; {} faults{}",
      history.appends.size(), statements, unknown, history.promises.size(), history.readings.size(),
      history.looks.size(), history.documents.size(), faults, told);
}

/// A store in memory has nobody between it and its clients.
class InMemory final : public Process {
 public:
  InMemory() : stores_(open_stores(memory()).value()) {}
  Stores& stores() override { return stores_; }
  std::string disturb(std::mt19937&) override { return ""; }
  void calm() override {}
  void kill() override {}

 private:
  static StoreSettings memory() {
    StoreSettings settings;
    settings.backend = "memory";
    return settings;
  }
  Stores stores_;
};

class Memory final : public Deployment {
 public:
  Memory() {
    keeps = false;
    documents = true;
  }
  std::unique_ptr<Process> start(std::uint32_t) override { return std::make_unique<InMemory>(); }
};

}  // namespace

void check(const std::function<std::unique_ptr<Deployment>()>& fresh_store, Plan plan) {
  const auto first = static_cast<std::uint32_t>(asked("LECTERN_MODEL_SEED", 1));
  const auto end = Clock::now() + std::chrono::seconds(asked("LECTERN_MODEL_SECONDS", 0));
  plan.duration = milliseconds(
      asked("LECTERN_MODEL_DURATION_MS", static_cast<std::uint64_t>(plan.duration.count())));
  for (auto seed = first;; ++seed) {
    const auto place = fresh_store();
    World world(*place, plan, seed);
    const auto faults = world.run();
    for (const auto& fault : faults) MESSAGE(fault);
    CHECK_MESSAGE(faults.empty(), "repeat it with LECTERN_MODEL_SEED=", seed);
    MESSAGE("seed ", seed, ": ", counts_of(world.history()));
    if (Clock::now() >= end) return;
  }
}

TEST_CASE("the memory store keeps its promises whatever is asked of it at once") {
  check([] { return std::make_unique<Memory>(); }, {.duration = 2'000ms});
}

}  // namespace lectern::store::model
