// Kills a process that writes to the embedded store from several threads, at a random moment, and
// compares what is in the folder with what was acknowledged; again and again on one folder.
//
//   kill_store ROUNDS [SEED]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/open.h"
#include "store/testing/crash_batches.h"
#include "store/testing/temporary_folder.h"

extern char** environ;

namespace {

using namespace lectern;
using namespace lectern::store;
using namespace lectern::store::contract;

constexpr int writers = 4;
/// What a writer tells of one acknowledged batch; written to the pipe in one piece.
struct Acknowledged {
  Acknowledgement batch;
  int writer;
  int documents;  // how often this writer changed its document before
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "kill_store: %s\n", why.c_str());
  std::_Exit(1);
}

template <typename T>
T value(Result<T> result, const char* doing) {
  if (!result) give_up(std::string(doing) + ": " + result.error().message + result.error().detail);
  return std::move(*result);
}

Stores open_folder(const std::string& folder) {
  StoreSettings settings;
  settings.app_dir = folder;
  return value(open_stores(settings), "open");
}

DocumentKey document_of(int writer) {
  return {DocumentKind::state, "writer " + std::to_string(writer), "", "count"};
}

void write_for_ever(Stores& stores, int writer) {
  for (int count = 1;; ++count) {
    Acknowledged acknowledged{};
    acknowledged.writer = writer;
    auto rows = rows_of_batch();
    value(stores.statements->append({}, rows, OnConflict::refuse_batch), "append");
    const auto text = std::to_string(count);
    value(stores.documents->put({}, document_of(writer), {"text/plain", text, "", now()}, {}),
          "put");
    acknowledged.documents = count;
    acknowledged.batch = acknowledgement_of(rows);
    if (write(STDOUT_FILENO, &acknowledged, sizeof acknowledged) != sizeof acknowledged) return;
  }
}

int be_the_writer(const std::string& folder) {
  auto stores = open_folder(folder);
  std::vector<std::thread> threads;
  for (int i = 0; i < writers; ++i) threads.emplace_back([&, i] { write_for_ever(stores, i); });
  for (auto& thread : threads) thread.join();
  return 0;
}

/// Runs a writer and kills it `lives_ms` after its first acknowledgement; returns all of them.
std::vector<Acknowledged> run_and_kill(const std::string& program, const std::string& folder,
                                       int lives_ms) {
  int ends[2];
  if (pipe(ends) != 0) give_up("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  std::string name = program, word = "write", place = folder;
  char* arguments[] = {name.data(), word.data(), place.data(), nullptr};
  pid_t writer = 0;
  if (posix_spawn(&writer, program.c_str(), &actions, nullptr, arguments, environ) != 0)
    give_up("cannot start " + program);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::vector<Acknowledged> all;
  std::thread killer;
  for (Acknowledged one{}; read(ends[0], &one, sizeof one) == sizeof one; all.push_back(one)) {
    if (!all.empty()) continue;
    killer = std::thread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(lives_ms));
      kill(writer, SIGKILL);
    });
  }
  if (killer.joinable()) killer.join();
  int status = 0;
  waitpid(writer, &status, 0);
  if (!WIFSIGNALED(status)) give_up("the writer ended by itself");
  close(ends[0]);
  return all;
}

void check_documents(DocumentStore& store, const std::map<int, int>& least) {
  for (const auto& [writer, count] : least) {
    const auto document = value(store.get({}, document_of(writer)), "get");
    if (!document || std::stoi(document->bytes) < count) give_up("a document went back");
  }
}

int run(const std::string& program, int rounds, unsigned seed) {
  std::mt19937 random(seed);
  const TemporaryFolder folder;
  std::vector<Acknowledged> all;
  double slowest = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto lives_ms = static_cast<int>(random() % 250);
    const auto batches = run_and_kill(program, folder.path(), lives_ms);
    std::map<int, int> documents;
    for (const auto& batch : batches)
      documents[batch.writer] = std::max(documents[batch.writer], batch.documents);
    all.insert(all.end(), batches.begin(), batches.end());
    const auto start = std::chrono::steady_clock::now();
    auto stores = open_folder(folder.path());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    slowest = std::max(slowest, took.count());
    for (const auto& one : all)
      if (const auto fault = fault_of_batch(*stores.statements, one.batch); !fault.empty())
        give_up(fault);
    if (const auto fault = fault_of_whole(*stores.statements); !fault.empty()) give_up(fault);
    check_documents(*stores.documents, documents);
  }
  std::printf("%d kills (seed %u), %zu statements acknowledged and all there; opened in %.3f s\n",
              rounds, seed, all.size() * batch_rows, slowest);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "write") == 0) return be_the_writer(argv[2]);
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  const auto seed = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : std::random_device{}();
  return run(argv[0], rounds, seed);
}
