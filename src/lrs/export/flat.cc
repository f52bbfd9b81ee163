#include "lrs/export/flat.h"

#include <utility>

#include "base/json/writer.h"
#include "xapi/facts.h"

namespace lectern::lrs {
namespace {

/// Fills a row's cells one by one, in the order of flat_columns.
class Filler {
 public:
  explicit Filler(FlatRow& row) : row_(row) {}

  void text(std::optional<std::string_view> text) {
    Cell& cell = next();
    cell.there = text.has_value();
    if (text) cell.text = *text;
  }
  /// A text that is "" where it is not there.
  void some_text(std::string_view text) {
    this->text(text.empty() ? std::nullopt : std::optional(text));
  }
  void instant(std::optional<Time> at) {
    Cell& cell = next();
    cell.there = at.has_value();
    if (at) cell.instant = *at;
  }
  void number(std::optional<double> number) {
    Cell& cell = next();
    cell.there = number.has_value();
    if (number) cell.number = *number;
  }
  void boolean(std::optional<bool> value) {
    Cell& cell = next();
    cell.there = value.has_value();
    if (value) cell.boolean = *value;
  }

 private:
  Cell& next() { return row_.at(at_++); }

  FlatRow& row_;
  std::size_t at_ = 0;
};

std::optional<std::string_view> text_at(json::Value object, std::string_view key) {
  const auto member = object.find(key);
  return member && member->is(json::Type::string) ? std::optional(member->string()) : std::nullopt;
}

std::optional<std::string_view> text_at(json::Value object, std::string_view key,
                                        std::string_view inner) {
  const auto member = object.find(key);
  return member && member->is(json::Type::object) ? text_at(*member, inner) : std::nullopt;
}

std::string list_text(const std::vector<std::string_view>& list) {
  json::Writer json;
  json.array();
  for (const auto one : list) json.value(one);
  return json.end().take();
}

}  // namespace

FlatRow flat_row(const store::StoredStatement& stored, json::Value statement) {
  const auto facts = xapi::facts_of(statement);
  FlatRow row;
  Filler fill(row);
  fill.text(text_at(statement, "id"));
  fill.instant(stored.position.stored);
  fill.instant(facts.timestamp);
  fill.text(text_at(statement, "timestamp"));
  fill.some_text(facts.actor);
  fill.some_text(facts.verb);
  fill.text(text_at(statement, "object", "objectType").value_or("Activity"));
  fill.some_text(facts.activity);
  fill.some_text(facts.activity_type);
  fill.some_text(facts.courses.empty() ? std::string_view() : facts.courses.front());
  fill.some_text(facts.courses.empty() ? std::string() : list_text(facts.courses));
  fill.some_text(facts.registration);
  fill.text(text_at(statement, "context", "platform"));
  fill.text(text_at(statement, "context", "language"));
  fill.boolean(facts.success);
  fill.boolean(facts.completion);
  fill.number(facts.scaled);
  fill.number(facts.raw);
  fill.number(facts.min);
  fill.number(facts.max);
  fill.number(facts.duration_s);
  fill.some_text(facts.duration);
  fill.text(text_at(statement, "result", "response"));
  fill.some_text(facts.authority);
  fill.some_text(facts.version);
  fill.text(std::string_view(stored.json));
  return row;
}

}  // namespace lectern::lrs
