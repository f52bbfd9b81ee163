#pragma once

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

#include "store/clickhouse/write/append_request.h"
#include "store/clickhouse/write/row_encoding.h"

/// What the parts of a flush say of their rows, and the times that they share.
namespace lectern::store::clickhouse {

/// Of one try to settle a doubt.
inline constexpr std::chrono::milliseconds settle_max{1'000};
/// Of the server, at an insert into Ralph's table and into all views on it.
inline constexpr std::chrono::seconds views_max{300};

/// All rows of all requests.
inline std::vector<const Row*> pointers(const AppendRequests& requests) {
  std::vector<const Row*> rows;
  for (const auto& request : requests)
    for (const Row& row : request->rows) rows.push_back(&row);
  return rows;
}

/// The row of a request, as it is to be written.
inline NewRow new_row(const AppendRequest& request, std::size_t i) {
  return {&request.rows[i], &request.hashes[i], request.completes};
}

/// A row without its text.
inline Row without_text(const Row& row) {
  Row light;
  light.id = row.id;
  light.terms = row.terms;
  light.refers_to = row.refers_to;
  light.voids = row.voids;
  light.stored = row.stored;
  light.fingerprint = row.fingerprint;
  return light;
}

/// Takes the requests that `is` holds for out of `requests`.
template <typename Is>
AppendRequests take(AppendRequests& requests, const Is& is) {
  const auto kept = std::stable_partition(requests.begin(), requests.end(),
                                          [&](const auto& request) { return !is(*request); });
  AppendRequests taken(std::make_move_iterator(kept), std::make_move_iterator(requests.end()));
  requests.erase(kept, requests.end());
  return taken;
}

/// Whether `is` holds for the id of any of its rows.
template <typename Is>
bool any_row(const AppendRequest& request, const Is& is) {
  return std::any_of(request.rows.begin(), request.rows.end(),
                     [&](const Row& row) { return is(row.id); });
}

/// Two processes that collided come back at different moments.
inline std::chrono::milliseconds put_off_for() {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::chrono::milliseconds{20 + static_cast<int>(random() % 40)};
}

}  // namespace lectern::store::clickhouse
