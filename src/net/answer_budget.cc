#include "net/answer_budget.h"

namespace lectern::net {

AnswerBudget& all_answers() {
  static AnswerBudget budget(256UL * 1024 * 1024);
  return budget;
}

}  // namespace lectern::net
