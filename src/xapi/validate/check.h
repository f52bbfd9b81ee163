#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json/json.h"
#include "base/result.h"
#include "xapi/version.h"

namespace lectern::xapi {

/// One walk over a statement. Every check returns whether the value keeps the rule; the first one
/// that does not is kept as the Error. A walk that finds no fault allocates nothing.
class Check {
 public:
  explicit Check(Version version) : version_(version) {}

  Version version() const { return version_; }
  /// The first fault, if there was one.
  Result<void> result() &&;

  /// Keeps the fault of `at`; false, for the caller to return.
  bool refuse(json::Value at, std::string_view rule, std::string message);
  /// The fault of an object that lacks a property it must have.
  bool missing(json::Value object, std::string_view rule, std::string_view key);

  /// A value of this type. The message names the property, and null as never allowed (Data 2.2).
  bool is(json::Value value, json::Type type, std::string_view rule);
  bool is_iri(json::Value value, std::string_view rule);
  bool is_uuid(json::Value value, std::string_view rule);
  bool is_timestamp(json::Value value, std::string_view rule);
  /// A string that is exactly this one.
  bool is_exactly(json::Value value, std::string_view text, std::string_view rule);
  /// Language tags to strings (Data 4.2).
  bool is_language_map(json::Value value, std::string_view rule);
  /// IRIs to anything at all, null too (Data 4.1).
  bool is_extensions(json::Value value);

 private:
  Version version_;
  std::optional<Error> fault_;
};

/// A client's text as a message repeats it: in quotes, a long one cut between two characters.
std::string shown(std::string_view text);

/// How messages call a value: its key in quotes, or `element 3` in an array, or `the value`.
std::string name_of(json::Value value);

}  // namespace lectern::xapi
