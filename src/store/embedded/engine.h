#pragma once

#include <memory>
#include <string>

#include "store/embedded/committer.h"
#include "store/embedded/database.h"
#include "store/embedded/file_joiner.h"

namespace lectern::store::embedded {

/// An opened folder and the threads that write to it; its statements and its documents share one.
struct Engine {
  Engine(std::unique_ptr<Database> opened, Time newest_stored)
      : database(std::move(opened)), committer(*database, newest_stored), joiner(*database) {}

  static Result<std::shared_ptr<Engine>> open(const std::string& folder);

  std::unique_ptr<Database> database;
  Committer committer;
  FileJoiner joiner;
};

}  // namespace lectern::store::embedded
