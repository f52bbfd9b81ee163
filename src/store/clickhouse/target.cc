#include "store/clickhouse/target.h"

#include <future>

#include "base/log.h"
#include "store/clickhouse/read/query.h"
#include "store/clickhouse/schema/feed.h"
#include "store/common/reference_resolver.h"

namespace lectern::store::clickhouse {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds rest_max{1'000};
constexpr std::chrono::milliseconds rest_after{1'000};
constexpr std::chrono::milliseconds settle_every{200};
constexpr std::chrono::milliseconds prepare_max{5'000};

TargetTables::TargetTables(Server& server, TableNames names, TextCache& texts,
                           const ClickHouseSettings& options)
    : server_(server),
      names_(std::move(names)),
      events_policy_(options.events),
      watermark_(std::make_unique<ServerWritersTable>(server_, names_)),
      between_flushes_(server_, names_),
      statement_rows_(server_, names_, texts),
      finder_(server_, names_, statement_rows_, options.ids_chunk),
      newest_postings_(server_, names_),
      batcher_([this](AppendRequests requests) { return flush(std::move(requests)); },
               [this](bool ending) { return on_idle(ending); }) {}

template <typename T>
Result<T> TargetTables::checked(Result<T> result) {
  if (result) return result;
  const auto& detail = result.error().detail;
  if (detail.find("UNKNOWN_TABLE") == std::string::npos &&
      detail.find("UNKNOWN_DATABASE") == std::string::npos)
    return result;
  prepared_ = false;
  const auto ready = prepare(Clock::now() + prepare_max);
  return ready ? std::move(result) : Result<T>(fail(ready.error()));
}

Result<void> TargetTables::prepare(Deadline deadline) {
  if (prepared_) return {};
  // Who prepares waits for the server; the others must not wait beyond their own deadlines.
  if (!prepare_mutex_.lock_until(deadline))
    return fail(Code::unavailable, "The database is not available", "its tables are being made");
  const TimedMutexLock one_at_a_time(prepare_mutex_, std::adopt_lock);
  if (prepared_) return {};
  RETURN_IF_ERROR(create_tables(server_, names_, events_policy_, deadline));
  look_at_feed(deadline);
  prepared_ = true;
  const MutexLock lock(monitor_mutex_);
  if (!unmigrated_) unmigrated_.emplace(server_, names_);
  return {};
}

Result<void> TargetTables::check(Deadline deadline) {
  if (prepared_) {
    TRY(const bool there, has_events(server_, names_, events_policy_, deadline));
    if (!there) prepared_ = false;
  }
  if (!prepared_) return prepare(deadline);
  RETURN_IF_ERROR(try_insert(server_, names_.events, deadline));
  if (!prepare_mutex_.lock_until(deadline)) return {};
  const TimedMutexLock one_at_a_time(prepare_mutex_, std::adopt_lock);
  look_at_feed(deadline);
  return {};
}

void TargetTables::look_at_feed(Deadline deadline) {
  const auto usable = prepare_feed(server_, names_, deadline);
  has_feed_ = usable.has_value();
  auto why_not = usable ? std::string() : usable.error().detail;
  if (why_not == why_no_feed_) return;
  if (usable)
    log::info("clickhouse: {} is used again", names_.feed);
  else
    log::warning("clickhouse: a lone statement takes more inserts, without {}: {}", names_.feed,
                 why_not);
  why_no_feed_ = std::move(why_not);
}

Result<std::vector<AppendOutcome>> TargetTables::append(std::span<Row> rows, OnConflict on_conflict,
                                                        Deadline deadline) {
  if (rows.empty()) return std::vector<AppendOutcome>{};
  RETURN_IF_ERROR(prepare(deadline));
  const auto request = std::make_shared<AppendRequest>(std::vector<Row>(rows.begin(), rows.end()),
                                                       on_conflict, deadline);
  RETURN_IF_ERROR(batcher_.add(request));
  TRY(auto outcomes, checked(request->wait()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].stored = request->rows[i].stored;
    rows[i].json = std::move(request->rows[i].json);
  }
  statement_rows_.keep(rows, outcomes);
  return outcomes;
}

Result<std::vector<AppendOutcome>> TargetTables::complete(std::vector<Row> rows,
                                                          Deadline deadline) {
  if (rows.empty()) return std::vector<AppendOutcome>{};
  const auto request =
      std::make_shared<AppendRequest>(std::move(rows), OnConflict::skip, deadline, true);
  RETURN_IF_ERROR(batcher_.add(request));
  return checked(request->wait());
}

AppendRequests TargetTables::flush(AppendRequests requests) {
  const auto may_hold_foreign = [this] {
    const MutexLock lock(monitor_mutex_);
    return !unmigrated_ || unmigrated_->may_hold_foreign(Clock::now() + flush_max).value_or(true);
  };
  between_flushes_.has_feed = has_feed_;
  auto again = Flush(server_, names_, watermark_, between_flushes_, may_hold_foreign)
                   .run(std::move(requests));
  last_flush_ended_ = Clock::now();
  return again;
}

std::chrono::milliseconds TargetTables::on_idle(bool ending) {
  auto& in_doubt = between_flushes_.in_doubt;
  if (in_doubt.any()) {
    in_doubt.settle_all(Clock::now() + rest_max);
    if (!in_doubt.hold_back()) watermark_.settled();
    if (in_doubt.any() && !ending) return settle_every;
  }
  const auto rested =
      std::chrono::floor<std::chrono::milliseconds>(Clock::now() - last_flush_ended_);
  if (!ending && rested < rest_after) return rest_after - rested;
  if (!in_doubt.any_ahead()) watermark_.go_idle(Clock::now() + rest_max);
  return rest_after;
}

Result<std::vector<StoredStatement>> TargetTables::find(std::span<const Uuid> ids,
                                                        Deadline deadline) {
  RETURN_IF_ERROR(prepare(deadline));
  return checked(finder_.find(ids, deadline));
}

Result<Page> TargetTables::query(const Filter& filter, const PageRequest& page, Deadline deadline) {
  RETURN_IF_ERROR(prepare(deadline));
  return page_reads_.read(filter, page, watermark_.flushes_ended(), deadline,
                          [&] { return checked(read_page(filter, page, deadline)); });
}

Result<Page> TargetTables::read_page(const Filter& filter, const PageRequest& page,
                                     Deadline deadline) {
  const auto rows_of = [&](std::span<const xapi::Position> positions, std::size_t bytes_max) {
    // Who walks on meets rows that are seldom asked for, and should not drive out others.
    return statement_rows_.at(positions, bytes_max, !page.after, deadline);
  };
  const auto newest_of = [&](std::span<const TermHash> terms) {
    return newest_postings_.newest(terms, deadline);
  };
  const auto read = [&](WithMarked with_marked) {
    return clickhouse::read_page(server_, names_, filter, page, newest_of, rows_of, with_marked,
                                 deadline);
  };
  if (!terms_of_marked(filter.all_of)) return read(WithMarked::no);
  const auto known = marked_.known(filter.until);
  if (known) return read(*known ? WithMarked::yes : WithMarked::no);
  auto asked = std::async(std::launch::async, [&] {
    return marked_.ask(filter.until, watermark_.promised(), deadline,
                       [&] { return look_for_marked(deadline); });
  });
  auto without = read(WithMarked::no);
  TRY(const bool any, asked.get());
  return any ? read(WithMarked::yes) : std::move(without);
}

Result<bool> TargetTables::look_for_marked(Deadline deadline) {
  std::string sql = "SELECT stored FROM " + names_.terms + " WHERE term = ";
  append_literal(sql, hash_of(inherits_more));
  TRY(const auto answer, server_.select(sql + " LIMIT 1", deadline));
  return RowReader(answer).more();
}

Result<Time> TargetTables::consistent_through(Deadline deadline) {
  RETURN_IF_ERROR(prepare(deadline));
  return checked(watermark_.consistent_through(deadline));
}

}  // namespace lectern::store::clickhouse
