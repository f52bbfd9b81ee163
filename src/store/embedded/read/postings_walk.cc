#include "store/embedded/read/postings_walk.h"

#include <algorithm>

#include "store/embedded/format/values.h"

namespace lectern::store::embedded {
namespace {

constexpr std::size_t rounds_of_a_turn = 4096;

}  // namespace

PostingsWalk::PostingsWalk(const Database& database, TargetNumber target, const xapi::Terms& terms,
                           const ScanRange& range, FairSemaphore::Permit& permit, Deadline deadline)
    : database_(database), range_(range), permit_(permit), deadline_(deadline) {
  for (const auto& term : terms) {
    const auto hash = database.hash_of(target, term);
    if (terms.size() > 1 && !verb_ && term.kind == xapi::TermKind::verb) {
      verb_ = hash;
    } else {
      cursors_.push_back(cursor_at(hash));
    }
  }
}

std::unique_ptr<TermCursor> PostingsWalk::cursor_at(const TermHash& hash) const {
  return std::make_unique<TermCursor>(database_, hash, range_);
}

Result<void> PostingsWalk::pause() {
  if (std::chrono::steady_clock::now() > deadline_)
    return fail(Code::unavailable, "The query takes too long", "deadline of an embedded query");
  return permit_.yield(deadline_);
}

Result<std::optional<std::uint64_t>> PostingsWalk::next() {
  TermCursor& leader = *cursors_[0];
  while (leader.valid()) {
    if (++executor_ % rounds_of_a_turn == 0) RETURN_IF_ERROR(pause());
    const auto goal = leader.order();
    std::size_t agreed = 1;
    for (; agreed < cursors_.size(); ++agreed) {
      TermCursor& cursor = *cursors_[agreed];
      cursor.advance_to(goal);
      if (!cursor.valid() || cursor.order() != goal) break;
    }
    if (agreed == cursors_.size()) {
      TRY(const bool found, has_verb(goal));
      leader.next();
      if (found) return goal;
    } else if (!cursors_[agreed]->valid()) {
      break;
    } else {
      leader.advance_to(cursors_[agreed]->order());
    }
  }
  for (const auto& cursor : cursors_)
    if (!cursor->status().ok()) return fail(error_of(cursor->status(), "walking postings"));
  return std::nullopt;
}

Result<bool> PostingsWalk::has_verb(std::uint64_t order) {
  if (!verb_) return true;
  if (const auto mark = cursors_[0]->mark()) return *mark == verb_mark_of(*verb_);
  if (verb_cursor_) {
    verb_cursor_->advance_to(order);
  } else {
    verb_cursor_ = cursor_at(*verb_);
    verb_cursor_->advance_to(order);
  }
  if (!verb_cursor_->status().ok())
    return fail(error_of(verb_cursor_->status(), "walking postings"));
  return verb_cursor_->valid() && verb_cursor_->order() == order;
}

}  // namespace lectern::store::embedded
