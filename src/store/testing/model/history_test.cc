#include "store/testing/model/history.h"

#include <doctest/doctest.h>

namespace lectern::store::history {
namespace {

using namespace std::chrono_literals;
using Kind = DocumentOperation::Kind;

Uuid id(std::uint8_t number) {
  Uuid made;
  made.bytes[15] = number;
  return made;
}
Time at(int second) { return Time{1h} + std::chrono::seconds(second); }

/// Two statements of one batch, one that voids another, and readers between. All is well.
/// The clock of `stored` is that of the history.
History good() {
  History history;
  history.appends = {
      {1,
       {1s, 2s},
       1,
       {{id(1), "a"}, {id(2), "b"}},
       {Answer::stored, Answer::stored},
       {at(1), at(1) + 1us}},
      {2,
       {1s, 3s},
       2,
       {{id(2), "other"}, {id(3), "c"}},
       {Answer::conflict, Answer::refused},
       {Time{}, Time{}}},
      {2, {4s, 5s}, 3, {{id(4), "d"}}, {}, {}},
      {1, {5s, 6s}, 3, {{id(4), "d"}}, {Answer::known}, {Time{}}},
      {1, {7s, 8s}, 4, {{id(5), "void", id(1)}}, {Answer::stored}, {at(7)}},
      {1, {8s, 9s}, 5, {{id(6), "refers", {}, id(4)}}, {Answer::stored}, {at(8)}},
  };
  history.promises = {
      {1, {0s, 500ms}, at(0)}, {2, {3s, 4s}, at(3)}, {1, {9s, 9s}, at(9)}, {2, {9s, 9s}, at(2)}};
  history.promises.back().process = 3;
  const Seen a{id(1), "a", at(1)}, b{id(2), "b", at(1) + 1us}, d{id(4), "d", at(4)},
      v{id(5), "void", at(7)}, r{id(6), "refers", at(8)};
  auto voided = a;
  voided.voided = true;
  history.readings = {{{4s, 4s}, {}, at(3), true, {a, b}},
                      {{9s, 9s}, at(3), at(9), false, {r, v, d}},
                      {{10s, 11s}, {}, at(10), true, {b, d, v, r}}};
  history.looks = {{{2500ms, 3s}, {id(1), id(3)}, {a}},
                   {{11s, 12s}, {id(1), id(2), id(3), id(4), id(5), id(6)}, {voided, b, d, v, r}}};
  history.referring = {{{11s, 12s}, id(4), {id(4), id(6)}}};
  history.documents = {{Kind::put, {1s, 4s}, "key", "x", "", true},
                       {Kind::put, {1s, 4s}, "key", "y", "", false},
                       {Kind::get, {2s, 3s}, "key", "x"},
                       {Kind::put, {4s, 5s}, "key", "z", "x", {}},
                       {Kind::erase, {6s, 7s}, "key", "", "z", true},
                       {Kind::get, {7s, 8s}, "key", ""}};
  return history;
}

/// The one invariant that is broken, or all that is said.
std::string broken(const History& history) {
  const auto faults = faults_of(history);
  if (faults.empty()) return "";
  std::string all;
  for (const auto& fault : faults) all += fault + "\n";
  return all.substr(0, all.find(':'));
}

/// The last reading and look, in which the truth stands.
Reading& last_list(History& history) { return history.readings.back(); }
Look& last_look(History& history) { return history.looks.back(); }

template <typename Seens>
void drop(Seens& seens, const Uuid& which) {
  std::erase_if(seens, [&](const Seen& seen) { return seen.id == which; });
}

}  // namespace

TEST_CASE("a history that keeps all promises has no faults") { CHECK(broken(good()) == ""); }

TEST_CASE("a history must have been read to its end") {
  auto history = good();
  history.readings.clear();
  CHECK(broken(history) == "nobody read all of it in the end\n");
}

TEST_CASE("the history of what was acknowledged and is lost, changed or doubled has faults") {
  auto lost = good();
  for (auto& reading : lost.readings) drop(reading.rows, id(2));
  drop(last_look(lost).found, id(2));
  CHECK(broken(lost) == "W2");

  auto by_id_only = good();
  drop(last_list(by_id_only).rows, id(4));
  CHECK(broken(by_id_only) == "W2");

  auto not_found_at_once = good();
  not_found_at_once.looks.front().found.clear();
  CHECK(broken(not_found_at_once) == "W2");

  auto elsewhere = good();
  elsewhere.appends[0].stored[1] = at(1) + 5us;
  CHECK(broken(elsewhere) == "W2");

  auto twice = good();
  last_list(twice).rows.insert(last_list(twice).rows.begin(), last_list(twice).rows.front());
  CHECK(broken(twice) == "W6");

  auto two_winners = good();
  two_winners.appends[3].answers = {Answer::stored};
  two_winners.appends[3].stored = {at(4)};
  two_winners.appends[2].answers = {Answer::stored};
  two_winners.appends[2].stored = {at(4)};
  CHECK(broken(two_winners) == "W1");

  auto other_text = good();
  other_text.appends[1].answers = {Answer::known, Answer::refused};
  CHECK(broken(other_text) == "W1");

  auto nobody_else = good();
  nobody_else.appends[1].sent[0] = {id(9), "other"};
  CHECK(broken(nobody_else) == "W1");
}

TEST_CASE("the history of processes that differ about a statement has faults") {
  auto history = good();
  history.looks.push_back(last_look(history));
  last_look(history).found[1].text = "other";
  CHECK(broken(history) == "W1");
}

TEST_CASE("the history of a refused batch of which something stays has faults") {
  auto history = good();
  const Seen c{id(3), "c", at(2)};
  last_list(history).rows.insert(last_list(history).rows.begin() + 1, c);
  last_look(history).found.push_back(c);
  history.readings.erase(history.readings.begin());
  CHECK(broken(history) == "W8");
  // Where nobody was answered it may stay, but not half.
  history.appends[1].answers.clear();
  CHECK(broken(history) == "W11");
  history.appends[1].sent = {{id(3), "c"}};
  CHECK(broken(history) == "");
}

TEST_CASE("what a refused batch met under an id is not acknowledged by it, and may go") {
  auto history = good();
  const Append met{
      2, {2s, 3s}, 6, {{id(7), "e"}, {id(2), "other"}}, {Answer::known, Answer::conflict}, {}};
  history.appends.push_back(met);
  history.appends.back().stored = {Time{}, Time{}};
  const Append refused{
      1, {1s, 3s}, 7, {{id(7), "e"}, {id(1), "other"}}, {Answer::refused, Answer::conflict}, {}};
  history.appends.push_back(refused);
  history.appends.back().stored = {Time{}, Time{}};
  CHECK(broken(history) == "");
  history.appends[history.appends.size() - 2].answers = {Answer::known, Answer::known};
  CHECK(broken(history) != "");
}

TEST_CASE("the history of a promise that goes back within a process has faults") {
  auto history = good();
  history.promises.push_back({2, {5s, 6s}, at(3) - 1us});
  CHECK(broken(history) == "W3");
  history.promises.back().span.begun = 3500ms;  // as the other one
  CHECK(broken(history) == "");
}

TEST_CASE("the history of a statement that appears behind a promise has faults") {
  auto stored_behind = good();
  stored_behind.promises.push_back({9, {6s, 6s}, at(7)});
  CHECK(broken(stored_behind) == "W4");

  auto late = good();  // nobody who asked was answered before it came
  drop(late.readings[1].rows, id(4));
  CHECK(broken(late) == "W4");

  auto gone = good();
  gone.readings[1].rows.push_back({id(7), "gone", at(4) - 1us});
  CHECK(broken(gone) == "W5");

  auto out_of_order = good();
  std::swap(out_of_order.readings[1].rows[0], out_of_order.readings[1].rows[1]);
  CHECK(broken(out_of_order) == "W6");

  auto outside = good();
  outside.readings[1].until = at(7);
  CHECK(broken(outside) == "W6");
}

TEST_CASE(
    "the history of a voiding statement without effect, or of an effect without one, has faults") {
  auto listed = good();
  last_list(listed).rows.insert(last_list(listed).rows.begin(), {id(1), "a", at(1)});
  CHECK(broken(listed) == "W2");

  auto not_voided = good();
  last_look(not_voided).found[0].voided = false;
  last_list(not_voided).rows.insert(last_list(not_voided).rows.begin(), {id(1), "a", at(1)});
  CHECK(broken(not_voided) == "W2");

  auto refused = good();
  refused.appends[4] = {1, {7s, 8s}, 4, {{id(2), "void", id(1)}}, {Answer::conflict}, {Time{}}};
  for (auto& reading : refused.readings) drop(reading.rows, id(5));
  drop(last_look(refused).found, id(5));
  CHECK(broken(refused) == "W4");  // a reader missed it
}

TEST_CASE("the history of a reference that is not handed on has faults") {
  auto history = good();
  history.referring[0].ids = {id(4)};
  CHECK(broken(history) == "W2");
  history.referring[0].ids = {id(4), id(5), id(6)};
  CHECK(broken(history) == "W2");
}

TEST_CASE("documents that no order explains have faults") {
  const DocumentOperation first{Kind::put, {1s, 2s}, "key", "a", "", true};
  const DocumentOperation second{Kind::put, {3s, 4s}, "key", "b", "a", true};
  const DocumentOperation unknown{Kind::put, {3s, 4s}, "key", "c", {}, {}};
  const auto got = [](Moment begun, Moment ended, const std::string& value) {
    return DocumentOperation{Kind::get, {begun, ended}, "key", value};
  };
  CHECK(fault_of_document({}) == "");
  CHECK(fault_of_document({first, second, got(5s, 6s, "b")}) == "");
  CHECK(fault_of_document({first, second, got(5s, 6s, "a")}) != "");  // it was written over
  CHECK(fault_of_document({first, got(5s, 6s, "")}) != "");           // it is lost
  CHECK(fault_of_document({got(0s, 500ms, "a"), first}) != "");       // before it was written
  auto same = second;
  same.value = "d";
  CHECK(fault_of_document({first, second, same}) != "");  // both in its place
  same.done = false;
  CHECK(fault_of_document({first, second, same}) == "");
  CHECK(fault_of_document({first, second, unknown, got(9s, 9s, "c"), got(10s, 11s, "c")}) == "");
  CHECK(fault_of_document({first, second, unknown, got(9s, 9s, "b"), got(10s, 11s, "c")}) == "");
  CHECK(fault_of_document({first, second, unknown, got(9s, 9s, "c"), got(10s, 11s, "b")}) != "");
}

}  // namespace lectern::store::history
