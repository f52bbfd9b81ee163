// How a connection has a request answered by a worker, and writes the answer.
#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "auth/principal.h"
#include "base/json/writer.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "http/compression.h"
#include "http/wire/connection.h"
#include "http/wire/faults.h"
#include "http/wire/response_head.h"

namespace lectern::http {
namespace {

/// Bodies from which a request is worked on by the threads that give way to others.
constexpr std::uint64_t bulk_bytes_min = 1024 * 1024;
constexpr std::uint64_t bulk_zipped_bytes_min = 8 * 1024;
/// Bytes of an answer for which a client has body_deadline, and as long again for as many more: of
/// a line of 70 KB/s nothing is cut off.
constexpr std::uint64_t answer_bytes_per_deadline = 8 * 1024 * 1024;

/// How often a stream that pauses is asked whether it goes on.
constexpr std::chrono::milliseconds stream_pause{100};

unsigned waited_s(Clock::time_point since) {
  constexpr std::int64_t most = 60;
  const auto waited = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - since);
  return static_cast<unsigned>(std::clamp<std::int64_t>(waited.count(), 0, most));
}

}  // namespace

Awaitable<void> Connection::handle() {
  const bool zipped = request_.headers.find("Content-Encoding").has_value();
  bulk_ = body_->size() > (zipped ? bulk_zipped_bytes_min : bulk_bytes_min);
  const bool admitted = co_await on_worker(admission_.lane, false, [this] { run_handler(); });
  if (!admitted) fault_ = Fault{503, "The server is busy: try again later"};
  if (fault_) own_answer(*fault_);
}

/// Runs on a worker: whatever costs time between the last byte in and the first byte out.
void Connection::run_handler() {
  if (edge_.abandoned) {
    fault_ = Fault{503, "The server is stopping: try again later"};
    return;
  }
  try {
    auto body = body_->finish();
    if (!body) fault_ = fault_of(body.error());
    if (fault_ || !unzip(*body)) return;
    request_.body = std::move(*body);
    const auto began = Clock::now();
    response_ = edge_.handler(request_);
    request_.body = {};  // here, since giving a large mapping back takes its time
    // Who has waited in vain for long is to come again as much later.
    if (response_.status == 503)
      if (const auto seconds = std::max(pool().retry_after_s(), waited_s(began)); seconds > 1)
        response_.headers.set("Retry-After", std::to_string(seconds));
    charge_answer();
  } catch (const std::bad_alloc&) {
    log::error("{} {} failed: out of memory", request_.method, request_.path);
    fault_ = Fault{503, "The server is out of memory: try again later"};
  } catch (const std::exception& error) {
    log::error("{} {} failed: {}", request_.method, request_.path, error.what());
    fault_ = Fault{500, "The server failed"};
  }
}

/// Undoes the body's Content-Encoding; false with a fault.
bool Connection::unzip(Body& body) {
  const auto coding = request_.headers.find("Content-Encoding");
  if (!coding || body.view().empty() || equal_without_case(*coding, "identity")) return true;
  if (!equal_without_case(*coding, "gzip") && !equal_without_case(*coding, "x-gzip")) {
    fault_ = Fault{415, "The request's Content-Encoding is none of: gzip, identity"};
    return false;
  }
  const auto bytes_max = std::min(edge_.options.body_bytes_max, admission_.body_bytes_max);
  BodySpool unzipped(edge_.options.body_memory_bytes_max, edge_.options.spool_dir,
                     charge_on(edge_.memory), charge_on(edge_.spool));
  const auto done = gunzip(body.view(), bytes_max, unzipped,
                           Clock::now() + std::chrono::seconds(limits::unzip_seconds_max));
  auto whole = done ? unzipped.finish() : Result<Body>(fail(done.error()));
  if (!done && done.error().code == Code::too_large && unzipped.size() > bytes_max)
    fault_ = too_large(bytes_max, request_.principal != nullptr);
  else if (!whole)
    fault_ = fault_of(whole.error());
  if (fault_) return false;
  body = std::move(*whole);
  request_.headers.remove("Content-Encoding");
  return true;
}

/// Counts the answer in place of what was needed to make it, and zips it.
void Connection::charge_answer() {
  const auto held = [this] {
    return response_.stream ? response_.stream_held_bytes : response_.body.size();
  };
  if (request_.principal) memory_.hold_for(request_.principal->username);
  // Zipping takes as much again, at worst.
  if (const auto needed = 2 * held(); needed > memory_.bytes())
    if (const auto charged = memory_.resize(needed); !charged) {
      response_ = {};
      fault_ = fault_of(charged.error());
      return;
    }
  zip_if_worth(request_, response_);
  memory_.resize_down(held());
}

void Connection::own_answer(const Fault& fault) {
  ++edge_.counters.own_answers;
  response_ = {};
  response_.status = fault.status;
  response_.headers.set("Content-Type", "application/json");
  if (fault.status == 503)
    response_.headers.set("Retry-After", std::to_string(pool().retry_after_s()));
  if (fault.status == 415) response_.headers.set("Accept-Encoding", "gzip, identity");
  response_.body = json::Writer().object().member("detail", fault.detail).end().take();
  response_.refusal.reason = fault.detail;
  if (edge_.options.on_own_answer) edge_.options.on_own_answer(request_, response_);
}

Awaitable<bool> Connection::answer() {
  if (!fault_) ++edge_.counters.requests;
  if (edge_.draining) keep_alive_ = false;
  const bool streamed = static_cast<bool>(response_.stream);
  const auto bytes = streamed ? response_.stream_bytes : response_.body.size();
  const bool open_ended = streamed && response_.stream_open_ended;
  if (open_ended && parser_->http_1_0()) keep_alive_ = false;
  const bool bodiless = wire_head_ || response_.status == 204 || response_.status == 304;
  const auto head = response_head(response_, {open_ended ? std::nullopt : std::optional(bytes),
                                              keep_alive_, parser_->http_1_0()});
  const std::string_view body = bodiless || streamed ? "" : std::string_view(response_.body);
  const auto deadlines = 1 + static_cast<int>(bytes / answer_bytes_per_deadline);
  answer_deadline_ = Clock::now() + deadlines * edge_.options.body_deadline;
  bool written = co_await write(head, body);
  if (written && streamed && !bodiless)
    written = open_ended ? co_await write_open_ended() : co_await write_stream();
  deadline_at(Clock::time_point::max());
  answer_deadline_ = Clock::time_point::max();
  response_ = {};
  memory_.resize_down(0);
  co_return written;
}

/// What the stream has next. On a worker, since it may block.
Awaitable<Result<std::string>> Connection::next_piece() {
  Result<std::string> piece;
  co_await on_worker(admission_.lane, true, [&] {
    try {
      piece = response_.stream();
      // One statement alone may be longer than what was charged, and many may read it slowly.
      if (piece && piece->size() > response_.stream_held_bytes)
        if (const auto charged = memory_.resize(piece->size()); !charged)
          piece = fail(charged.error());
    } catch (const std::exception& error) {
      piece = fail(Code::internal, "The server failed", error.what());
    }
  });
  co_return piece;
}

Awaitable<bool> Connection::write_stream() {
  std::uint64_t left = response_.stream_bytes;
  while (left > 0) {
    deadline_at(Clock::time_point::max());
    const auto piece = co_await next_piece();
    if (!piece || piece->empty() || piece->size() > left) {
      // The length is promised and part of it is out: all that can be done is to break off.
      log::error("{} {}: the answer was broken off: {}", request_.method, request_.path,
                 piece ? "it has another length than announced" : piece.error().message);
      co_return false;
    }
    left -= piece->size();
    if (!co_await write(*piece, "")) co_return false;
  }
  co_return true;
}

/// Writes pieces as chunks until there are no more. Who takes one too slowly is cut off, like who
/// takes a whole answer too slowly.
Awaitable<bool> Connection::write_open_ended() {
  Timer pause(stream_.executor());
  while (true) {
    deadline_at(Clock::time_point::max());
    const auto piece = co_await next_piece();
    if (!piece) {
      // The missing last chunk tells the client that something is missing.
      log::error("{} {}: the answer was broken off: {}", request_.method, request_.path,
                 piece.error().message);
      co_return false;
    }
    const bool is_done = response_.stream_done ? response_.stream_done() : !response_.stream_ready;
    if (piece->empty() && is_done) break;
    if (piece->empty() && !response_.stream_ready) {
      if (edge_.abandoned) co_return false;
      continue;
    }
    if (!piece->empty() && !co_await write_chunk(*piece)) co_return false;
    memory_.resize_down(response_.stream_held_bytes);
    while (response_.stream_ready && !edge_.draining && !response_.stream_ready()) {
      pause.expires_after(stream_pause);
      co_await pause.async_wait(use_tuple);
    }
    if (response_.stream_ready && edge_.draining) break;
  }
  if (parser_->http_1_0()) co_return true;
  answer_deadline_ = Clock::now() + edge_.options.body_deadline;
  co_return co_await write("0\r\n\r\n", "");
}

Awaitable<bool> Connection::write_chunk(const std::string& piece) {
  const auto deadlines = 1 + static_cast<int>(piece.size() / answer_bytes_per_deadline);
  answer_deadline_ = Clock::now() + deadlines * edge_.options.body_deadline;
  if (parser_->http_1_0()) co_return co_await write(piece, "");
  const auto head = fmt::format("{:x}\r\n", piece.size());
  co_return co_await write(head, piece) && co_await write("\r\n", "");
}

Awaitable<bool> Connection::write(std::string_view head, std::string_view body) {
  while (!head.empty() || !body.empty()) {
    deadline_at(std::min(Clock::now() + edge_.options.body_idle, answer_deadline_));
    const auto written = co_await stream_.write_some(head, body);
    if (written == 0) {
      // Who has taken too long would else go on taking megabytes from the kernel.
      if (expired_) stream_.reset();
      co_return false;
    }
    edge_.counters.sent_bytes += written;
    const auto of_head = std::min(written, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(written - of_head);
    if (!acknowledged_ && !(head.empty() && body.empty()))
      acknowledged_ = stream_.acknowledged_bytes();
  }
  acknowledged_.reset();
  co_return true;
}

}  // namespace lectern::http
