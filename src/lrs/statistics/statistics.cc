#include "lrs/statistics/statistics.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "base/json/json.h"
#include "base/time/time_zone.h"
#include "lrs/selection/selection_walk.h"
#include "lrs/selection/snapshot.h"
#include "lrs/statistics/columns/fact_columns.h"
#include "lrs/statistics/fact_cache.h"
#include "lrs/statistics/names.h"

namespace lectern::lrs {
namespace {

/// Asks for memory in pieces, since each takes a lock.
class Growth {
 public:
  explicit Growth(const Tally::Grow& grow) : grow_(grow) {}

  Result<void> take(std::uint64_t bytes) {
    constexpr std::uint64_t piece_bytes = 256 * 1024;
    needed_ += bytes;
    if (needed_ <= taken_) return {};
    const auto more = std::max(piece_bytes, needed_ - taken_);
    taken_ += more;
    return grow_(more);
  }

 private:
  const Tally::Grow& grow_;
  std::uint64_t needed_ = 0, taken_ = 0;
};

/// Reads the statements that the question is about.
Result<Statistics> by_walking(Lrs& lrs, const auth::Principal& principal,
                              const store::Context& context, const Question& question,
                              const TimeZone& zone, Time through, const Tally::Grow& grow) {
  FactColumns columns;
  Tally tally(question, zone, columns, grow);
  SelectionWalk walk(lrs, principal, question.selection, {.until = through});
  std::vector<std::uint32_t> all;
  std::size_t bytes = columns.bytes();
  while (!walk.done()) {
    TRY(const auto rows, walk.next(context));
    columns.clear_rows();
    for (const auto& row : rows) {
      TRY(const auto document, json::parse_view(row.json));
      columns.add(row.position, document->root());
    }
    for (std::size_t block = 0; block < columns.blocks().size(); ++block) {
      all.resize(columns.blocks()[block]->rows);
      std::iota(all.begin(), all.end(), 0);
      RETURN_IF_ERROR(tally.add(block, all));
    }
    const auto bytes_now = columns.bytes();
    if (bytes_now > bytes) RETURN_IF_ERROR(grow(bytes_now - bytes));
    bytes = std::max(bytes, bytes_now);
  }
  return tally.finish();
}

Result<Statistics> finished(Lrs& lrs, const auth::Principal& principal, const Question& question,
                            const std::vector<xapi::LanguageRange>& languages,
                            const store::Context& context, const Tally::Grow& grow, Time through,
                            Statistics answer) {
  answer.through = through;
  if (question.names)
    RETURN_IF_ERROR(add_names(lrs, principal, context, question, languages, grow, answer));
  return answer;
}

}  // namespace

Result<Statistics> statistics(Lrs& lrs, const auth::Principal& principal, const Question& question,
                              const std::vector<xapi::LanguageRange>& languages,
                              const Tally::Grow& grow) {
  const auto zone = TimeZone::find(question.zone);
  if (!zone)
    return fail(Code::invalid,
                "The parameter `zone` must be a time zone's name that this system "
                "knows, such as Europe/Berlin");
  const auto context = lrs.context(principal);
  const auto& selection = question.selection;
  TRY(const Time through,
      snapshot_of(lrs, context, selection.clock == Clock::stored ? selection.until : std::nullopt));
  Growth growth(grow);
  const Tally::Grow take = [&](std::uint64_t bytes) { return growth.take(bytes); };
  if (lrs.facts != nullptr) {
    TRY(auto kept, lrs.facts->answer(lrs, principal, context, question, *zone, through, take));
    if (kept)
      return finished(lrs, principal, question, languages, context, take, through,
                      std::move(*kept));
  }
  TRY(auto told, by_walking(lrs, principal, context, question, *zone, through, take));
  return finished(lrs, principal, question, languages, context, take, through, std::move(told));
}

}  // namespace lectern::lrs
