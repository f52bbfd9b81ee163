#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json/json.h"

/// The events of Open edX as its own event-routing-backends converts them.
namespace lectern::models::openedx {

/// One event, from a tracking log (`event`, `time`) or from the event bus (`data`, `timestamp`).
/// The text that it was parsed from outlives it. Not thread-safe.
class Event {
 public:
  explicit Event(json::Value root);

  /// `name`, or `event_type` where older logs have no name; "" where there is neither.
  std::string_view name() const;

  /// What the members of `data` are read from: a log's `event`, also where it is JSON in a string.
  std::optional<json::Value> data() const { return data_; }

  /// What stands under a key: one with dots is a path from the root, any other is looked for at
  /// every level, as event-routing-backends does. Nothing where it is null, "", [] or {}.
  std::optional<json::Value> get(std::string_view key) const;
  /// The JSON pointer that a key means to whoever wrote the event.
  std::string pointer(std::string_view key) const;
  /// What stands at a path, null and empty values too.
  std::optional<json::Value> at(std::string_view path) const;

 private:
  std::optional<json::Value> child(std::string_view name) const;
  /// Looks at every level; the whole event is gone through once for each key.
  std::optional<json::Value> anywhere(std::string_view key) const;

  json::Value root_;
  std::unique_ptr<json::Document> parsed_;  // of an `event` that is JSON in a string
  std::optional<json::Value> data_;
  /// What anywhere() has found: the statements of a problem's questions ask for the same keys.
  mutable std::map<std::string, std::optional<json::Value>, std::less<>> found_;
};

/// What Python takes for true.
bool is_true(const std::optional<json::Value>& value);
/// A text as it is, other values as Python writes them; "" for nothing.
std::string text_of(const std::optional<json::Value>& value);

}  // namespace lectern::models::openedx
