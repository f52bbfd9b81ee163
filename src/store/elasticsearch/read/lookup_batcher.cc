#include "store/elasticsearch/read/lookup_batcher.h"

#include <algorithm>
#include <unordered_set>

namespace lectern::store::elasticsearch {
namespace {

constexpr std::size_t ids_max = 1000;  // of one request

}  // namespace

IdLookupBatcher::IdLookupBatcher(Look look)
    : look_(std::move(look)),
      executor_({1, ids_max}, [this](const Questions& questions, Deadline deadline) {
        ask(questions, deadline);
      }) {}

Result<std::vector<std::string>> IdLookupBatcher::among(std::vector<std::string> ids,
                                                        Deadline deadline) {
  const auto question = std::make_shared<Question>();
  const std::size_t weight = ids.size();
  question->ids = std::move(ids);
  if (!executor_.submit(question, weight, deadline))
    return fail(Code::unavailable, "The database is too slow");
  return std::move(question->there);
}

void IdLookupBatcher::ask(const Questions& questions, Deadline deadline) const {
  std::vector<std::string> ids;
  for (const auto& question : questions)
    ids.insert(ids.end(), question->ids.begin(), question->ids.end());
  const auto there = look_(ids, deadline);
  if (!there) {
    for (const auto& question : questions) question->there = fail(there.error());
    return;
  }
  const std::unordered_set<std::string_view> all(there->begin(), there->end());
  for (const auto& question : questions) {
    question->there = std::vector<std::string>();
    if (all.empty()) continue;
    std::copy_if(question->ids.begin(), question->ids.end(), std::back_inserter(*question->there),
                 [&](const std::string& id) { return all.contains(id); });
  }
}

}  // namespace lectern::store::elasticsearch
