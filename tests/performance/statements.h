#pragma once

#include <cstdint>
#include <string>

namespace lectern::performance {

/// Statements as a course platform sends them, each made from the seed and its number alone:
/// whoever queries knows what was loaded without a list of it.
struct Dealer {
  std::uint64_t seed = 1;
  std::uint64_t learners = 20'000;
  std::uint64_t activities = 2'000;  ///< a course has twenty

  /// A number in [0, n), of the seed, what it is for, and a number.
  std::uint64_t draw(std::uint64_t purpose, std::uint64_t number, std::uint64_t n) const;
  /// What one can ask for of statement number `number`.
  std::string id(std::uint64_t number) const;
  std::string agent(std::uint64_t number) const;  ///< as the parameter has it, in JSON
  std::string verb(std::uint64_t number) const;
  std::string activity(std::uint64_t number) const;
  std::string course(std::uint64_t number) const;
  std::string registration(std::uint64_t number) const;
  /// Its JSON: 1.2 KB on average.
  std::string json(std::uint64_t number) const;
  /// The JSON of `count` statements from `first` on, as an array.
  std::string batch(std::uint64_t first, std::uint64_t count) const;
};

}  // namespace lectern::performance
