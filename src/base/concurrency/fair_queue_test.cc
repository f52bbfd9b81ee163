#include "base/concurrency/fair_queue.h"

#include <string>

#include <doctest/doctest.h>

namespace lectern {
namespace {

using Queue = FairQueue<std::string, int>;

TEST_CASE("parties take turns, and each party's items keep their order") {
  Queue queue;
  for (int item : {1, 2, 3}) queue.push("a", item);
  queue.push("b", 10);
  CHECK(queue.size() == 4);
  CHECK(queue.pop() == 1);
  CHECK(queue.pop() == 10);
  queue.push("b", 11);  // behind a's turn, since b had its own
  CHECK(queue.pop() == 2);
  CHECK(queue.pop() == 11);
  CHECK(queue.pop() == 3);
  CHECK(queue.empty());
}

TEST_CASE("an item that is put back comes next") {
  Queue queue;
  for (int item : {1, 2}) queue.push("a", item);
  queue.push("b", 10);
  const int first = queue.pop();
  queue.push_front("a", first);
  CHECK(queue.pop() == 1);
  CHECK(queue.pop() == 10);
  CHECK(queue.pop() == 2);
}

TEST_CASE("an item that is taken out does not come, and costs nobody a turn") {
  Queue queue;
  queue.push("a", 1);
  queue.push("b", 10);
  queue.push("b", 11);
  queue.erase("a", 1);
  queue.erase("b", 10);
  queue.erase("c", 5);
  CHECK(queue.size() == 1);
  CHECK(queue.pop() == 11);
  CHECK(queue.empty());
}

}  // namespace
}  // namespace lectern
