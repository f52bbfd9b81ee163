#include "lrs/live/live_feed.h"

#include <algorithm>
#include <utility>

#include "base/json/json.h"

namespace lectern::lrs {
namespace {

/// Bytes that an entry takes beside its text and its terms' values.
constexpr std::size_t entry_bytes = 512;

std::size_t bytes_of(const LiveFeed::Entry& entry) {
  std::size_t bytes = entry.statement.json.size() + entry_bytes;
  for (const auto& term : entry.terms) bytes += term.value.size() + sizeof term;
  return bytes;
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

bool LiveFeed::due() {
  const auto now = now_ms();
  auto next = next_look_ms_.load();
  return now >= next && next_look_ms_.compare_exchange_strong(next, now + poll.count());
}

Result<void> LiveFeed::advance(Lrs& lrs, const store::Context& context) {
  if (!advancing_.try_lock()) return {};
  const MutexLock turn(advancing_, std::adopt_lock);
  auto& statements = stores_of(lrs).statements;
  TRY(const Time through, statements.consistent_through(context));
  store::PageRequest request{std::nullopt, 1'000, true};
  {
    const MutexLock lock(mutex_);
    if (!end_) begin_ = end_ = xapi::Position::end_of(through);
    request.after = end_;
  }
  store::Filter filter;
  filter.until = through;
  for (bool more = true; more;) {
    TRY(auto page, statements.query(context, filter, request));
    more = page.more;
    for (auto& row : page.rows) {
      TRY(const auto document, json::parse_view(row.json));
      auto terms = xapi::terms_of(document->root());
      row.refers = xapi::reference_of(document->root()).has_value();
      const MutexLock lock(mutex_);
      keep(std::move(row), std::move(terms));
      request.after = end_;
    }
    if (!page.rows.empty()) ++version_;
  }
  const MutexLock lock(mutex_);
  end_ = std::max(*end_, xapi::Position::end_of(through));
  return {};
}

void LiveFeed::keep(store::StoredStatement statement, xapi::Terms terms) {
  end_ = statement.position;
  auto entry = std::make_shared<const Entry>(Entry{std::move(statement), std::move(terms)});
  bytes_ += bytes_of(*entry);
  kept_.push_back(std::move(entry));
  while (bytes_ > kept_bytes_max) {
    bytes_ -= bytes_of(*kept_.front());
    begin_ = kept_.front()->statement.position;
    kept_.pop_front();
  }
}

std::optional<LiveFeed::Piece> LiveFeed::behind(const xapi::Position& after,
                                                std::size_t entries_max) const {
  const MutexLock lock(mutex_);
  if (!begin_ || after < *begin_) return std::nullopt;
  const auto first = std::partition_point(kept_.begin(), kept_.end(), [&](const auto& entry) {
    return entry->statement.position <= after;
  });
  const auto count = std::min<std::size_t>(
      entries_max, static_cast<std::size_t>(std::distance(first, kept_.end())));
  const auto last = first + static_cast<std::ptrdiff_t>(count);
  Piece piece{{first, last}, *end_};
  if (last != kept_.end()) piece.end = piece.entries.back()->statement.position;
  piece.end = std::max(piece.end, after);
  return piece;
}

std::shared_ptr<LiveFeed> LiveFeeds::of(const std::string& target) {
  const MutexLock lock(mutex_);
  auto& known = feeds_[target];
  if (auto feed = known.lock()) return feed;
  auto feed = std::make_shared<LiveFeed>();
  known = feed;
  return feed;
}

bool LiveFeeds::enter(const auth::Principal& principal) {
  const MutexLock lock(mutex_);
  if (readers_ == readers_max) return false;
  auto& of_user = by_user_[{principal.target, principal.username}];
  if (of_user == readers_of_user_max) return false;
  ++of_user;
  ++readers_;
  return true;
}

void LiveFeeds::leave(const auth::Principal& principal) {
  const MutexLock lock(mutex_);
  --readers_;
  const auto of_user = by_user_.find({principal.target, principal.username});
  if (of_user != by_user_.end() && --of_user->second == 0) by_user_.erase(of_user);
}

}  // namespace lectern::lrs
