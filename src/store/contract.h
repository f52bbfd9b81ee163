#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "store/document_store.h"
#include "store/statement_store.h"

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
  /// What is stored must be listed within this time.
  std::chrono::milliseconds visible_within{10'000};
};

/// A place that holds nothing yet and that several processes may open.
struct SharedPlace {
  std::shared_ptr<void> keep;  ///< what must outlive the stores
  std::string target;
  std::function<std::unique_ptr<StatementStore>()> open;  ///< as one more process would
};
using SharedPlaces = std::function<SharedPlace()>;  ///< called once for each property

/// Everything that statement_store.h promises.
void check_statements(const Backend& backend);
/// Everything that document_store.h promises.
void check_documents(const Backend& backend);
/// What holds when two processes serve one place: nothing is lost or doubled, races have one
/// winner, and what was called consistent stays as it was.
void check_two_processes(const SharedPlaces& places);

}  // namespace lectern::store::contract
