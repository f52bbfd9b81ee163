#include "http/request/accept.h"

#include <algorithm>

#include "base/text.h"
#include "http/wire/message.h"

namespace lectern::http {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Takes what stands before the first `separator` off the front.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const auto piece = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return trim(piece);
}

/// The weight of a range in thousandths, from its parameters: `q=0.8` is 800. Others do not count.
int weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    auto value = take(parameters, ';');
    if (!equal_without_case(take(value, '='), "q") || value.empty()) continue;
    int weight = value.front() == '1' ? 1000 : 0;
    int place = 100;
    for (const char c : value.substr(std::min<std::size_t>(value.size(), 2))) {
      if (c < '0' || c > '9' || weight == 1000) break;
      weight += (c - '0') * place;
      place /= 10;
    }
    return weight;
  }
  return 1000;
}

/// How closely a range names `type`: 3 itself, 2 its kind, 1 anything, 0 not.
int closeness(std::string_view range, std::string_view type) {
  if (equal_without_case(range, type)) return 3;
  if (range == "*/*") return 1;
  const auto kind = type.substr(0, type.find('/') + 1);
  return range.ends_with("/*") && equal_without_case(range.substr(0, range.size() - 1), kind) ? 2
                                                                                              : 0;
}

int wanted(std::string_view accept, std::string_view type) {
  int closest = 0, weight = 0;
  while (!accept.empty()) {
    auto parameters = take(accept, ',');
    const auto range = take(parameters, ';');
    const int close = closeness(range, type);
    if (close <= closest) continue;
    closest = close;
    weight = weight_of(parameters);
  }
  return weight;
}

}  // namespace

bool prefers_html(std::string_view accept) {
  return wanted(accept, "text/html") > wanted(accept, "application/json");
}

}  // namespace lectern::http
