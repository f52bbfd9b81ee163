#include "store/embedded/page_query.h"

#include <algorithm>

#include <rocksdb/snapshot.h>

#include "store/embedded/cursor.h"
#include "store/embedded/values.h"

namespace lectern::store::embedded {
namespace {

constexpr Time one_step(Time time, int by) { return time + std::chrono::microseconds{by}; }

/// Where the filter and the place to go on from leave something to walk over.
Stretch stretch_of(const Filter& filter, const PageRequest& request) {
  Time first{std::chrono::microseconds{0}};
  Time last{std::chrono::microseconds{std::numeric_limits<std::int64_t>::max()}};
  if (filter.since) first = std::max(first, one_step(*filter.since, 1));
  if (filter.until) last = std::min(last, *filter.until);
  if (request.after && request.ascending)
    first = std::max(first, one_step(request.after->stored, 1));
  if (request.after && !request.ascending)
    last = std::min(last, one_step(request.after->stored, -1));
  if (last < first) return {1, 0, request.ascending};
  return {order_of(last), order_of(first), request.ascending};
}

class PageQuery {
 public:
  PageQuery(const Database& database, TargetNumber target, const Filter& filter,
            const PageRequest& request, Deadline deadline)
      : database_(database),
        target_(target),
        filter_(filter),
        request_(request),
        deadline_(deadline),
        snapshot_(&database.rocks()) {}

  Result<Page> run() {
    const auto stretch = stretch_of(filter_, request_);
    if (!stretch.empty()) {
      if (filter_.all_of.empty()) {
        RETURN_IF_ERROR(walk_bodies(stretch));
      } else {
        RETURN_IF_ERROR(walk_postings(stretch));
      }
    }
    if (page_.rows.size() > request_.rows_max) {
      page_.rows.pop_back();
      page_.more = true;
    }
    return std::move(page_);
  }

 private:
  /// One more row than the page may hold tells whether others follow.
  bool is_full() const { return page_.rows.size() > request_.rows_max; }

  Result<void> list(std::uint64_t order, std::string_view bytes) {
    const auto body = decode_body(bytes);
    if (!body) return fail(damaged("body"));
    if (body->voided && !filter_.voided_too) return {};
    page_.rows.push_back({{stored_of(order), body->id},
                          is_spare() ? std::string() : std::string(body->json),
                          body->refers_to.has_value()});
    return {};
  }

  /// The row that only tells of others need not be copied.
  bool is_spare() const { return page_.rows.size() == request_.rows_max; }

  Result<void> check_deadline() const {
    if (std::chrono::steady_clock::now() < deadline_) return {};
    return fail(Code::unavailable, "The query takes too long", "deadline of an embedded query");
  }

  Result<void> walk_bodies(const Stretch& stretch) {
    std::string prefix;
    append_be32(prefix, target_);
    Cursor at(database_, Family::bodies, prefix, stretch, snapshot_.snapshot());
    for (; at.valid() && !is_full(); at.next()) RETURN_IF_ERROR(list(at.order(), at.value()));
    if (!at.status().ok()) return fail(error_of(at.status(), "walking bodies"));
    return {};
  }

  /// Leapfrog: each cursor in turn is sent to the furthest place that another has reached, so the
  /// walk goes at the pace of the rarest term.
  Result<void> walk_postings(const Stretch& stretch) {
    std::vector<std::unique_ptr<Cursor>> cursors;
    for (const auto& term : filter_.all_of) {
      const auto hash = database_.hash_of(target_, term);
      cursors.push_back(std::make_unique<Cursor>(database_, Family::postings,
                                                 std::string(hash.begin(), hash.end()), stretch,
                                                 snapshot_.snapshot()));
    }
    std::vector<std::uint64_t> matches;
    for (std::size_t agreed = 1, turns = 0; cursors[0]->valid() && !is_full(); ++turns) {
      if (turns % 4096 == 4095) RETURN_IF_ERROR(check_deadline());
      const auto goal = cursors[0]->order();
      for (agreed = 1; agreed < cursors.size(); ++agreed) {
        Cursor& cursor = *cursors[agreed];
        cursor.advance_to(goal);
        if (!cursor.valid() || cursor.order() != goal) break;
      }
      if (agreed == cursors.size()) {
        matches.push_back(goal);
        if (page_.rows.size() + matches.size() > request_.rows_max) RETURN_IF_ERROR(fetch(matches));
        cursors[0]->next();
      } else if (!cursors[agreed]->valid()) {
        break;
      } else {
        cursors[0]->advance_to(cursors[agreed]->order());
      }
    }
    for (const auto& cursor : cursors)
      if (!cursor->status().ok()) return fail(error_of(cursor->status(), "walking postings"));
    return fetch(matches);
  }

  /// Lists the rows at these places, and forgets the places.
  Result<void> fetch(std::vector<std::uint64_t>& matches) {
    const auto count = matches.size();
    std::vector<std::string> keys;
    for (const auto order : matches) keys.push_back(body_key(target_, stored_of(order)));
    const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
    std::vector<rocksdb::PinnableSlice> values(count);
    std::vector<rocksdb::Status> statuses(count);
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_.snapshot();
    database_.rocks().MultiGet(options, database_.family(Family::bodies), count, slices.data(),
                               values.data(), statuses.data());
    for (std::size_t i = 0; i < count; ++i) {
      if (statuses[i].IsNotFound()) return fail(damaged("posting"));
      if (!statuses[i].ok()) return fail(error_of(statuses[i], "reading bodies"));
      RETURN_IF_ERROR(list(matches[i], view(values[i])));
    }
    matches.clear();
    return {};
  }

  const Database& database_;
  const TargetNumber target_;
  const Filter& filter_;
  const PageRequest& request_;
  const Deadline deadline_;
  rocksdb::ManagedSnapshot snapshot_;
  Page page_;
};

}  // namespace

Result<Page> query_page(const Database& database, TargetNumber target, const Filter& filter,
                        const PageRequest& request, Deadline deadline) {
  return PageQuery(database, target, filter, request, deadline).run();
}

}  // namespace lectern::store::embedded
