#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/concurrency/batch_executor.h"
#include "base/result.h"

namespace lectern::store::elasticsearch {

/// Looks for the ids of many threads with few requests: what is asked while a look is on its way is
/// asked together in the next one. Thread-safe.
class IdLookupBatcher {
 public:
  /// Answers those of `ids` that are there.
  using Look = std::function<Result<std::vector<std::string>>(std::span<const std::string> ids,
                                                              Deadline deadline)>;

  explicit IdLookupBatcher(Look look);

  /// Those of `ids` that are there, as `look` sees it when it is called after this call began.
  /// Errors: those of `look`; unavailable when the deadline passes.
  Result<std::vector<std::string>> among(std::vector<std::string> ids, Deadline deadline);

 private:
  struct Question {
    std::vector<std::string> ids;
    Result<std::vector<std::string>> there;
  };
  using Questions = BatchExecutor<Question>::Jobs;

  void ask(const Questions& questions, Deadline deadline) const;

  const Look look_;
  BatchExecutor<Question> executor_;
};

}  // namespace lectern::store::elasticsearch
