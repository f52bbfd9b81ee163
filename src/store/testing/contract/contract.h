#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/blob_store.h"
#include "store/document_store.h"
#include "store/statement_store.h"
#include "store/stores.h"

/// The tests that every store must pass. A backend calls them from a TEST_CASE of its own
/// *_test.cc:
///
///   TEST_CASE("the memory store keeps the contract of statements") {
///     contract::check_statements({.open = open_memory});
///   }
namespace lectern::store::contract {

/// An opened store with two targets that hold nothing yet.
struct Subject {
  std::shared_ptr<void> keep;  ///< what must outlive the store, such as its folder
  std::unique_ptr<StatementStore> statements;
  std::unique_ptr<DocumentStore> documents;
  std::unique_ptr<BlobStore> blobs;
  std::string target;
  std::string other_target;
};

/// How a backend is opened, and what it cannot do.
struct Backend {
  /// Opens it on fresh targets; called once for each property.
  std::function<Subject()> open;
  /// Opens the same place again, as after a restart. Empty: nothing outlives the process.
  std::function<Subject(Subject)> reopen = {};
  /// Two clients that race for one id through one process: one of them learns of it.
  bool detects_races = true;
  /// Line breaks between the tokens of a text are given back.
  bool keeps_line_breaks = true;
  /// Bytes that all answers of its database together may have, so that it still lists every text.
  std::size_t answer_bytes_max = 6UL * 1024 * 1024;
  /// What is stored must be listed within this time.
  std::chrono::milliseconds visible_within{10'000};
};

/// A place that holds nothing yet and that several processes may open.
struct SharedStore {
  std::shared_ptr<void> keep;  ///< what must outlive the stores
  std::string target;
  std::function<std::unique_ptr<StatementStore>()> open;  ///< as one more process would
};
using SharedStores = std::function<SharedStore()>;  ///< called once for each property

/// A database that the tests reach through a proxy which fails on demand.
struct Remote {
  /// A place that holds nothing yet.
  struct EmptyStore {
    std::shared_ptr<void> keep;  ///< what must outlive the stores
    std::string target;
    /// Opens it as one more process that finds the database at host:port, with a time-out of a
    /// second or so.
    std::function<Stores(const std::string& address)> open;
  };

  std::string server;                 ///< the real one, as host:port
  std::function<EmptyStore()> place;  ///< called once for each property
  /// A text in each request that an append makes, in turn: that request is made to fail.
  std::vector<std::string> requests;
  /// Before the last of those requests was carried out nobody sees anything of the batch.
  bool appends_as_a_whole = false;
  /// Answers, as they go over the wire, of somebody who is not the database or has no time.
  std::vector<std::string> nonsense;
};

/// Everything that store/statement_store.h promises.
void check_statements(const Backend& backend);
/// Everything that store/document_store.h and store/blob_store.h promise.
void check_documents(const Backend& backend);
/// What holds when two processes serve one place: nothing is lost or doubled, races have one
/// winner, and what was called consistent stays as it was.
void check_two_processes(const SharedStores& places);
/// What holds when the database, or the way to it, fails: calls are `unavailable` in time, nothing
/// that was acknowledged is lost, what is sent again is stored once, and the store recovers.
void check_faults(const Remote& remote);

}  // namespace lectern::store::contract
