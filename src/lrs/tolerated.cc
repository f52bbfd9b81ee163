#include "lrs/tolerated.h"

#include "base/log.h"

namespace lectern::lrs {

void Tolerated::add(const auth::Principal& principal, std::string_view statement_pointer,
                    const Error& fault) {
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
  }
  if (!kinds_.add(principal, statement_pointer, fault)) return;
  const auto pointer = pointer_within(statement_pointer, fault);
  log::warning(
      "a statement of user {} breaks {} at {} and was taken, since LRS_VALIDATION is "
      "ralph: {} (more of the same are told at /xAPI/extensions/tolerated only)",
      principal.username, fault.rule, pointer.empty() ? "its root" : pointer, fault.message);
}

}  // namespace lectern::lrs
