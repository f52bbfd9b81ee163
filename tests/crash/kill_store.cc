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
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "store/open.h"
#include "store/sample.h"
#include "store/temporary_folder.h"

extern char** environ;

namespace {

using namespace lectern;
using namespace lectern::store;
using namespace lectern::store::contract;

constexpr int writers = 4;
constexpr std::size_t batch_rows = 5;

/// What a writer tells of one acknowledged batch; written to the pipe in one piece.
struct Acknowledged {
  Uuid batch;  // the registration of all its rows
  std::array<Uuid, batch_rows> ids;
  std::array<std::array<char, 20>, batch_rows> digests;  // of the texts, with stored
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

/// Rows that belong together: one that another voids, one that refers to one that comes later.
std::vector<Row> batch_of(const Uuid& batch) {
  std::array<Sample, batch_rows> samples;
  for (auto& sample : samples) {
    sample.registration = batch;
    sample.note = std::string(600, 'n');
  }
  samples[1].refers_to = samples[4].id;
  samples[3].refers_to = samples[2].id;
  samples[3].voids = true;
  samples[4].agent = "target";
  std::vector<Row> rows;
  for (const auto& sample : samples) rows.push_back(row_of(sample));
  return rows;
}

void write_for_ever(Stores& stores, int writer) {
  for (int count = 1;; ++count) {
    Acknowledged acknowledged{};
    acknowledged.writer = writer;
    acknowledged.batch = Uuid::random();
    auto rows = batch_of(acknowledged.batch);
    value(stores.statements->append({}, rows, OnConflict::refuse_batch), "append");
    const auto text = std::to_string(count);
    value(stores.documents->put({}, document_of(writer), {"text/plain", text, "", now()}, {}),
          "put");
    acknowledged.documents = count;
    for (std::size_t i = 0; i < batch_rows; ++i) {
      acknowledged.ids[i] = rows[i].id;
      const auto digest = sha1(rows[i].json);
      std::copy(digest.begin(), digest.end(), acknowledged.digests[i].begin());
    }
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

std::set<Uuid> listed(StatementStore& store, xapi::Terms terms, bool voided_too = false) {
  std::set<Uuid> ids;
  PageRequest request{std::nullopt, 1000, true};
  for (bool more = true; more;) {
    const auto page = value(store.query({}, {terms, {}, {}, voided_too}, request), "query");
    for (const auto& row : page.rows) {
      if (request.after && row.position <= *request.after) give_up("a page goes back");
      request.after = row.position;
      if (!ids.insert(row.position.id).second) give_up("a row is listed twice");
    }
    more = page.more;
  }
  return ids;
}

/// What was acknowledged is there, with the text that was acknowledged.
void check_batch(StatementStore& store, const Acknowledged& batch) {
  for (std::size_t i = 0; i < batch_rows; ++i) {
    const auto found = value(store.find({}, std::vector{batch.ids[i]}), "find");
    if (found.size() != 1) give_up("an acknowledged statement is lost: " + batch.ids[i].text());
    const auto digest = sha1(found[0].json);
    if (!std::equal(digest.begin(), digest.end(), batch.digests[i].begin()))
      give_up("a statement changed: " + batch.ids[i].text());
    if (found[0].voided != (i == 2)) give_up("voiding is wrong: " + batch.ids[i].text());
  }
}

/// Batches are there whole or not at all, and the index says the same as the bodies.
void check_wholeness(StatementStore& store) {
  const auto everything = listed(store, {}, true), visible = listed(store, {});
  if (everything.size() % batch_rows != 0) give_up("a batch is there in part");
  const auto batches = everything.size() / batch_rows;
  if (visible.size() != everything.size() - batches) give_up("a voided statement is listed");
  if (listed(store, {authority("lms")}) != visible) give_up("the index differs from the bodies");
  if (listed(store, {agent("target")}).size() != 2 * batches)
    give_up("a reference is not followed");
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
    for (const auto& batch : all) check_batch(*stores.statements, batch);
    check_wholeness(*stores.statements);
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
