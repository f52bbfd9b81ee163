#include "store/embedded/read/query.h"

#include <algorithm>

#include "base/page_bytes.h"
#include "store/common/reference_resolver.h"
#include "store/embedded/format/values.h"
#include "store/embedded/read/postings_walk.h"

namespace lectern::store::embedded {
namespace {

constexpr Time one_step(Time time, int by) { return time + std::chrono::microseconds{by}; }

/// Where the filter and the place to go on from leave something to walk over.
ScanRange range_of(const Filter& filter, const PageRequest& request) {
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

/// The places of who carries all terms of a filter, and of who bears the mark of
/// store/common/reference_resolver.h in their stead.
class Matches {
 public:
  Matches(const Database& database, TargetNumber target, const xapi::Terms& terms,
          const ScanRange& range, FairSemaphore::Permit& permit, Deadline deadline)
      : ascending_(range.ascending), carriers_(database, target, terms, range, permit, deadline) {
    if (!database.may_have_marked()) return;
    if (const auto of_marked = terms_of_marked(terms))
      marked_.emplace(database, target, *of_marked, range, permit, deadline);
  }

  /// The next place, as order; nothing at the end. Errors: as of PostingsWalk.
  Result<std::optional<std::uint64_t>> next() {
    if (!marked_) return carriers_.next();
    if (!next_carrier_) {
      TRY(next_carrier_, carriers_.next());
    }
    if (!next_marked_) {
      TRY(next_marked_, marked_->next());
    }
    const auto carrier = *next_carrier_, mark = *next_marked_;
    const bool same = carrier == mark;
    const bool by_mark = mark && (!carrier || (ascending_ ? *mark > *carrier : *mark < *carrier));
    // At its end a walk is not asked again.
    if ((by_mark || same) && mark) next_marked_.reset();
    if (!by_mark && carrier) next_carrier_.reset();
    return by_mark ? mark : carrier;
  }

 private:
  using PostingIndex = std::optional<std::uint64_t>;  // nothing: the end

  const bool ascending_;
  PostingsWalk carriers_;
  std::optional<PostingsWalk> marked_;
  std::optional<PostingIndex> next_carrier_, next_marked_;  // as far as they were asked for
};

/// Needs no snapshot (on whose release RocksDB would write its oldest files anew): a row's postings
/// body is written before its postings or with them, so whoever sees a posting finds it; and a body
/// read later than its posting tells if it was voided in between.
class PageQuery {
 public:
  PageQuery(const Database& database, TargetNumber target, const Filter& filter,
            const PageRequest& request, Deadline deadline, FairSemaphore::Permit& permit, Keep keep)
      : database_(database),
        target_(target),
        filter_(filter),
        request_(request),
        deadline_(deadline),
        permit_(permit),
        keep_(keep) {}

  Result<Page> run() {
    const auto range = range_of(filter_, request_);
    if (!range.empty()) {
      if (filter_.all_of.empty()) {
        RETURN_IF_ERROR(walk_bodies(range));
      } else {
        RETURN_IF_ERROR(walk_postings(range));
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
  bool is_full() const { return page_.more || page_.rows.size() > request_.rows_max; }

  Result<void> list(std::uint64_t order, std::string_view bytes) {
    const auto stored = stored_of(order);
    auto body = decode_body(bytes);
    if (!body) return fail(damaged("body"));
    if (body->voided && !filter_.voided_too) return {};
    if (database_.rows_ahead().contain(target_, stored)) return {};
    std::string unpacked;
    if (!is_spare()) {
      TRY(body, database_.read_body(bytes, stored, unpacked));
      bytes_ += body->text.size();
    }
    if (bytes_ > bytes_max_ && !page_.rows.empty()) {
      page_.more = true;
      return {};
    }
    page_.rows.push_back({.position = {stored, body->id},
                          .json = is_spare() ? std::string() : text_of(*body, unpacked),
                          .refers = body->refers_to.has_value()});
    return {};
  }

  /// The row that only tells of others need not be copied.
  bool is_spare() const { return page_.rows.size() == request_.rows_max; }

  Result<void> walk_bodies(const ScanRange& range) {
    std::string prefix;
    append_be32(prefix, target_);
    Cursor at(database_, Family::bodies, prefix, range);
    for (; at.valid() && !is_full(); at.next()) RETURN_IF_ERROR(list(at.order(), at.value()));
    if (!at.status().ok()) return fail(error_of(at.status(), "walking bodies"));
    return {};
  }

  Result<void> walk_postings(const ScanRange& range) {
    Matches walk(database_, target_, filter_.all_of, range, permit_, deadline_);
    std::vector<std::uint64_t> matches;
    for (;;) {
      TRY(const auto match, walk.next());
      if (!match) return fetch(matches);
      matches.push_back(*match);
      if (page_.rows.size() + matches.size() <= request_.rows_max) continue;
      RETURN_IF_ERROR(fetch(matches));
      if (is_full()) return {};
    }
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
    options.fill_cache = keep_ == Keep::yes;
    // What is read at once is bounded too; keys behind that are "aborted", and asked for one by
    // one.
    options.value_size_soft_limit = bytes_max_;
    database_.rocks().MultiGet(options, database_.family(Family::bodies), count, slices.data(),
                               values.data(), statuses.data());
    for (std::size_t i = 0; i < count; ++i) {
      if (statuses[i].IsAborted())
        statuses[i] =
            database_.rocks().Get(options, database_.family(Family::bodies), slices[i], &values[i]);
      if (statuses[i].IsNotFound()) return fail(damaged("posting"));
      if (!statuses[i].ok()) return fail(error_of(statuses[i], "reading bodies"));
      RETURN_IF_ERROR(list(matches[i], view(values[i])));
      values[i].Reset();
      if (page_.more) break;
    }
    matches.clear();
    return {};
  }

  const Database& database_;
  const TargetNumber target_;
  const Filter& filter_;
  const PageRequest& request_;
  const Deadline deadline_;
  FairSemaphore::Permit& permit_;
  const Keep keep_;
  Page page_;
  const std::size_t bytes_max_ = page_bytes_max();
  std::size_t bytes_ = 0;  // of the texts in it
};

}  // namespace

Result<Page> read_page(const Database& database, TargetNumber target, const Filter& filter,
                       const PageRequest& request, Deadline deadline, FairSemaphore::Permit& permit,
                       Keep keep) {
  return PageQuery(database, target, filter, request, deadline, permit, keep).run();
}

}  // namespace lectern::store::embedded
