#include "http/wire/connection.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include "base/log.h"

namespace lectern::http {
namespace {

using std::chrono::milliseconds;

/// How long what a client still sends is read after an answer that ends the connection: closing
/// at once would reset it, and take the answer away from the client.
constexpr milliseconds linger_deadline{5'000};
constexpr milliseconds linger_deadline_draining{300};
/// Bytes of an answer that a client takes within body_idle, at least: a slow line does, and who
/// only wants to hold the connection has to work for it.
constexpr std::uint64_t progress_bytes_min = 16 * 1024;

}  // namespace

Connection::Connection(Edge& edge, Loop& loop, Socket socket)
    : edge_(edge),
      loop_(loop),
      stream_(std::move(socket), edge.tls.get()),
      remote_(stream_.remote()) {}

Connection::~Connection() { --edge_.counters.connections_open; }

Awaitable<void> Connection::serve(std::unique_ptr<Connection> connection) {
  auto& loop = connection->loop_;
  loop.connections.insert(connection.get());
  try {
    co_await connection->run();
  } catch (const std::exception& error) {
    log::error("a connection was given up: {}", error.what());
  }
  loop.connections.erase(connection.get());
  if (loop.connections.empty() && connection->edge_.draining) loop.tick.cancel();
}

void Connection::deadline_at(Clock::time_point at) {
  deadline_ = at;
  expired_ = false;
}

void Connection::check(Clock::time_point now) {
  if (now < deadline_) return;
  if (now < answer_deadline_ && progresses())
    return deadline_at(std::min(now + edge_.options.body_idle, answer_deadline_));
  deadline_ = Clock::time_point::max();
  expired_ = true;
  stream_.cancel();
}

/// Whether the client has taken enough of an answer since the last time, though the kernel, whose
/// buffer is large, has asked for no more of it.
bool Connection::progresses() {
  if (!acknowledged_) return false;
  const auto now = stream_.acknowledged_bytes();
  if (now < *acknowledged_ + progress_bytes_min) return false;
  acknowledged_ = now;
  return true;
}

void Connection::drain() {
  if (lingering_) deadline_in(linger_deadline_draining);
  if (idle_ && !stream_.readable()) stream_.cancel();
}

Awaitable<void> Connection::run() {
  if (edge_.draining) co_return;
  deadline_in(edge_.options.header_deadline);
  const auto handshake = co_await stream_.handshake();
  if (handshake == Handshake::broken) co_return;
  while (true) {
    const bool plain = handshake == Handshake::plain_http;
    const Read read = plain ? refuse_plain_http() : co_await read_request();
    if (read == Read::broken) co_return;
    ++edge_.counters.requests_in_flight;
    if (read == Read::fault) {
      keep_alive_ = false;
      // What was taken of the body is given back now, not when the connection has ended.
      body_.emplace(edge_.options.body_memory_bytes_max, edge_.options.spool_dir);
      own_answer(*fault_);
    } else if (read == Read::whole) {
      co_await handle();
    }
    if (!can_discard()) keep_alive_ = false;
    const bool answered = co_await answer();
    --edge_.counters.requests_in_flight;
    if (!answered) co_return;
    if (!keep_alive_) break;
    if (!parser_->done() && !co_await discard_body()) co_return;
  }
  co_await linger();
}

Awaitable<void> Connection::linger() {
  deadline_in(edge_.draining ? linger_deadline_draining : linger_deadline);
  lingering_ = true;
  co_await stream_.end_writing();
  if (expired_) co_return;
  std::size_t read = 1;
  while (read > 0) {
    buffer_.consume(buffer_.view().size());
    buffer_.prepare(ReadBuffer::idle_bytes);
    read = co_await stream_.discard(buffer_.free_begin(), buffer_.free_bytes());
  }
}

/// Runs `work` on a worker and resumes on the connection's own thread. False when it was not run:
/// the queue is full, or it waited too long. What was `admitted` before is always run.
Awaitable<bool> Connection::on_worker(Lane lane, bool admitted, std::function<void()> work) {
  auto initiate = [this, lane, admitted, &work](auto handler) {
    // Shared, because a std::function must be copyable; only one copy ever calls it.
    auto resume = std::make_shared<decltype(handler)>(std::move(handler));
    const auto executor = stream_.executor();
    const auto resume_with = [resume, executor](bool ran) {
      asio::post(executor, [resume, ran] { std::move (*resume)(ran); });
    };
    auto job = [resume_with, work = std::move(work)] {
      work();
      resume_with(true);
    };
    if (admitted)
      pool().post(lane, asker_, std::move(job));
    else if (!pool().try_post(lane, asker_, std::move(job), [resume_with] { resume_with(false); }))
      resume_with(false);
  };
  const bool ran =
      co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&, void(bool)>(
          std::move(initiate), asio::use_awaitable_t<Executor>{});
  co_return ran;
}

}  // namespace lectern::http
