#include "lrs/tolerated.h"

#include "base/log.h"

namespace lectern::lrs {

void Tolerated::add(std::string_view username, std::string_view statement_pointer,
                    const Error& fault) {
  std::string_view pointer = fault.path;
  if (pointer.starts_with(statement_pointer)) pointer.remove_prefix(statement_pointer.size());
  bool is_first = false;
  {
    const MutexLock lock(mutex_);
    // Rules are those of the standard's sections, so their number is bounded by itself.
    auto*& counter = counters_[fault.rule];
    if (counter == nullptr)
      counter =
          &registry_.counter("lectern_tolerated_statements_total",
                             "Statements that break the standard and were taken as Ralph takes "
                             "them, by the first rule that each breaks",
                             {{"rule", fault.rule}});
    counter->add();
    const std::pair key{fault.rule, std::string(username)};
    auto at = kinds_.find(key);
    if (at == kinds_.end()) {
      if (kinds_.size() >= kinds_max) return;
      at = kinds_.emplace(key, Kind{fault.rule, key.second, fault.message, std::string(pointer)})
               .first;
      is_first = true;
    }
    ++at->second.count;
    at->second.last = now();
  }
  if (is_first)
    log::warning(
        "a statement of user {} breaks {} at {} and was taken, since LRS_VALIDATION is "
        "ralph: {} (more of the same are told at /xAPI/extensions/tolerated only)",
        username, fault.rule, pointer.empty() ? "its root" : pointer, fault.message);
}

std::vector<Tolerated::Kind> Tolerated::list(std::string_view username) const {
  const MutexLock lock(mutex_);
  std::vector<Kind> all;
  for (const auto& [key, kind] : kinds_)
    if (username.empty() || kind.username == username) all.push_back(kind);
  return all;
}

}  // namespace lectern::lrs
