#include "store/clickhouse/write/view_refusal.h"

#include <algorithm>

namespace lectern::store::clickhouse {
namespace {

constexpr std::string_view pushing_to = ": while pushing to view ";

}  // namespace

std::vector<std::string> views_of(const Error& error) {
  std::vector<std::string> views;
  for (auto at = error.detail.find(pushing_to); at != std::string::npos;
       at = error.detail.find(pushing_to, at + 1)) {
    auto name = error.detail.substr(at + pushing_to.size());
    name.resize(std::min(name.size(), name.find_first_of(" (,:")));
    if (name.ends_with('.')) name.pop_back();
    views.push_back(std::move(name));
  }
  return views;
}

Error refused_by_view(const Error& error) {
  constexpr std::string_view before = "DB::Exception: ";
  constexpr std::size_t reason_bytes_max = 300;
  const auto begin = error.detail.find(before);
  const auto from = begin == std::string::npos ? 0 : begin + before.size();
  const auto reason = error.detail.substr(from, error.detail.find(pushing_to) - from);
  Error refused;
  refused.message =
      "The view " + views_of(error).front() +
      " of ClickHouse does not take the statements: " + reason.substr(0, reason_bytes_max);
  refused.detail = error.detail;
  return refused;
}

}  // namespace lectern::store::clickhouse
