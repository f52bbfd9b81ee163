#include "store/clickhouse/reservations/reservation_filter.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "store/clickhouse/client/row_binary.h"
#include "store/clickhouse/read/lookup.h"

namespace lectern::store::clickhouse {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr std::size_t ids_at_once = 250'000;
// A short call, so that a server that hangs does not hold up the end of the program.
constexpr seconds call_max{5};
// Where processes come and go, it is read again after that, and takes a twentieth of the time.
constexpr seconds begin_again_after{30};
constexpr int pauses_per_reading = 20;

}  // namespace

ReservationFilter::ReservationFilter(Server& server, const TableNames& names)
    : server_(server), names_(names) {}

ReservationFilter::~ReservationFilter() { stop_ = true; }

std::vector<Uuid> ReservationFilter::note(std::span<const Row* const> rows) {
  std::vector<Uuid> met;
  for (const Row* row : rows) {
    if (reading_.valid()) meanwhile_.push_back(row->id);
    if (filter_ && filter_->add(row->id)) met.push_back(row->id);
  }
  return met;
}

Result<ReservationFilter::Reading> ReservationFilter::read_all() {
  const auto begun = Clock::now();
  const auto select = [&](const std::string& sql) {
    return server_.select(sql, Clock::now() + call_max);
  };
  TRY(const auto count, select("SELECT toInt64(count()) FROM " + names_.ids));
  RowReader counted(count);
  // Twice as many, so that it need not grow at once.
  BloomFilter filter(static_cast<std::size_t>(counted.i64()) * 2, reservation_filter_bytes_max);
  if (!counted.ok()) return unreadable(names_.ids);

  std::string where;
  for (std::size_t read = ids_at_once; read == ids_at_once;) {
    if (stop_) return fail(Code::unavailable, "The server is shutting down");
    TRY(const auto answer, select("SELECT id FROM " + names_.ids + where + " ORDER BY id LIMIT " +
                                  std::to_string(ids_at_once)));
    RowReader reader{std::string_view(answer)};
    Uuid last;
    for (read = 0; reader.more(); ++read) filter.add(last = reader.id());
    if (!reader.ok()) return unreadable(names_.ids);
    where = " WHERE id > " + literal(last);
  }
  return Reading{std::move(filter), Clock::now() - begun};
}

void ReservationFilter::begin(const QuietPeriod& quiet) {
  since_ = quiet.since;
  begin_no_sooner_ = Clock::now() + begin_again_after;
  reading_ = std::async(std::launch::async, [this] { return read_all(); });
}

void ReservationFilter::refresh(const std::optional<QuietPeriod>& quiet) {
  const bool still = quiet && quiet->since == since_;
  if (!still) filter_.reset();
  if (reading_.valid()) {
    if (reading_.wait_for(seconds{0}) != std::future_status::ready) return;
    auto read = reading_.get();
    const auto meanwhile = std::exchange(meanwhile_, {});
    if (read)
      begin_no_sooner_ = std::max(begin_no_sooner_, Clock::now() + pauses_per_reading * read->took);
    if (!read) {
      log::debug("clickhouse: could not read the ids of {}: {}", names_.ids, read.error().detail);
    } else if (still) {
      filter_.emplace(std::move(read->filter));
      for (const Uuid& id : meanwhile) filter_->add(id);
    }
  }
  if (filter_ || !quiet || Clock::now() < begin_no_sooner_) return;
  if (quiet->until - quiet->since >= silence_max) begin(*quiet);
}

}  // namespace lectern::store::clickhouse
