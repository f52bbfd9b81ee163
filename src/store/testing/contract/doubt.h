#pragma once

#include <string>

#include "store/testing/contract/contract.h"

namespace lectern::store::contract {

/// A database of which a single request can be made to fail.
struct DoubtfulRemote {
  std::string server;                         ///< the real one, as host:port
  std::function<Remote::EmptyStore()> place;  ///< called once for each property
  std::string write;                          ///< a text in the request that stores rows
  std::string take_back;                      ///< and in the one that takes them back
  std::string share;                          ///< and in the one that says that they stay
};

/// What holds when it is not known what became of a write (docs/CONSISTENCY.md, W8 to W12).
void check_doubts(const DoubtfulRemote& remote);

}  // namespace lectern::store::contract
