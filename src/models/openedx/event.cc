#include "models/openedx/event.h"

#include "models/openedx/python_texts.h"

namespace lectern::models::openedx {
namespace {

using json::Type;
using json::Value;

std::optional<Value> member(const std::optional<Value>& object, std::string_view key) {
  if (!object || !object->is(Type::object)) return std::nullopt;
  return object->find(key);
}

bool is_empty(const Value& value) {
  switch (value.type()) {
    case Type::null:
      return true;
    case Type::string:
      return value.string().empty();
    case Type::array:
    case Type::object:
      return value.size() == 0;
    default:
      return false;
  }
}

/// The first one in the order of the text that is not null; an object's own member comes first.
std::optional<Value> found_in(const Value& object, std::string_view key) {
  if (const auto own = object.find(key)) return own;
  for (const Value child : object.children()) {
    if (!child.is(Type::object)) continue;
    if (const auto found = found_in(child, key); found && !found->is(Type::null)) return found;
  }
  return std::nullopt;
}

}  // namespace

Event::Event(Value root) : root_(root) {
  const auto event = root.find("event");
  data_ = event ? event : root.find("data");
  if (!event || !event->is(Type::string)) return;
  auto parsed = json::parse_view(event->string(), {.bounded = false, .lenient = true});
  if (!parsed) return;
  parsed_ = std::move(*parsed);
  data_ = parsed_->root();
}

std::string_view Event::name() const {
  for (const std::string_view key : {"name", "event_type"})
    if (const auto name = root_.find(key); name && name->is(Type::string)) return name->string();
  return "";
}

std::optional<Value> Event::child(std::string_view name) const {
  if (name == "data") return data_;
  const auto own = root_.find(name);
  return own || name != "timestamp" ? own : root_.find("time");
}

std::optional<Value> Event::at(std::string_view path) const {
  std::size_t dot = path.find('.');
  auto found = child(path.substr(0, dot));
  while (dot != std::string_view::npos) {
    path.remove_prefix(dot + 1);
    dot = path.find('.');
    found = member(found, path.substr(0, dot));
  }
  return found;
}

std::optional<Value> Event::anywhere(std::string_view key) const {
  if (const auto known = found_.find(key); known != found_.end()) return known->second;
  auto found = found_in(root_, key);
  if (!found && data_ && data_->is(Type::object)) found = found_in(*data_, key);
  found_.emplace(key, found);
  return found;
}

std::optional<Value> Event::get(std::string_view key) const {
  std::optional<Value> found;
  if (key.find('.') != std::string_view::npos) {
    found = at(key);
  } else {
    found = child(key);
    if (!found) found = anywhere(key);
  }
  return found && !is_empty(*found) ? found : std::nullopt;
}

std::string Event::pointer(std::string_view key) const {
  std::string out = "/" + std::string(key);
  for (char& c : out)
    if (c == '.') c = '/';
  constexpr std::string_view data = "/data";
  if (out.starts_with(data) && root_.find("event")) out.replace(0, data.size(), "/event");
  return out;
}

bool is_true(const std::optional<Value>& value) {
  if (!value || is_empty(*value)) return false;
  if (value->is(Type::boolean)) return value->boolean();
  return !value->is(Type::number) || value->as_double() != 0;
}

std::string text_of(const std::optional<Value>& value) {
  return value ? python_string(*value) : std::string();
}

}  // namespace lectern::models::openedx
