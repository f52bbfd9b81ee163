#include "lrs/statistics/fact_cache.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/json/json.h"
#include "lrs/access.h"
#include "lrs/statistics/columns/fact_match.h"
#include "lrs/statistics/tally/tally_in_halves.h"
#include "store/find_each.h"
#include "xapi/terms.h"

namespace lectern::lrs {
namespace {

/// Statements that are read at once.
constexpr std::size_t rows_at_once = 1'000;
/// Referring statements whose chains are followed for one question.
constexpr std::size_t chains_max = 2'000;
constexpr std::size_t chains_at_once = 64;

/// Those of the referring statements that match along their chains.
Result<std::vector<FactColumns::RowRef>> matching_along_chains(
    Lrs& lrs, const store::Context& context, const ChainFilter& filter, const FactColumns& columns,
    const std::vector<FactColumns::RowRef>& places) {
  std::vector<FactColumns::RowRef> kept;
  ChainCheck chains(lrs, context, filter);
  for (std::size_t begin = 0; begin < places.size(); begin += chains_at_once) {
    std::unordered_map<Uuid, FactColumns::RowRef> by_id;
    std::vector<Uuid> ids;
    for (std::size_t i = begin; i < std::min(places.size(), begin + chains_at_once); ++i) {
      ids.push_back(columns.referring_id(places[i]));
      by_id.emplace(ids.back(), places[i]);
    }
    std::vector<store::StoredStatement> rows;
    const auto collect = [&](const store::StoredStatement& one) -> Result<void> {
      rows.push_back(one);
      rows.back().refers = true;
      return {};
    };
    RETURN_IF_ERROR(store::find_each(stores_of(lrs).statements, context, ids, collect));
    TRY(const auto matching, chains.keep(std::move(rows)));
    for (const auto& row : matching) kept.push_back(by_id.at(row.position.id));
  }
  return kept;
}

/// Counts one more until the end of the scope.
class Entered {
 public:
  explicit Entered(std::atomic<std::size_t>& count) : count_(count), number_(++count) {}
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;
  ~Entered() { --count_; }

  /// How many there were then, this one included.
  std::size_t number() const { return number_; }

 private:
  std::atomic<std::size_t>& count_;
  const std::size_t number_;
};

/// What the walk would look for (SelectionWalk).
ChainFilter filter_of(const Lrs& lrs, const auth::Principal& principal,
                      const Selection& selection) {
  ChainFilter filter{selection.all_of, {}, selection.any_of};
  if (reads_only_own(lrs, principal))
    filter.readable.push_back(xapi::authority_term(principal.agent_ifi));
  return filter;
}

}  // namespace

FactCache::FactCache(std::uint64_t bytes_max, const std::filesystem::path& folder)
    : bytes_max_(bytes_max) {
  if (folder.empty()) return;
  folder_lock_ = FolderLock::take(folder);
  if (folder_lock_) folder_ = folder;
}

std::shared_ptr<FactCache::OfTarget> FactCache::of(const std::string& target) {
  const MutexLock lock(mutex_);
  auto& kept = targets_[target];
  // By a digest, since a target's name may be any text.
  constexpr std::size_t name_digits = 32;
  const auto folder =
      folder_.empty() ? folder_ : folder_ / to_hex(sha256(target)).substr(0, name_digits);
  if (!kept.facts) kept.facts = std::make_shared<OfTarget>(folder);
  kept.asked = ++questions_;
  return kept.facts;
}

Result<std::optional<Statistics>> FactCache::answer(Lrs& lrs, const auth::Principal& principal,
                                                    const store::Context& context,
                                                    const Question& question, const TimeZone& zone,
                                                    Time through, const Tally::Grow& grow) {
  const auto target = of(context.target);
  RETURN_IF_ERROR(refresh(lrs, context, *target, through));
  const ReaderLock lock(target->mutex);
  if (target->too_large) return std::optional<Statistics>();
  const auto& columns = *target->columns;
  const auto& selection = question.selection;
  const auto filter = filter_of(lrs, principal, selection);
  std::optional<xapi::Term> authority;
  if (only_mine(lrs, principal, selection.mine))
    authority = xapi::authority_term(principal.agent_ifi);
  const FactMatch match(columns, selection, filter, authority, through);
  if (!match.able()) return std::optional<Statistics>();

  TallyInHalves tally(question, zone, columns, grow);
  TRY(const auto referring, tally.count(match, chains_max, context.deadline));
  if (referring.size() > chains_max) return std::optional<Statistics>();
  TRY(const auto more, matching_along_chains(lrs, context, filter, columns, referring));
  for (const auto place : more) RETURN_IF_ERROR(tally.add(place));
  TRY(auto told, tally.finish());
  return std::optional(std::move(told));
}

Result<void> FactCache::refresh(Lrs& lrs, const store::Context& context, OfTarget& target,
                                Time through) {
  const auto is_there = [&] {
    const ReaderLock lock(target.mutex);
    return target.too_large || (target.through && *target.through >= through);
  };
  if (is_there()) return {};
  const auto too_late = [] {
    return fail(Code::unavailable,
                "The statements are being read for statistics: try again in a moment");
  };
  const auto is_first = [&] {
    const ReaderLock lock(target.mutex);
    return !target.through;
  };
  const Entered entered(target.entered);
  if (entered.number() > 1 + waiting_max && is_first()) return too_late();
  if (!target.reading.lock_until(context.deadline)) return too_late();
  const TimedMutexLock turn(target.reading, std::adopt_lock);
  if (is_there()) return {};
  TRY(const bool are_read, read_files(lrs, context, target));
  if (!are_read) return too_late();
  store::Filter filter;
  filter.until = through;
  store::PageRequest request{std::nullopt, rows_at_once, true};
  {
    const ReaderLock lock(target.mutex);
    if (target.too_large) return {};
    request.after = target.columns->last();
  }
  for (bool more = true; more;) {
    if (std::chrono::steady_clock::now() > context.deadline) return too_late();
    TRY(const auto page, stores_of(lrs).statements.query(context, filter, request));
    RETURN_IF_ERROR(take(lrs, context, target, page.rows));
    if (!page.rows.empty()) request.after = page.rows.back().position;
    more = page.more;
    write_files(target, !more);
    const WriterLock lock(target.mutex);
    bound(target);
    if (target.too_large) return {};
  }
  const WriterLock lock(target.mutex);
  target.through = through;
  return {};
}

/// Begins with what an earlier process has read, as far as the store still has the statements that
/// the files end with: a store may have been put back to what it was. False: not by the deadline.
Result<bool> FactCache::read_files(Lrs& lrs, const store::Context& context, OfTarget& target) {
  if (!target.files_left) {
    const auto ends = target.files.ends();
    std::vector<Uuid> ids;
    for (const auto& end : ends) ids.push_back(end.id);
    std::set<xapi::Position> kept;
    const auto keep = [&](const store::StoredStatement& one) -> Result<void> {
      kept.insert(one.position);
      return {};
    };
    if (!ids.empty())
      RETURN_IF_ERROR(store::find_each(stores_of(lrs).statements, context, ids, keep));
    const auto gone = std::find_if(ends.begin(), ends.end(),
                                   [&](const auto& end) { return !kept.contains(end); });
    target.files_left = static_cast<std::size_t>(gone - ends.begin());
  }
  if (*target.files_left == 0) return true;
  auto& left = *target.files_left;
  for (; left > 0; --left) {
    if (std::chrono::steady_clock::now() > context.deadline) return false;
    const WriterLock lock(target.mutex);
    if (!target.files.load_next(*target.columns)) left = 1;
    bound(target);
    if (target.too_large) return true;
  }
  const WriterLock lock(target.mutex);
  target.columns->mark_what_is_voided();
  return true;
}

/// Writes the blocks that are full, and, once everything is read, the last one where it has many
/// rows that no file has. What cannot be written stays in memory.
void FactCache::write_files(OfTarget& target, bool is_all) {
  if (folder_.empty()) return;
  auto& files = target.files;
  for (;;) {
    const auto number = files.rows() / FactBlock::rows_max;
    std::unique_ptr<FactBlock> mapped;
    {
      const ReaderLock lock(target.mutex);
      const auto& columns = *target.columns;
      const bool is_full = columns.size() >= (number + 1) * FactBlock::rows_max;
      const bool is_much = is_all && columns.size() >= files.rows() + rows_unwritten_max;
      if (!is_full && !is_much) return;
      if (!files.save(columns, number) || !is_full) return;
      mapped = files.mapped(*columns.blocks()[number], number);
    }
    if (!mapped) return;
    const WriterLock lock(target.mutex);
    target.columns->put(number, std::move(mapped));
  }
}

/// Adds rows, and marks what they void.
Result<void> FactCache::take(Lrs& lrs, const store::Context& context, OfTarget& target,
                             const std::vector<store::StoredStatement>& rows) {
  std::vector<std::unique_ptr<json::Document>> documents;
  std::vector<std::optional<Uuid>> voids;  // by row
  std::vector<Uuid> voided;
  for (const auto& row : rows) {
    TRY(auto document, json::parse_view(row.json));
    voids.push_back(xapi::is_voiding(document->root()) ? xapi::reference_of(document->root())
                                                       : std::nullopt);
    if (voids.back()) voided.push_back(*voids.back());
    documents.push_back(std::move(document));
  }
  // Before the rows are added: when this fails they are read once more.
  std::unordered_map<Uuid, xapi::Position> places;
  const auto look_at = [&](const store::StoredStatement& one) -> Result<void> {
    TRY(const auto document, json::parse_view(one.json));
    if (one.voided || !xapi::is_voiding(document->root()))
      places.emplace(one.position.id, one.position);
    return {};
  };
  if (!voided.empty())
    RETURN_IF_ERROR(store::find_each(stores_of(lrs).statements, context, voided, look_at));
  std::vector<xapi::Position> marked;
  const WriterLock lock(target.mutex);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto place = voids[i] ? places.find(*voids[i]) : places.end();
    std::optional<xapi::Position> position;
    if (place != places.end()) marked.push_back(position.emplace(place->second));
    target.columns->add(rows[i].position, documents[i]->root(), position);
  }
  target.columns->mark_voided(marked);
  return {};
}

/// Lets other targets go where this one needs their room, and itself where that is not enough.
void FactCache::bound(OfTarget& target) {
  const auto bytes = target.columns->bytes();
  const MutexLock lock(mutex_);
  const auto here = std::find_if(targets_.begin(), targets_.end(), [&](const auto& one) {
    return one.second.facts.get() == &target;
  });
  if (here == targets_.end()) {
    // Let go while it was read: those who are at it go without, the next begin anew.
    target.too_large = true;
    target.columns = std::make_unique<FactColumns>();
    return;
  }
  here->second.bytes = bytes;
  std::uint64_t all = 0;
  for (const auto& [name, kept] : targets_) all += kept.bytes;
  while (all > bytes_max_) {
    auto oldest = here;
    for (auto at = targets_.begin(); at != targets_.end(); ++at)
      if (at != here && at->second.bytes > 0 &&
          (oldest == here || at->second.asked < oldest->second.asked))
        oldest = at;
    if (oldest == here) break;
    all -= oldest->second.bytes;
    targets_.erase(oldest);
  }
  if (all <= bytes_max_) return;
  target.too_large = true;
  target.columns = std::make_unique<FactColumns>();
  here->second.bytes = 0;
}

}  // namespace lectern::lrs
