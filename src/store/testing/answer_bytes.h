#pragma once

#include <chrono>
#include <cstddef>
#include <future>
#include <thread>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include "net/answer_budget.h"

namespace lectern::store::contract {

/// Another bound on the bytes of all answers of databases, for a while.
class AnswerBytes {
 public:
  explicit AnswerBytes(std::size_t bytes_max) { net::all_answers().set_bytes_max(bytes_max); }
  ~AnswerBytes() { net::all_answers().set_bytes_max(before_); }
  AnswerBytes(const AnswerBytes&) = delete;
  AnswerBytes& operator=(const AnswerBytes&) = delete;

 private:
  const std::size_t before_ = net::all_answers().bytes_max();
};

/// Asks a database that answers `answer_bytes` to each call: of several calls at once no more are
/// answered than may have their answers at a time, the others are `unavailable`, and when these
/// are done with, one is answered again. `ask` makes a call; what it answers takes the memory.
template <typename Ask>
void check_answers_share_a_budget(std::size_t answer_bytes, const Ask& ask) {
  using Answer = std::invoke_result_t<Ask>;
  constexpr std::size_t calls = 6, fitting = 2;
  const AnswerBytes bound(fitting * answer_bytes + answer_bytes / 2);
  {
    std::vector<std::future<Answer>> under_way;
    for (std::size_t i = 0; i < calls; ++i)
      under_way.push_back(std::async(std::launch::async, ask));
    std::vector<Answer> answers;  // held until the last call is answered
    for (auto& one : under_way) answers.push_back(one.get());
    std::size_t answered = 0;
    for (const auto& answer : answers) {
      if (answer)
        ++answered;
      else
        CHECK(answer.error().code == Code::unavailable);
    }
    CHECK(answered >= 1);
    CHECK(answered <= fitting);
    CHECK(net::all_answers().taken() >= answered * answer_bytes);
    CHECK(net::all_answers().taken() <= net::all_answers().bytes_max());
  }
  CHECK(net::all_answers().taken() < answer_bytes);
  bool again = false;
  // Who was refused may take the database to be away for a moment.
  for (int i = 0; i < 100 && !again; ++i) {
    again = ask().has_value();
    if (!again) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  CHECK(again);
}

}  // namespace lectern::store::contract
