#pragma once

#include <memory>
#include <string>

#include "store/embedded/database.h"
#include "store/embedded/safety/file_joiner.h"
#include "store/embedded/safety/reopener.h"
#include "store/embedded/texts/trainer.h"
#include "store/embedded/write/committer.h"

namespace lectern::store::embedded {

/// An opened folder and the threads that work on it; its statements and its documents share one.
struct Engine {
  Engine(std::unique_ptr<Database> opened, Time newest_stored)
      : database(std::move(opened)),
        committer(*database, newest_stored),
        joiner(*database),
        reopener(*database),
        trainer(*database) {}

  /// Opens the folder, which is made where it is missing. Errors: of Database::open().
  static Result<std::shared_ptr<Engine>> open(const std::string& folder,
                                              rocksdb::Env* env = rocksdb::Env::Default());

  /// Does `work`, which reads the database, while it stays open; damage that it meets is noticed.
  template <typename Work>
  auto read(Deadline deadline, Work&& work) -> decltype(work()) {
    TRY(const auto pass, database->use(deadline));
    auto result = work();
    if (!result) database->notice(result.error());
    return result;
  }

  std::unique_ptr<Database> database;
  /// Of what is appended from now on; changed by tests only.
  SliceBounds slices;
  Committer committer;
  FileJoiner joiner;
  Reopener reopener;
  TextTrainer trainer;
};

}  // namespace lectern::store::embedded
