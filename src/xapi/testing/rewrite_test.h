#pragma once

#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "base/json/json.h"

namespace lectern::xapi {

/// For tests: a text as a document. The test ends when it is no JSON.
std::unique_ptr<json::Document> read(std::string text);

/// For tests: writes statements in other words that mean the same (Data 2.3.1): other white space,
/// escapes, orders of members and of Group members, letter case where it does not count, default
/// objectTypes present or not, other definitions and displays, other things that the LRS sets.
class Rewriter {
 public:
  explicit Rewriter(unsigned seed) : random_(seed) {}

  /// Another text of a statement that means the same.
  std::string statement(json::Value statement);

 private:
  bool chance() { return random_() % 2 == 0; }
  void space();
  void value(json::Value value);
  void object(json::Value object);
  void array(json::Value array, bool any_order);
  void string(std::string_view text);
  void any_case(std::string_view text);
  void number(std::string_view token);
  void member(json::Value member);

  std::mt19937 random_;
  std::string out_;
};

/// A statement with a bit of everything that an Activity's statement may hold.
extern const std::string_view activity_statement;
/// The same for a SubStatement.
extern const std::string_view sub_statement_statement;

}  // namespace lectern::xapi
