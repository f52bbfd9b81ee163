#include "lrs/forwarding/retrying_sender.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"

namespace lectern::lrs {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t batch_rows_max = 100;
/// Of a batch with the contents of its attachments; one statement is sent whatever it has.
constexpr std::uint64_t batch_bytes_max = 4 * 1024 * 1024;
constexpr auto idle_wait = 1000ms;  // other processes' statements are noticed after this
/// So many refused in a row, by a receiver that has taken nothing, are its fault and not theirs.
constexpr std::size_t suspects_max = 10;
/// How often who does not serve the receiver looks how far another process is.
constexpr auto look_every = 5s;
/// Where the position at which a receiver was first met is kept; no target has such a name.
const std::string met_place = "\n";

}  // namespace

bool ForwardingSignal::is_stopping() {
  const MutexLock lock(mutex);
  return stopping;
}

RetryingSender::RetryingSender(const Surroundings& around, Receiver receiver)
    : around_(around),
      receiver_(std::move(receiver)),
      shown_(net::without_credentials(receiver_.url)),
      lease_(around_.state, receiver_.url, around_.options.lease) {
  thread_ = std::thread([this] {
    run();
    lease_.give_back();
    ended_ = true;
  });
}

RetryingSender::~RetryingSender() { thread_.join(); }

ForwardingStatus RetryingSender::status() const {
  const MutexLock lock(mutex_);
  auto status = status_;
  status.receiver = shown_;
  if (lacking_.empty()) return status;
  Time oldest = Time::max();
  for (const auto& [target, stored] : lacking_) oldest = std::min(oldest, stored);
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now() - oldest);
  status.lag_ms = std::max<std::int64_t>(0, age.count());
  return status;
}

void RetryingSender::run() {
  auto pause = around_.options.backoff_first;
  auto& signal = around_.signal;
  for (;;) {
    std::uint64_t seen = 0;
    {
      const MutexLock lock(signal.mutex);
      if (signal.stopping) return;
      seen = signal.stored_count;
    }
    asked_to_wait_ = 0ms;
    const auto outcome = step();
    const MutexLock lock(signal.mutex);
    if (signal.stopping) return;
    note(outcome);
    if (!outcome) {
      signal.wake.wait_for(signal.mutex, std::max(pause, asked_to_wait_),
                           [&]() REQUIRES(signal.mutex) { return signal.stopping; });
      pause = std::min(pause * 2, around_.options.backoff_most);
      continue;
    }
    pause = around_.options.backoff_first;
    if (!*outcome)
      signal.wake.wait_for(signal.mutex, idle_wait, [&]() REQUIRES(signal.mutex) {
        return signal.stopping || signal.stored_count != seen;
      });
  }
}

void RetryingSender::note(const Result<bool>& outcome) {
  const MutexLock lock(mutex_);
  std::string trouble;
  if (!outcome) {
    trouble = outcome.error().message;
    if (!outcome.error().detail.empty()) trouble += ": " + outcome.error().detail;
  }
  if (trouble != status_.trouble) {
    if (trouble.empty())
      log::info("forwarding to {} works again", shown_);
    else
      log::warning("forwarding to {}: {}", shown_, trouble);
  }
  status_.trouble = trouble;
}

void RetryingSender::lacks(const std::string& target, std::optional<Time> oldest) {
  const MutexLock lock(mutex_);
  if (oldest)
    lacking_[target] = *oldest;
  else
    lacking_.erase(target);
}

/// One round over all targets; whether anything was sent. An Error: pause and try again.
Result<bool> RetryingSender::step() {
  const bool had_it = lease_.is_held();
  TRY(const bool ours, lease_.take());
  if (!had_it) served_.clear();
  if (!ours) {
    RETURN_IF_ERROR(look_from_afar());
    return false;
  }
  for (const auto& target : around_.targets)
    if (!knows_targets_) RETURN_IF_ERROR(around_.state.add_target(target));
  knows_targets_ = true;
  TRY(const auto targets, around_.state.targets());
  bool sent = false;
  for (const auto& target : targets) {
    TRY(const bool some, serve(target));
    sent = sent || some;
  }
  return sent;
}

/// Another process serves the receiver: how far it is.
Result<void> RetryingSender::look_from_afar() {
  if (Clock::now() - looked_at_ < look_every) return {};
  looked_at_ = Clock::now();
  TRY(const auto targets, around_.state.targets());
  for (const auto& target : targets) {
    TRY(const auto there, around_.state.served(receiver_.url, target));
    if (!there) continue;
    TRY(const Time through, around_.stores.statements.consistent_through({target}));
    const store::Filter filter{{}, std::nullopt, through, true};
    TRY(const auto page,
        around_.stores.statements.query({target}, filter, {there->position, 1, true}));
    lacks(target,
          page.rows.empty() ? std::nullopt : std::optional(page.rows.front().position.stored));
  }
  return {};
}

/// Up to where the receiver has been served; where it begins, when it is new.
Result<ForwardingState::Served> RetryingSender::served(const std::string& target) {
  if (const auto known = served_.find(target); known != served_.end()) return known->second;
  TRY(const auto there, around_.state.served(receiver_.url, target));
  if (there) {
    say_that_it_is_known(there->position);
    return served_.insert_or_assign(target, *there).first->second;
  }
  // A receiver gets what is stored after it was met for the first time, under any target.
  TRY(const auto met, around_.state.served(receiver_.url, met_place));
  if (met) return begin(target, met->position);
  xapi::Position first;
  if (receiver_.from) {
    first = xapi::Position::end_of(*receiver_.from - std::chrono::microseconds(1));
  } else {
    TRY(const Time through, around_.stores.statements.consistent_through({target}));
    first = xapi::Position::end_of(through);
  }
  TRY(const auto set, begin(met_place, first));
  return begin(target, set.position);
}

/// Once: nobody should wait for what `from` would have brought to a new receiver.
void RetryingSender::say_that_it_is_known(const xapi::Position& position) {
  if (!receiver_.from || std::exchange(said_that_it_is_known_, true)) return;
  log::info("forwarding to {}: `from` counts for a new receiver only; it goes on behind {}", shown_,
            utc_text(position.stored));
}

Result<ForwardingState::Served> RetryingSender::begin(const std::string& target,
                                                      const xapi::Position& position) {
  TRY(const auto set, around_.state.move(receiver_.url, target, std::nullopt, position));
  if (!set) return fail(Code::unavailable, "another process serves the receiver, too");
  return served_.insert_or_assign(target, *set).first->second;
}

Result<bool> RetryingSender::serve(const std::string& target) {
  TRY(const auto from, served(target));
  TRY(const Time through, around_.stores.statements.consistent_through({target}));
  const store::Filter filter{{}, std::nullopt, through, true};
  TRY(const auto page,
      around_.stores.statements.query({target}, filter, {from.position, batch_rows_max, true}));
  lacks(target,
        page.rows.empty() ? std::nullopt : std::optional(page.rows.front().position.stored));
  if (page.rows.empty()) return false;
  Rows batch;
  std::uint64_t bytes = 0;
  bool of_2_0 = false;
  for (const auto& row : page.rows) {
    const bool other_version = is_of_2_0(row.json) != of_2_0;
    TRY(const auto row_bytes, bytes_to_send(around_.stores.blobs, target, row));
    if (!batch.empty() && (other_version || bytes + row_bytes > batch_bytes_max)) {
      RETURN_IF_ERROR(flush(target, batch));
      lacks(target, row.position.stored);
      batch.clear();
      bytes = 0;
    }
    if (other_version) of_2_0 = !of_2_0;
    batch.push_back(&row);
    bytes += row_bytes;
  }
  RETURN_IF_ERROR(flush(target, batch));
  lacks(target, page.more ? std::optional(page.rows.back().position.stored) : std::nullopt);
  return true;
}

/// Sends a batch, and writes down that the receiver has it.
Result<void> RetryingSender::flush(const std::string& target, const Rows& rows) {
  Evidence evidence;
  RETURN_IF_ERROR(send(target, rows, evidence));
  if (!evidence.suspects.empty())
    return refuses_all({Delivered::Kind::refused, evidence.suspects.back().status,
                        evidence.suspects.back().reason, std::nullopt});
  TRY(const auto moved,
      around_.state.move(receiver_.url, target, served_.at(target), rows.back()->position));
  if (!moved) {
    served_.clear();
    return fail(Code::unavailable, "another process has served the receiver meanwhile");
  }
  served_.insert_or_assign(target, *moved);
  return {};
}

/// Sends rows; what is refused is halved until the single statements that are at fault are found.
Result<void> RetryingSender::send(const std::string& target, const Rows& rows, Evidence& evidence) {
  if (around_.signal.is_stopping()) return fail(Code::unavailable, "the server is stopping");
  if (!lease_.is_held()) return fail(Code::unavailable, "another process may serve the receiver");
  TRY(const auto delivered, deliver(around_.client, receiver_, around_.stores.blobs, target, rows));
  if (delivered.kind == Delivered::Kind::later) return is_away(delivered);
  if (delivered.kind == Delivered::Kind::taken) {
    evidence.takes = true;
    taken_.insert_or_assign(target, rows.back()->position.id);
    {
      const MutexLock lock(mutex_);
      status_.forwarded += rows.size();
    }
    return judge(evidence);
  }
  if (rows.size() == 1) return refuse(target, *rows.front(), delivered, evidence);
  const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 2);
  RETURN_IF_ERROR(send(target, {rows.begin(), middle}, evidence));
  return send(target, {middle, rows.end()}, evidence);
}

/// A gateway that refuses everything is an outage, not a thousand dead letters, also where it
/// begins or ends in the midst of a batch: what is refused becomes a dead letter where the receiver
/// takes something after that, and then refuses it again.
Result<void> RetryingSender::refuse(const std::string& target, const store::StoredStatement& row,
                                    const Delivered& delivered, Evidence& evidence) {
  evidence.suspects.push_back(
      {receiver_.url, target, row.position.id, delivered.status, delivered.reason, now()});
  if (evidence.takes || !evidence.asked) {
    evidence.asked = true;
    TRY(evidence.takes, takes_what_it_has(target));
  }
  if (evidence.takes) return judge(evidence);
  if (evidence.suspects.size() >= suspects_max) return refuses_all(delivered);
  return {};
}

/// Whether the receiver takes the last statement that it has taken, which does no harm. False also
/// where it has taken none yet. An Error: it does not, so it takes nothing.
Result<bool> RetryingSender::takes_what_it_has(const std::string& target) {
  auto id = served_.at(target).position.id;
  if (const auto taken = taken_.find(target); taken != taken_.end()) {
    id = taken->second;
  } else {
    TRY(const bool was_refused, around_.state.is_dead(receiver_.url, target, id));
    if (was_refused) return false;
  }
  TRY(const auto found, around_.stores.statements.find({target}, std::vector{id}));
  if (found.empty()) return false;
  TRY(const auto delivered,
      deliver(around_.client, receiver_, around_.stores.blobs, target, {&found.front()}));
  if (delivered.kind == Delivered::Kind::taken) return true;
  if (delivered.kind == Delivered::Kind::later) return is_away(delivered);
  return refuses_all(delivered);
}

tl::unexpected<Error> RetryingSender::is_away(const Delivered& delivered) {
  asked_to_wait_ = delivered.retry_after.value_or(0ms);
  return fail(Code::unavailable,
              delivered.status == 0 ? "no answer" : fmt::format("answered {}", delivered.status),
              delivered.reason);
}

tl::unexpected<Error> RetryingSender::refuses_all(const Delivered& delivered) {
  asked_to_wait_ = delivered.retry_after.value_or(0ms);
  return fail(Code::unavailable, fmt::format("refuses everything with {}", delivered.status),
              delivered.reason);
}

Result<void> RetryingSender::judge(Evidence& evidence) {
  for (; !evidence.suspects.empty(); evidence.suspects.pop_back()) {
    const auto& letter = evidence.suspects.back();
    TRY(const auto delivered, send_one(letter));
    if (delivered.kind == Delivered::Kind::later) return is_away(delivered);
    const bool refused = delivered.kind == Delivered::Kind::refused;
    if (refused) {
      RETURN_IF_ERROR(around_.state.add_dead_letter(letter));
      log::warning("forwarding to {}: statement {} was refused with {}: see `lectern forward`",
                   shown_, letter.statement.text(), letter.status);
    }
    const MutexLock lock(mutex_);
    ++(refused ? status_.refused : status_.forwarded);
  }
  return {};
}

Result<Delivered> RetryingSender::send_one(const DeadLetter& letter) {
  TRY(const auto found,
      around_.stores.statements.find({letter.target}, std::vector{letter.statement}));
  if (found.empty()) return Delivered{Delivered::Kind::taken, 0, "no longer stored", std::nullopt};
  return deliver(around_.client, receiver_, around_.stores.blobs, letter.target, {&found.front()});
}

}  // namespace lectern::lrs
