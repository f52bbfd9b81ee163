#include "lrs/live/tail.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/json/json.h"
#include "lrs/access.h"
#include "lrs/selection/selection_walk.h"
#include "xapi/facts.h"
#include "xapi/values/utc.h"

namespace lectern::lrs {
namespace {

/// Statements that are looked at before others have a turn.
constexpr std::size_t entries_at_once = 250;
/// Of those that are read for one reader alone.
constexpr std::size_t rows_at_once = 25;

}  // namespace

Result<std::unique_ptr<Tail>> Tail::begin(Lrs& lrs,
                                          std::shared_ptr<const auth::Principal> principal,
                                          Selection selection,
                                          std::optional<std::string_view> last_event_id,
                                          bool in_utc) {
  std::optional<xapi::Cursor> cursor;
  if (last_event_id) {
    cursor = xapi::Cursor::parse(*last_event_id);
    if (!cursor) return fail(Code::invalid, "The Last-Event-ID is none that an event has had");
  }
  if (lrs.live == nullptr || !lrs.live->enter(*principal))
    return fail(Code::unavailable, "Too many follow already: try again later");
  std::unique_ptr<Tail> tail(new Tail(lrs, std::move(principal), std::move(selection), in_utc));
  const auto context = lrs.context(*tail->principal_);
  if (cursor) {
    tail->position_ = cursor->after;
  } else {
    TRY(const Time now_through, stores_of(lrs).statements.consistent_through(context));
    tail->position_ = xapi::Position::end_of(now_through);
  }
  tail->told_to_ = tail->position_;
  RETURN_IF_ERROR(tail->feed_->advance(lrs, context));
  return tail;
}

Tail::Tail(Lrs& lrs, std::shared_ptr<const auth::Principal> principal, Selection selection,
           bool in_utc)
    : lrs_(lrs),
      principal_(std::move(principal)),
      selection_(std::move(selection)),
      in_utc_(in_utc),
      feed_(lrs.live->of(principal_->target)),
      filter_{selection_.all_of, {}, selection_.any_of} {
  const auto own = xapi::authority_term(principal_->agent_ifi);
  if (only_mine(lrs, *principal_, selection_.mine)) authority_ = own;
  if (reads_only_own(lrs, *principal_)) filter_.readable.push_back(own);
}

Tail::~Tail() { lrs_.live->leave(*principal_); }

bool Tail::ready() {
  if (feed_->due()) looks_next_ = true;
  return looks_next_ || behind_ || feed_->version() != seen_version_ ||
         std::chrono::steady_clock::now() >= next_heartbeat_ || done();
}

Result<std::string> Tail::next() {
  if (done()) return std::string();
  const auto context = lrs_.context(*principal_);
  if (std::exchange(looks_next_, false)) RETURN_IF_ERROR(feed_->advance(lrs_, context));
  seen_version_ = feed_->version();
  TRY(std::string out, from_feed(context));
  const auto now = std::chrono::steady_clock::now();
  if (out.empty() && told_ && now < next_heartbeat_) return out;
  // Where nothing matched, the reader still learns how far it has seen.
  if (out.empty())
    out = std::string(told_ ? ":\n" : "retry: 1000\n") + "id: " + place(seen()) + "\n\n";
  told_ = true;
  next_heartbeat_ = now + heartbeat;
  return out;
}

Result<std::string> Tail::from_feed(const store::Context& context) {
  const auto piece = feed_->behind(position_, entries_at_once);
  if (!piece) return from_store(context);
  std::string out;
  ChainCheck chains(lrs_, context, filter_);
  for (const auto& entry : piece->entries) {
    position_ = entry->statement.position;
    TRY(const bool wanted, lets_in(chains, *entry));
    if (wanted) append_event(out, entry->statement);
    behind_ = out.size() >= piece_bytes || std::chrono::steady_clock::now() > context.deadline;
    if (behind_) return out;
  }
  position_ = piece->end;
  behind_ = piece->entries.size() == entries_at_once;
  return out;
}

/// What is not kept in memory any longer.
Result<std::string> Tail::from_store(const store::Context& context) {
  TRY(const Time through, stores_of(lrs_).statements.consistent_through(context));
  SelectionWalk walk(lrs_, *principal_, selection_,
                     {.after = position_, .until = through, .rows_max = rows_at_once});
  TRY(auto rows, walk.next(context));
  std::string out;
  for (auto& row : rows) {
    position_ = row.position;
    append_event(out, std::move(row));
  }
  if (walk.position()) position_ = *walk.position();
  behind_ = true;
  if (!walk.done()) return out;
  position_ = std::max(position_, xapi::Position::end_of(through));
  behind_ = false;
  return out;
}

Result<bool> Tail::lets_in(ChainCheck& chains, const LiveFeed::Entry& entry) const {
  if (authority_ && !xapi::match(entry.terms, {*authority_})) return false;
  const Time stored = entry.statement.position.stored;
  if (selection_.clock == Clock::stored && ((selection_.since && stored <= *selection_.since) ||
                                            (selection_.until && stored > *selection_.until)))
    return false;
  if (selection_.asks_for_facts()) {
    TRY(const auto document, json::parse_view(entry.statement.json));
    if (!selection_.matches(xapi::facts_of(document->root()), stored)) return false;
  }
  if (filter_.matches(entry.terms)) return true;
  if (!entry.statement.refers) return false;
  TRY(const auto kept, chains.keep({entry.statement}));
  return !kept.empty();
}

void Tail::append_event(std::string& out, store::StoredStatement statement) {
  told_to_ = position_;
  std::string json = std::move(statement.json);
  if (in_utc_) json = xapi::with_instants_in_utc(std::move(json));
  out += "id: " + place(position_) + "\ndata: ";
  // A line end between two values, which would end the field, is as good as a blank.
  for (const char c : json) out += c == '\n' || c == '\r' ? ' ' : c;
  out += "\n\n";
}

/// How far a reader that gets no event is told that it has seen. Who sees only statements with one
/// authority learns nothing of others, whose ids stand in their positions.
xapi::Position Tail::seen() const {
  if (!authority_) return position_;
  const Time before = position_.stored - std::chrono::microseconds(1);
  return std::max(xapi::Position::end_of(before), told_to_);
}

std::string Tail::place(const xapi::Position& position) const {
  return xapi::Cursor{position, position.stored}.text();
}

}  // namespace lectern::lrs
