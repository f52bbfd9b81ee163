#include "http/connection.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "auth/principal.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/uuid.h"
#include "http/compression.h"
#include "http/response_head.h"

namespace lectern::http {
namespace {

using std::chrono::milliseconds;

/// How long what a client still sends is read after an answer that ends the connection: closing
/// at once would reset it, and take the answer away from the client.
constexpr milliseconds linger_deadline{5'000};
constexpr milliseconds linger_deadline_draining{300};
constexpr std::size_t request_id_bytes_max = 128;
/// How long a body waits for others to give memory back, and how often it looks.
constexpr milliseconds room_deadline{1'000};
constexpr milliseconds room_pause{20};
/// Bodies from which a request is worked on by the threads that give way to others.
constexpr std::uint64_t bulk_bytes_min = 1024 * 1024;
constexpr std::uint64_t bulk_zipped_bytes_min = 8 * 1024;
/// Bytes of an answer that a client takes within body_idle, at least: a slow line does, and who
/// only wants to hold the connection has to work for it.
constexpr std::uint64_t progress_bytes_min = 16 * 1024;

int status_of(const Error& error) {
  switch (error.code) {
    case Code::invalid:
      return 400;
    case Code::too_large:
      return 413;
    case Code::unavailable:
      return 503;
    default:
      return 500;
  }
}

Fault too_large(std::uint64_t bytes_max, bool known) {
  return {413, fmt::format("The request's body is too large: more than {} bytes{}", bytes_max,
                           known ? " (LECTERN_RUNSERVER_BODY_BYTES_MAX)"
                                 : ", which is all that is taken without an Authorization header")};
}

Fault fault_of(const Error& error) {
  if (!error.detail.empty()) log::error("{}: {}", error.message, error.detail);
  return {status_of(error), error.message};
}

bool is_good_id(std::string_view id) {
  return !id.empty() && id.size() <= request_id_bytes_max &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

/// The last address in X-Forwarded-For: the one that our own proxy has seen and written.
std::string_view last_forwarded(std::string_view list) {
  const auto comma = list.find_last_of(',');
  if (comma != std::string_view::npos) list.remove_prefix(comma + 1);
  const auto begin = list.find_first_not_of(' ');
  return begin == std::string_view::npos ? "" : list.substr(begin);
}

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
  if (progresses()) return deadline_at(now + edge_.options.body_idle);
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
  if (!co_await stream_.handshake()) co_return;
  while (true) {
    const Read read = co_await read_request();
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

Awaitable<Connection::Read> Connection::read_request() {
  parser_.emplace(edge_.options.header_bytes_max, edge_.options.body_bytes_max);
  body_.emplace(edge_.options.body_memory_bytes_max, edge_.options.spool_dir);
  fault_.reset();
  request_ = {};
  response_ = {};
  Read read = co_await read_head();
  if (read == Read::broken) co_return read;
  take_head();
  if (read == Read::whole) read = co_await admit();
  if (read == Read::whole) read = co_await read_body();
  deadline_at(Clock::time_point::max());
  co_return read;
}

/// What the head says, as far as it has come.
void Connection::take_head() {
  request_ = std::move(parser_->request());
  wire_head_ = request_.method == "HEAD";
  bulk_ = false;
  const auto credentials = request_.headers.find("Authorization");
  asker_ = credentials ? std::hash<std::string_view>{}(*credentials) : 0;
  request_.remote = remote_;
  if (edge_.options.trust_forwarded)
    if (const auto list = request_.headers.find("X-Forwarded-For"))
      if (const auto last = last_forwarded(*list); !last.empty()) request_.remote = last;
  const auto id = request_.headers.find("X-Request-ID");
  request_.id = id && is_good_id(*id) ? std::string(*id) : Uuid::random().text();
  keep_alive_ = !fault_ && parser_->keep_alive();
}

/// Has the head looked at before the body is taken: on a worker where that may take long.
Awaitable<Connection::Read> Connection::admit() {
  deadline_at(Clock::time_point::max());
  admission_ = {};
  const bool has_body = !parser_->done();
  if (edge_.options.admit) admission_ = edge_.options.admit(request_, has_body, false);
  if (admission_.undecided) {
    const bool asked = co_await on_worker(Lane::check, false, [this, has_body] {
      try {
        admission_ = edge_.options.admit(request_, has_body, true);
      } catch (const std::exception& error) {
        log::error("{} {} failed: {}", request_.method, request_.path, error.what());
        fault_ = Fault{500, "The server failed"};
      }
    });
    if (!asked) fault_ = Fault{503, "The server is busy: try again later"};
    if (fault_) co_return Read::fault;
  }
  if (admission_.answer) {
    response_ = std::move(*admission_.answer);
    co_return Read::answered;
  }
  expect_body();
  co_return fault_ ? Read::fault : Read::whole;
}

Charge Connection::charge_on(Budget& budget) const {
  return {&budget, request_.principal ? request_.principal->username : std::string()};
}

void Connection::expect_body() {
  memory_ = charge_on(edge_.memory);
  request_.memory = &memory_;
  if (parser_->done()) return;
  body_.emplace(edge_.options.body_memory_bytes_max, edge_.options.spool_dir,
                charge_on(edge_.memory), charge_on(edge_.spool));
  const auto length = parser_->content_length();
  if (!length) return;
  if (*length > admission_.body_bytes_max)
    fault_ = too_large(admission_.body_bytes_max, request_.principal != nullptr);
  body_->expect(*length);
}

/// Feeds the parser with what has come.
void Connection::parse() {
  while (!buffer_.empty() && !parser_->done() && !parser_->fault()) {
    const bool in_head = !parser_->head_done();
    const auto taken = parser_->put(buffer_.view(), body_->tail());
    buffer_.consume(taken);
    if (taken == 0 || (in_head && parser_->head_done())) break;
  }
  fault_ = parser_->fault();
}

Awaitable<Connection::Read> Connection::read_head() {
  buffer_.shrink();
  deadline_in(edge_.options.idle_deadline);
  bool begun = false;
  while (true) {
    // RFC 9112, 2.2: blank lines before a request are no part of it.
    while (!begun && !buffer_.empty() && (buffer_.view()[0] == '\r' || buffer_.view()[0] == '\n'))
      buffer_.consume(1);
    if (!buffer_.empty()) {
      if (!begun) deadline_in(edge_.options.header_deadline);
      begun = true;
      parse();
      if (fault_) co_return Read::fault;
      if (parser_->head_done()) co_return Read::whole;
    }
    if (!begun && edge_.draining) co_return Read::broken;
    idle_ = !begun;
    const bool more = co_await read_more();
    idle_ = false;
    if (more) continue;
    if (!begun) co_return Read::broken;
    if (!expired_) co_return Read::broken;
    fault_ = Fault{408, "The request's headers took too long"};
    co_return Read::fault;
  }
}

Awaitable<Connection::Read> Connection::read_body() {
  const auto whole_deadline = Clock::now() + edge_.options.body_deadline;
  bool invite = parser_->expects_continue();
  while (true) {
    if (!co_await make_room()) co_return Read::fault;
    parse();
    if (!fault_ && body_->size() > admission_.body_bytes_max)
      fault_ = too_large(admission_.body_bytes_max, request_.principal != nullptr);
    if (fault_) co_return Read::fault;
    if (body_->should_spill()) {
      Result<void> spilled;
      co_await on_worker(Lane::own, true, [&] { spilled = body_->spill(); });
      if (!spilled) fault_ = fault_of(spilled.error());
      if (fault_) co_return Read::fault;
    }
    if (parser_->done()) co_return Read::whole;
    // Behind the last whole piece of the grammar only a chunk's head or a trailer can wait.
    if (buffer_.view().size() > edge_.options.header_bytes_max) {
      fault_ = Fault{400, "The request's chunks are not valid"};
      co_return Read::fault;
    }
    deadline_at(std::min(Clock::now() + edge_.options.body_idle, whole_deadline));
    if (invite && buffer_.empty()) {
      invite = false;
      if (!co_await write("HTTP/1.1 100 Continue\r\n\r\n", "")) co_return Read::broken;
    }
    const bool more = co_await read_more();
    if (more) continue;
    if (!expired_) co_return Read::broken;
    fault_ = Fault{408, "The request's body took too long"};
    co_return Read::fault;
  }
}

/// Makes room for what has come of the body. Waits a moment for others to give theirs back.
Awaitable<bool> Connection::make_room() {
  if (parser_->done() || body_->try_reserve(buffer_.view().size())) co_return true;
  deadline_at(Clock::time_point::max());
  // Not all at once: who is refused first makes room for the others.
  const auto until = Clock::now() + room_deadline / 2 +
                     room_deadline / 2 * (std::hash<std::string>{}(request_.id) % 16) / 16;
  Timer pause(stream_.executor());
  while (Clock::now() < until && !edge_.abandoned) {
    pause.expires_after(room_pause);
    co_await pause.async_wait(use_tuple);
    if (body_->try_reserve(buffer_.view().size())) co_return true;
  }
  fault_ = Fault{503, "Requests under way take all the memory there is for them: try again later"};
  co_return false;
}

/// Whether what is left of a refused request's body is little enough to be read and dropped.
bool Connection::can_discard() const {
  if (!parser_->head_done() || parser_->done()) return parser_->done();
  const auto length = parser_->content_length();
  return length && *length <= limits::refused_body_bytes_max && !parser_->expects_continue();
}

/// Reads what is left of a refused request's body, for nobody.
Awaitable<bool> Connection::discard_body() {
  const auto whole_deadline = Clock::now() + edge_.options.body_deadline;
  body_.emplace(edge_.options.body_memory_bytes_max, edge_.options.spool_dir);
  while (true) {
    parse();
    body_->tail().clear();
    if (fault_) co_return false;
    if (parser_->done()) co_return true;
    deadline_at(std::min(Clock::now() + edge_.options.body_idle, whole_deadline));
    if (!co_await read_more()) co_return false;
  }
}

Awaitable<bool> Connection::read_more() {
  buffer_.prepare(idle_ ? ReadBuffer::idle_bytes : ReadBuffer::busy_bytes);
  const auto read = co_await stream_.read_some(buffer_.free_begin(), buffer_.free_bytes());
  buffer_.commit(read);
  edge_.counters.received_bytes += read;
  co_return read > 0;
}

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
    response_ = edge_.handler(request_);
    request_.body = {};  // here, since giving a large mapping back takes its time
    if (response_.status == 503)
      if (const auto seconds = pool().retry_after_s(); seconds > 1)
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
  response_.body = "{\"detail\": " + json::quoted(fault.detail) + "}";
  response_.refusal.reason = fault.detail;
  if (edge_.options.on_own_answer) edge_.options.on_own_answer(request_, response_);
}

Awaitable<bool> Connection::answer() {
  if (!fault_) ++edge_.counters.requests;
  if (edge_.draining) keep_alive_ = false;
  const bool streamed = static_cast<bool>(response_.stream);
  const auto bytes = streamed ? response_.stream_bytes : response_.body.size();
  const bool bodiless = wire_head_ || response_.status == 204 || response_.status == 304;
  const auto head = response_head(response_, {bytes, keep_alive_, parser_->http_1_0()});
  const std::string_view body = bodiless || streamed ? "" : std::string_view(response_.body);
  deadline_in(edge_.options.body_idle);
  bool written = co_await write(head, body);
  if (written && streamed && !bodiless) written = co_await write_stream();
  deadline_at(Clock::time_point::max());
  response_ = {};
  memory_.resize_down(0);
  co_return written;
}

Awaitable<bool> Connection::write_stream() {
  std::uint64_t left = response_.stream_bytes;
  while (left > 0) {
    deadline_at(Clock::time_point::max());
    Result<std::string> piece;
    co_await on_worker(admission_.lane, true, [&] {
      try {
        piece = response_.stream();
      } catch (const std::exception& error) {
        piece = fail(Code::internal, "The server failed", error.what());
      }
    });
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

Awaitable<bool> Connection::write(std::string_view head, std::string_view body) {
  while (!head.empty() || !body.empty()) {
    deadline_in(edge_.options.body_idle);
    const auto written = co_await stream_.write_some(head, body);
    if (written == 0) co_return false;
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
