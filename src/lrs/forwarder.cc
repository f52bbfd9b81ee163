#include "lrs/forwarder.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "lrs/delivery.h"

namespace lectern::lrs {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t batch_rows_max = 100;
/// Of a batch with the contents of its attachments; one statement is sent whatever it has.
constexpr std::uint64_t batch_bytes_max = 4 * 1024 * 1024;
constexpr auto idle_wait = 1000ms;  // other processes' statements are noticed after this
constexpr auto backoff_first = 200ms;
constexpr auto backoff_most = 60'000ms;
constexpr auto lease = 15'000ms;
/// Of a receiver's answer: the ids of a batch have 4 KB.
constexpr std::size_t answer_bytes_max = 64UL * 1024;
/// Where the position at which a receiver was first met is kept; no target has such a name.
const std::string met_place = "\n";

net::HttpOptions client_options() {
  net::HttpOptions options;
  options.response_bytes_max = answer_bytes_max;
  return options;
}

}  // namespace

/// The service of one receiver.
class Forwarder::Walk {
 public:
  Walk(Forwarder& owner, Receiver receiver)
      : owner_(owner), receiver_(std::move(receiver)), name_(receiver_.url) {}

  void start() {
    thread_ = std::thread([this] { run(); });
  }
  void join() { thread_.join(); }

  const Receiver& receiver() const { return receiver_; }

  ForwardingStatus status() const {
    std::lock_guard lock(mutex_);
    auto status = status_;
    status.receiver = net::without_credentials(receiver_.url);
    return status;
  }

  /// Sends one statement by itself, for a replay.
  Result<Delivered> send_one(const DeadLetter& letter);

 private:
  void run();
  Result<bool> step();
  Result<bool> serve(const std::string& target);
  Result<bool> send(const std::string& target, const std::vector<const store::Listed*>& rows);
  Result<xapi::Position> start_of(const std::string& target);
  void note(const Result<bool>& outcome);

  Forwarder& owner_;
  const Receiver receiver_;
  const std::string name_;
  const std::string holder_ = Uuid::random().text();
  std::thread thread_;
  mutable std::mutex mutex_;
  ForwardingStatus status_;  // guarded by mutex_
};

void Forwarder::Walk::run() {
  auto pause = backoff_first;
  std::uint64_t seen = 0;
  for (;;) {
    {
      std::unique_lock lock(owner_.mutex_);
      if (owner_.stopping_) return;
      seen = owner_.stored_count_;
    }
    const auto outcome = step();
    note(outcome);
    std::unique_lock lock(owner_.mutex_);
    if (owner_.stopping_) return;
    if (!outcome) {
      owner_.wake_.wait_for(lock, pause, [&] { return owner_.stopping_; });
      pause = std::min(pause * 2, std::chrono::milliseconds(backoff_most));
      continue;
    }
    pause = backoff_first;
    if (!*outcome)
      owner_.wake_.wait_for(lock, idle_wait,
                            [&] { return owner_.stopping_ || owner_.stored_count_ != seen; });
  }
}

void Forwarder::Walk::note(const Result<bool>& outcome) {
  std::lock_guard lock(mutex_);
  const std::string trouble =
      outcome ? std::string()
              : outcome.error().message +
                    (outcome.error().detail.empty() ? "" : ": " + outcome.error().detail);
  if (trouble != status_.trouble) {
    if (trouble.empty())
      log::info("forwarding to {} works again", net::without_credentials(receiver_.url));
    else
      log::warning("forwarding to {}: {}", net::without_credentials(receiver_.url), trouble);
  }
  status_.trouble = trouble;
}

/// One round over all targets; whether anything was sent. An Error: pause and try again.
Result<bool> Forwarder::Walk::step() {
  TRY(const bool ours, owner_.state_.hold(name_, holder_, lease));
  if (!ours) return false;
  TRY(const auto targets, owner_.state_.targets());
  bool sent = false;
  for (const auto& target : targets) {
    TRY(const bool some, serve(target));
    sent = sent || some;
  }
  if (!sent) {
    std::lock_guard lock(mutex_);
    status_.lag_ms = 0;
  }
  return sent;
}

Result<xapi::Position> Forwarder::Walk::start_of(const std::string& target) {
  TRY(const auto position, owner_.state_.position(name_, target));
  if (position) return *position;
  // A receiver gets what is stored after it was met for the first time, under any target.
  TRY(const auto met, owner_.state_.position(name_, met_place));
  xapi::Position begin;
  if (met) {
    begin = *met;
  } else {
    TRY(begin.stored, owner_.statements_.consistent_through({target}));
    begin.id.bytes.fill(0xFF);
    RETURN_IF_ERROR(owner_.state_.set_position(name_, met_place, begin));
  }
  RETURN_IF_ERROR(owner_.state_.set_position(name_, target, begin));
  return begin;
}

Result<bool> Forwarder::Walk::serve(const std::string& target) {
  TRY(const auto begin, start_of(target));
  TRY(const Time horizon, owner_.statements_.consistent_through({target}));
  store::Filter filter{{}, std::nullopt, horizon, true};
  TRY(const auto page, owner_.statements_.query({target}, filter, {begin, batch_rows_max, true}));
  if (page.rows.empty()) return false;
  {
    std::lock_guard lock(mutex_);
    status_.lag_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                         now() - page.rows.front().position.stored)
                         .count();
  }
  std::vector<const store::Listed*> batch;
  std::uint64_t bytes = 0;
  bool of_2_0 = false;
  const auto flush = [&]() -> Result<void> {
    if (batch.empty()) return {};
    TRY(std::ignore, send(target, batch));
    RETURN_IF_ERROR(owner_.state_.set_position(name_, target, batch.back()->position));
    TRY(std::ignore, owner_.state_.hold(name_, holder_, lease));
    batch.clear();
    bytes = 0;
    return {};
  };
  for (const auto& row : page.rows) {
    const bool other_version = is_of_2_0(row.json) != of_2_0;
    TRY(const auto row_bytes, bytes_to_send(owner_.documents_, target, row));
    if (other_version || bytes + row_bytes > batch_bytes_max) RETURN_IF_ERROR(flush());
    of_2_0 = other_version ? !of_2_0 : of_2_0;
    batch.push_back(&row);
    bytes += row_bytes;
  }
  RETURN_IF_ERROR(flush());
  return true;
}

/// Sends rows; what is refused is halved until the single statements that are at fault are found
/// and buried. True when all has been dealt with.
Result<bool> Forwarder::Walk::send(const std::string& target,
                                   const std::vector<const store::Listed*>& rows) {
  TRY(const auto delivered, deliver(owner_.client_, receiver_, owner_.documents_, target, rows));
  switch (delivered.kind) {
    case Delivered::Kind::taken: {
      std::lock_guard lock(mutex_);
      status_.forwarded += rows.size();
      return true;
    }
    case Delivered::Kind::later:
      return fail(
          Code::unavailable,
          delivered.status == 0 ? "no answer" : fmt::format("answered {}", delivered.status),
          delivered.reason);
    case Delivered::Kind::refused:
      break;
  }
  if (rows.size() == 1) {
    RETURN_IF_ERROR(owner_.state_.bury(
        {name_, target, rows.front()->position.id, delivered.status, delivered.reason, now()}));
    log::warning("forwarding to {}: statement {} was refused with {}: see `lectern forward`",
                 net::without_credentials(receiver_.url), rows.front()->position.id.text(),
                 delivered.status);
    std::lock_guard lock(mutex_);
    ++status_.refused;
    return true;
  }
  const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 2);
  RETURN_IF_ERROR(send(target, {rows.begin(), middle}));
  return send(target, {middle, rows.end()});
}

Result<Delivered> Forwarder::Walk::send_one(const DeadLetter& letter) {
  TRY(const auto found, owner_.statements_.find({letter.target}, std::vector{letter.statement}));
  if (found.empty()) return Delivered{Delivered::Kind::taken, 0, "no longer stored"};
  const store::Listed row{found.front().position, found.front().json, false};
  return deliver(owner_.client_, receiver_, owner_.documents_, letter.target, {&row});
}

Forwarder::Forwarder(store::StatementStore& statements, store::DocumentStore& documents,
                     std::vector<Receiver> receivers)
    : statements_(statements), state_(documents), documents_(documents), client_(client_options()) {
  for (auto& receiver : receivers) {
    if (!receiver.is_active) {
      log::info("forwarding to {} is switched off", net::without_credentials(receiver.url));
      continue;
    }
    walks_.push_back(std::make_unique<Walk>(*this, std::move(receiver)));
  }
  for (const auto& walk : walks_) walk->start();
}

Forwarder::~Forwarder() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (const auto& walk : walks_) walk->join();
}

void Forwarder::notify(const std::string& target) {
  if (walks_.empty()) return;
  bool is_new = false;
  {
    std::lock_guard lock(mutex_);
    ++stored_count_;
    is_new = !target.empty() && std::find(known_targets_.begin(), known_targets_.end(), target) ==
                                    known_targets_.end();
  }
  if (is_new && state_.add_target(target)) {
    std::lock_guard lock(mutex_);
    known_targets_.push_back(target);
  }
  wake_.notify_all();
}

std::vector<ForwardingStatus> Forwarder::status() const {
  std::vector<ForwardingStatus> all;
  for (const auto& walk : walks_) all.push_back(walk->status());
  return all;
}

Result<std::vector<DeadLetter>> Forwarder::dead_letters() {
  std::vector<DeadLetter> all;
  for (const auto& walk : walks_) {
    TRY(auto letters, state_.dead_letters(walk->receiver().url));
    all.insert(all.end(), letters.begin(), letters.end());
  }
  return all;
}

Result<std::size_t> Forwarder::replay() {
  std::size_t taken = 0;
  for (const auto& walk : walks_) {
    TRY(const auto letters, state_.dead_letters(walk->receiver().url));
    for (const auto& letter : letters) {
      TRY(const auto delivered, walk->send_one(letter));
      if (delivered.kind != Delivered::Kind::taken) continue;
      RETURN_IF_ERROR(state_.unbury(letter));
      ++taken;
    }
  }
  return taken;
}

}  // namespace lectern::lrs
