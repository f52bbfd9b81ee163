#include "store/elasticsearch/pages.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "store/elasticsearch/kept.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;

// Below index.max_result_window, which is 10,000 unless an operator changed it.
constexpr std::size_t search_rows_max = 5'000;
/// Rows that a search for the newest ones may look at, and those that it may be asked for.
constexpr std::size_t looked_at_max = 10'000;
constexpr std::size_t windowed_rows_max = 1'000;
/// Microseconds: a window this narrow is read whole, however many rows are in it.
constexpr std::int64_t narrowest = 1'000;
constexpr std::int64_t widest = std::int64_t{1} << 58;
constexpr std::int64_t widening = 8;

/// Microseconds; nothing at or before `after`, nothing behind `through`.
struct Window {
  std::int64_t after = INT64_MIN;
  std::int64_t through = INT64_MAX;
};

struct Hits {
  std::vector<Listed> rows;
  bool gave_up = false;  ///< there may be others, newer ones too
};

Result<Listed> listed_of(Value hit) {
  const auto sort = hit.find("sort");
  const auto fields = hit.find("fields");
  const auto texts = fields ? fields->find("lectern.text") : std::nullopt;
  const auto place = sort ? place_of(*sort) : std::nullopt;
  if (!place || !texts || texts->size() != 1)
    return fail(Code::unavailable, "The database gives a strange answer");
  Listed row;
  row.position = *place;
  for (const Value text : texts->children()) row.json = text.string();
  row.refers = fields->find("lectern.refers_to").has_value();
  return row;
}

class Reading {
 public:
  Reading(Cluster& cluster, Place& place, const Filter& filter, const PageRequest& request,
          Deadline deadline)
      : cluster_(cluster),
        place_(place),
        filter_(filter),
        request_(request),
        deadline_(deadline),
        wanted_(request.rows_max + 1) {}

  Result<Page> run() {
    Window whole;
    if (filter_.since) whole.after = microseconds(*filter_.since);
    if (filter_.until) whole.through = microseconds(*filter_.until);
    after_ = request_.after;
    if (request_.ascending || wanted_ > windowed_rows_max) {
      RETURN_IF_ERROR(read_all(whole));
    } else {
      TRY(auto hits, search(whole, wanted_, looked_at_max));
      if (hits.gave_up)
        RETURN_IF_ERROR(read_windows(whole));
      else
        rows_ = std::move(hits.rows);
    }
    if (!rows_.empty() && !request_.ascending)
      place_.newest = std::max(place_.newest.load(), microseconds(rows_.front().position.stored));
    Page page;
    page.more = rows_.size() > request_.rows_max;
    if (page.more) rows_.resize(request_.rows_max);
    page.rows = std::move(rows_);
    return page;
  }

 private:
  std::string body(const Window& window, std::size_t rows, std::size_t looked_at) const {
    const std::string_view order = request_.ascending ? "asc" : "desc";
    std::string body = fmt::format(
        R"({{"size":{},"terminate_after":{},"track_total_hits":false,)"
        R"("stored_fields":["lectern.text","lectern.refers_to"],"sort":[{}],)"
        R"("query":{{"bool":{{"filter":[{{"range":{{"lectern.stored":{{"gt":{},"lte":{}}}}}}})",
        rows, looked_at, sort_by_place(order), window.after, window.through);
    for (const auto& term : filter_.all_of) {
      body += R"(,{"term":{"lectern.terms":)";
      json::append_quoted(body, term);
      body += "}}";
    }
    body += ']';
    if (!filter_.voided_too) body += R"(,"must_not":{"term":{"lectern.voided":true}})";
    body += "}}";
    if (after_) body += ",\"search_after\":" + sort_values(*after_);
    return body += '}';
  }

  /// Up to `rows` rows of a window, behind those that were read already.
  Result<Hits> search(const Window& window, std::size_t rows, std::size_t looked_at) {
    const std::string path = fmt::format(
        "/{}/_search?allow_partial_search_results=false&"
        "filter_path=hits.hits.fields,hits.hits.sort,terminated_early",
        place_.names.statements);
    const std::string question = body(window, rows, looked_at);
    TRY(const auto reply, cluster_.expect_ok({"POST", path, question}, deadline_));
    Hits hits;
    const auto early = reply.root().find("terminated_early");
    hits.gave_up = early && early->is(Type::boolean) && early->boolean();
    const auto outer = reply.root().find("hits");
    if (const auto all = outer ? outer->find("hits") : std::nullopt) {
      for (const Value hit : all->children()) {
        TRY(auto row, listed_of(hit));
        hits.rows.push_back(std::move(row));
      }
    }
    return hits;
  }

  void take(std::vector<Listed> rows) {
    for (auto& row : rows) rows_.push_back(std::move(row));
    if (!rows_.empty()) after_ = rows_.back().position;
  }

  Result<void> read_all(const Window& window) {
    while (rows_.size() < wanted_) {
      const std::size_t rows = std::min(wanted_ - rows_.size(), search_rows_max);
      TRY(auto hits, search(window, rows, 0));
      const bool last = hits.rows.size() < rows;
      take(std::move(hits.rows));
      if (last) break;
    }
    return {};
  }

  Result<void> read_windows(const Window& whole) {
    std::int64_t width = place_.window_width;
    Window window = whole;
    if (after_) window.through = std::min(window.through, microseconds(after_->stored));
    // Nothing is known to be above the newest row, so that part is looked at first, by itself.
    const std::int64_t newest = place_.newest;
    bool learned = newest >= window.through;
    window.after = std::max(learned ? below(window.through, width) : newest, whole.after);
    for (;;) {
      TRY(auto hits, search(window, wanted_ - rows_.size(), looked_at_max));
      if (hits.gave_up && window.through - window.after > narrowest) {
        width = std::max((window.through - window.after) / widening, narrowest);
        learned = true;
        window.after = std::max(below(window.through, width), whole.after);
        continue;
      }
      if (hits.gave_up) {
        RETURN_IF_ERROR(read_all(window));
      } else {
        take(std::move(hits.rows));
      }
      if (rows_.size() >= wanted_ || window.after == whole.after) break;
      if (learned) width = std::min(width * widening, widest);
      learned = true;
      window.through = window.after;
      window.after = std::max(below(window.through, width), whole.after);
    }
    place_.window_width = width;
    return {};
  }

  /// `width` before an instant; everything before it, when that is long enough.
  static std::int64_t below(std::int64_t instant, std::int64_t width) {
    return width >= widest || instant < INT64_MIN + width ? INT64_MIN : instant - width;
  }

  Cluster& cluster_;
  Place& place_;
  const Filter& filter_;
  const PageRequest& request_;
  const Deadline deadline_;
  const std::size_t wanted_;
  std::optional<xapi::Position> after_;  // the last row that was read
  std::vector<Listed> rows_;
};

}  // namespace

Result<Page> read_page(Cluster& cluster, Place& place, const Filter& filter,
                       const PageRequest& request, Deadline deadline) {
  return Reading(cluster, place, filter, request, deadline).run();
}

}  // namespace lectern::store::elasticsearch
