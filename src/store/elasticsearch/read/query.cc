#include "store/elasticsearch/read/query.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <unordered_map>

#include <fmt/format.h>

#include "base/json/writer.h"
#include "base/time/micros.h"
#include "store/common/page_end.h"
#include "store/common/reference_resolver.h"
#include "store/elasticsearch/client/search.h"
#include "store/elasticsearch/read/lookup.h"
#include "store/elasticsearch/schema/statement_document.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;

// Below index.max_result_window, which is 10,000 unless an operator changed it.
constexpr std::size_t search_rows_max = 5'000;
/// A search for the newest rows gives up when it has met so many, and eight times what it wants.
constexpr std::size_t looked_at_min = 1'000;
constexpr std::size_t windowed_rows_max = 1'000;
/// Widths are powers of two of microseconds. A window this narrow is read whole, however many rows
/// are in it; one this wide has no lower bound.
constexpr int narrowest = 10;
constexpr int widest = 60;
constexpr int first_width = 26;  // a minute
constexpr int narrowing = 2, widening = 3;

/// Microseconds; nothing at or before `after`, nothing behind `through`.
struct Window {
  std::int64_t after = INT64_MIN;
  std::int64_t through = INT64_MAX;
};

struct Hits {
  std::vector<StoredStatement> rows;
  bool gave_up = false;  ///< there may be others, newer ones too
};

/// `width` before an instant; everything before it, when that is long enough.
std::int64_t below(std::int64_t instant, int width) {
  if (width >= widest) return INT64_MIN;
  const std::int64_t microseconds = std::int64_t{1} << width;
  return instant < INT64_MIN + microseconds ? INT64_MIN : instant - microseconds;
}

/// The least width that reaches from `after` to `through`.
int width_of(const Window& window) {
  const auto span =
      static_cast<std::uint64_t>(window.through) - static_cast<std::uint64_t>(window.after);
  return std::clamp(static_cast<int>(std::bit_width(span - 1)), narrowest, widest);
}

Result<StoredStatement> listed_of(Value hit, bool with_text) {
  const auto sort = hit.find("sort");
  if (!with_text) {
    const auto place = sort ? place_of(*sort) : std::nullopt;
    if (!place)
      return fail(Code::unavailable, "The database's answer was not understood",
                  "_search: expected the sort values of a hit");
    return StoredStatement{.position = *place};
  }
  const auto fields = hit.find("fields");
  const auto place = sort ? place_of(*sort) : std::nullopt;
  auto text = exact_text(hit);
  if (!place || !text)
    return fail(Code::unavailable, "The database's answer was not understood",
                "_search: expected the sort values and the text of a hit");
  return StoredStatement{.position = *place,
                         .json = std::move(*text),
                         .refers = fields->find("lectern.refers_to").has_value()};
}

/// Who carries a term, or bears the mark of store/common/reference_resolver.h where it may be
/// inherited.
void write_carrying(json::Writer& json, const xapi::Term& term) {
  const bool either = xapi::is_inheritable(term.kind);
  json.object().key(either ? "terms" : "term").object().key("lectern.terms");
  if (either)
    json.array().value(term.text()).value(inherits_more.text()).end();
  else
    json.value(term.text());
  json.end().end();
}

void write_within(json::Writer& json, const Window& window) {
  json.object().key("range").object().key("lectern.stored").object();
  json.member("gt", window.after).member("lte", window.through).end().end().end();
}

class Reading {
 public:
  Reading(Cluster& cluster, TargetIndex& target, const Filter& filter, const PageRequest& request,
          Deadline deadline)
      : cluster_(cluster),
        target_(target),
        filter_(filter),
        request_(request),
        deadline_(deadline),
        wanted_(request.rows_max + 1) {}

  Result<Page> run() {
    const bool small = wanted_ <= windowed_rows_max;
    const bool newest_first = !request_.ascending && small;
    // Who walks from the oldest on meets none that are in memory.
    from_memory_ = small && (!request_.ascending || !request_.after);
    in_slices_ = std::min(wanted_, search_rows_max) > target_.hints.rows_at_once();
    with_texts_ = !in_slices_ && (!from_memory_ || !target_.hints.texts_known(filter_.all_of));
    for (bool complete = false; !complete;) {
      const auto done = read(newest_first);
      if (!done && done.error().code == Code::too_large && with_texts_) {
        with_texts_ = false;
        in_slices_ = true;
        target_.hints.set_rows_at_once(wanted_ / 4);
        continue;
      }
      if (!done) return fail(done.error());
      TRY(complete, take_texts());
      with_texts_ = !in_slices_;  // rows were taken back in between
    }
    if (!rows_.empty() && !request_.ascending)
      target_.newest = std::max(target_.newest.load(), micros_of(rows_.front().position.stored));
    Page page;
    page.more = cut_ || rows_.size() > request_.rows_max;
    if (rows_.size() > request_.rows_max) rows_.resize(request_.rows_max);
    page.rows = std::move(rows_);
    end_by_bytes(page);
    return page;
  }

 private:
  Result<void> read(bool newest_first) {
    rows_.clear();
    bytes_ = 0;
    cut_ = false;
    after_ = request_.after;
    Window whole;
    if (filter_.since) whole.after = micros_of(*filter_.since);
    if (filter_.until) whole.through = micros_of(*filter_.until);
    if (newest_first) return read_windows(whole);
    const bool oldest = request_.ascending && !after_ && !filter_.since && filter_.all_of.empty();
    return oldest ? read_oldest(whole) : read_all(whole);
  }

  /// The oldest rows of all, up to where they reached the last time: the bound saves the server a
  /// look into each segment.
  Result<void> read_oldest(const Window& whole) {
    const Window before{whole.after, std::min(whole.through, target_.oldest_through.load())};
    RETURN_IF_ERROR(read_all(before));
    if (!is_full() && before.through < whole.through)
      RETURN_IF_ERROR(read_all({before.through, whole.through}));
    if (rows_.size() >= wanted_) target_.oldest_through = micros_of(rows_.back().position.stored);
    return {};
  }

  std::string body(const Window& window, std::size_t rows, std::size_t looked_at) const {
    json::Writer json;
    json.object().member("size", rows).member("terminate_after", looked_at);
    json.member("track_total_hits", false);
    json.raw_members(with_texts_ ? asking_for_texts() : R"("stored_fields":"_none_")");
    json.raw_member("sort", sort_by_place(request_.ascending ? "asc" : "desc"));
    json.key("query").object().key("bool").object().key("filter").array();
    write_within(json, window);
    for (const auto& term : filter_.all_of) write_carrying(json, term);
    json.end();
    if (!filter_.voided_too) json.raw_member("must_not", R"({"term":{"lectern.voided":true}})");
    json.end().end();
    if (after_) json.raw_member("search_after", sort_values(*after_));
    return json.end().take();
  }

  std::string_view asking_for_texts() const {
    return packed() ? R"("_source":true,"stored_fields":)"
                      R"(["lectern.packed","lectern.text","lectern.refers_to"])"
                    : R"("_source":false,"stored_fields":["lectern.text","lectern.refers_to"])";
  }

  bool packed() const { return target_.statements.layout == Layout::packed; }

  /// Up to `rows` rows of a window, behind those that were read already.
  Result<Hits> search(const Window& window, std::size_t rows, std::size_t looked_at) {
    // To filter an answer costs more than it spares where `_source` is in it.
    const std::string path = fmt::format(
        "/{}/_search?allow_partial_search_results=false{}", target_.statements.name,
        with_texts_ && packed()
            ? ""
            : "&filter_path=timed_out,hits.hits.fields,hits.hits.sort,terminated_early,error");
    const std::string question = body(window, rows, looked_at);
    Call call{"POST", path, question};
    if (with_texts_) call.answer_bytes_max = slice_bytes_max(rows);
    TRY(const auto reply, cluster_.expect_ok(call, deadline_));
    Hits hits;
    const auto early = reply.root().find("terminated_early");
    hits.gave_up = early && early->is(Type::boolean) && early->boolean();
    TRY(const auto all, hits_of(reply));
    if (all) {
      for (const Value hit : all->children()) {
        TRY(auto row, listed_of(hit, with_texts_));
        hits.rows.push_back(std::move(row));
      }
    }
    return hits;
  }

  void take(std::vector<StoredStatement> rows) {
    for (auto& row : rows) {
      bytes_ += row.json.size();
      rows_.push_back(std::move(row));
    }
    if (!rows_.empty()) after_ = rows_.back().position;
  }

  /// No more rows are needed: the last one will be cut off.
  bool is_full() const {
    return rows_.size() >= wanted_ || (bytes_ > page_bytes_max() && rows_.size() > 1);
  }

  Result<void> read_all(const Window& window) {
    while (!is_full()) {
      const std::size_t rows = std::min(wanted_ - rows_.size(), search_rows_max);
      TRY(auto hits, search(window, rows, 0));
      const bool last = hits.rows.size() < rows;
      take(std::move(hits.rows));
      if (last) break;
    }
    return {};
  }

  /// The newest rows, one window of time after the other.
  Result<void> read_windows(const Window& whole) {
    const auto question = QueryHints::page_kind(filter_.all_of, after_.has_value());
    const auto hint = target_.hints.window_log2(question);
    int width = hint.value_or(filter_.all_of.empty() ? first_width : QueryHints::unbounded);
    Window window = whole;
    if (after_) window.through = std::min(window.through, micros_of(after_->stored));
    // Hardly anything is above the newest row that was seen, so windows are measured from there.
    const std::int64_t newest =
        std::min(window.through, after_ ? INT64_MAX : target_.newest.load());
    window.after = std::max(below(newest, width), whole.after);
    for (bool first = true;; first = false) {
      TRY(auto hits, search(window, wanted_ - rows_.size(), looked_at()));
      if (hits.gave_up && width_of(window) > narrowest) {
        const bool split = window.through > newest && window.after < newest;
        const int looked_back = width_of(split ? Window{window.after, newest} : window);
        const bool unbounded = window.after == whole.after;
        width = std::min(looked_back - narrowing, unbounded ? usual_width() : widest);
        window.after = std::max(split ? newest : below(window.through, width), whole.after);
        continue;
      }
      if (hits.gave_up) {
        RETURN_IF_ERROR(read_all(window));
      } else {
        take(std::move(hits.rows));
      }
      if (is_full() || window.after == whole.after) {
        if (!first || !hint) remember(question, {window.after, newest});
        return {};
      }
      if (window.after < newest) width = std::min(width + widening, widest);
      window.through = window.after;
      window.after = std::max(below(window.through, width), whole.after);
    }
  }

  std::size_t looked_at() const { return std::max(looked_at_min, 8 * wanted_); }

  /// That of the newest rows of all, to begin with.
  int usual_width() const {
    return target_.hints.window_log2(QueryHints::page_kind({}, after_.has_value()))
        .value_or(first_width);
  }

  /// `read` is all that was looked at for a page.
  void remember(std::uint64_t question, const Window& read) {
    if (read.after == INT64_MIN)
      target_.hints.set_window_log2(question, QueryHints::unbounded);
    else if (rows_.size() >= wanted_)
      target_.hints.set_window_log2(question, width_of(read));
  }

  /// Gives each row its text, up to a page's bytes. False: one is not there any more.
  Result<bool> take_texts() {
    if (with_texts_) {
      note_sizes();
      if (!from_memory_) return true;
      std::vector<std::size_t> unknown;
      for (std::size_t i = 0; i < rows_.size(); ++i)
        if (!target_.texts.has(rows_[i].position)) unknown.push_back(i);
      target_.hints.note_texts(filter_.all_of, rows_.size() - unknown.size(), rows_.size());
      keep(unknown);
      return true;
    }
    auto missing = take_known_texts();
    if (from_memory_)
      target_.hints.note_texts(filter_.all_of, rows_.size() - missing.size(), rows_.size());
    if (missing.empty()) return true;
    TRY(const bool complete, read_texts(missing));
    if (!complete) return false;
    note_sizes();
    keep(missing);
    return true;
  }

  /// Reads the texts of these rows. Cuts the page off where they have a page's bytes.
  Result<bool> read_texts(std::vector<std::size_t>& missing) {
    std::vector<Uuid> ids;
    for (const std::size_t i : missing) ids.push_back(rows_[i].position.id);
    std::size_t ids_at_once = target_.hints.rows_at_once();
    TRY(auto read,
        look_up_texts(cluster_, target_.statements, ids, page_bytes_max(), ids_at_once, deadline_));
    std::unordered_map<Uuid, StoredStatement*> by_id;
    for (auto& one : read.rows) by_id.emplace(one.position.id, &one);
    if (read.ids < missing.size()) {
      cut_ = true;
      rows_.resize(missing[read.ids]);
      missing.resize(read.ids);
    }
    for (const std::size_t i : missing) {
      const auto one = by_id.find(rows_[i].position.id);
      if (one == by_id.end() || one->second->position != rows_[i].position) return false;
      rows_[i] = std::move(*one->second);
    }
    return true;
  }

  /// Which of the rows have no text in memory. Those that have may cut the page off.
  std::vector<std::size_t> take_known_texts() {
    std::vector<std::size_t> missing;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      auto text = target_.texts.find(rows_[i].position);
      if (!text) {
        missing.push_back(i);
        continue;
      }
      bytes += text->json.size();
      if (bytes > page_bytes_max() && i > 0) {
        cut_ = true;
        rows_.resize(i);
        break;
      }
      rows_[i].json = std::move(text->json);
      rows_[i].refers = text->label.flags != 0;
    }
    return missing;
  }

  void note_sizes() {
    std::size_t bytes = 0;
    for (const StoredStatement& row : rows_) bytes += row.json.size();
    const auto of_page = static_cast<double>(std::min(page_bytes_max(), SIZE_MAX / 4));
    if (bytes > 0)
      target_.hints.set_rows_at_once(
          1 + static_cast<std::size_t>(of_page * static_cast<double>(rows_.size()) /
                                       static_cast<double>(bytes)));
  }

  void keep(std::span<const std::size_t> rows) {
    // Who walks on meets rows that are seldom asked for, and should not drive out others.
    if (request_.after) return;
    std::vector<TextCache::Text> texts;
    for (const std::size_t i : rows)
      texts.push_back(
          target_.texts.text(rows_[i].position, rows_[i].json, rows_[i].refers ? 1 : 0));
    target_.texts.keep(std::move(texts));
  }

  Cluster& cluster_;
  TargetIndex& target_;
  const Filter& filter_;
  const PageRequest& request_;
  const Deadline deadline_;
  const std::size_t wanted_;
  bool from_memory_ = false;             // whether texts may be there
  bool with_texts_ = true;               // whether the searches fetch them
  bool in_slices_ = false;               // they would have too many bytes at once
  bool cut_ = false;                     // the page ends by its bytes
  std::size_t bytes_ = 0;                // of the texts that searches fetched
  std::optional<xapi::Position> after_;  // the last row that was read
  std::vector<StoredStatement> rows_;
};

}  // namespace

Result<Page> read_page(Cluster& cluster, TargetIndex& target, const Filter& filter,
                       const PageRequest& request, Deadline deadline) {
  return Reading(cluster, target, filter, request, deadline).run();
}

}  // namespace lectern::store::elasticsearch
