#include "http/connection.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include "base/json.h"
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
  deadline_ = Clock::time_point::max();
  expired_ = true;
  stream_.cancel();
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
      request_.method = parser_->request().method;
      own_answer(*fault_);
    } else {
      co_await handle();
    }
    const bool answered = co_await answer();
    --edge_.counters.requests_in_flight;
    if (!answered) co_return;
    if (!keep_alive_) break;
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
  if (read == Read::whole) read = co_await read_body();
  if (read == Read::whole) complete_request();
  deadline_at(Clock::time_point::max());
  co_return read;
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
  if (const auto length = parser_->content_length()) body_->expect(*length);
  const auto whole_deadline = Clock::now() + edge_.options.body_deadline;
  bool invite = parser_->expects_continue();
  while (true) {
    parse();
    if (fault_) co_return Read::fault;
    if (body_->should_spill()) {
      Result<void> spilled;
      co_await on_worker(true, [&] { spilled = body_->spill(); });
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

Awaitable<bool> Connection::read_more() {
  buffer_.prepare(idle_ ? ReadBuffer::idle_bytes : ReadBuffer::busy_bytes);
  const auto read = co_await stream_.read_some(buffer_.free_begin(), buffer_.free_bytes());
  buffer_.commit(read);
  edge_.counters.received_bytes += read;
  co_return read > 0;
}

void Connection::complete_request() {
  request_ = std::move(parser_->request());
  request_.remote = remote_;
  if (edge_.options.trust_forwarded)
    if (const auto list = request_.headers.find("X-Forwarded-For"))
      if (const auto last = last_forwarded(*list); !last.empty()) request_.remote = last;
  const auto id = request_.headers.find("X-Request-ID");
  request_.id = id && is_good_id(*id) ? std::string(*id) : Uuid::random().text();
  keep_alive_ = parser_->keep_alive();
}

Awaitable<void> Connection::handle() {
  const bool admitted = co_await on_worker(false, [this] { run_handler(); });
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
    const auto coding = request_.headers.find("Content-Encoding");
    if (body && coding && !body->view().empty() && !equal_without_case(*coding, "identity")) {
      if (!equal_without_case(*coding, "gzip") && !equal_without_case(*coding, "x-gzip")) {
        fault_ = Fault{415, "The request's Content-Encoding is none of: gzip, identity"};
        return;
      }
      BodySpool unzipped(edge_.options.body_memory_bytes_max, edge_.options.spool_dir);
      const auto done = gunzip(body->view(), edge_.options.body_bytes_max, unzipped);
      body = done ? unzipped.finish() : Result<Body>(fail(done.error()));
      request_.headers.remove("Content-Encoding");
    }
    if (!body) {
      fault_ = fault_of(body.error());
      return;
    }
    request_.body = std::move(*body);
    response_ = edge_.handler(request_);
    request_.body = {};  // here, since giving a large mapping back takes its time
    zip_if_worth(request_, response_);
  } catch (const std::exception& error) {
    log::error("{} {} failed: {}", request_.method, request_.path, error.what());
    fault_ = Fault{500, "The server failed"};
  }
}

void Connection::own_answer(const Fault& fault) {
  ++edge_.counters.own_answers;
  response_ = {};
  response_.status = fault.status;
  response_.headers.set("Content-Type", "application/json");
  if (fault.status == 503) response_.headers.set("Retry-After", "1");
  if (fault.status == 415) response_.headers.set("Accept-Encoding", "gzip, identity");
  response_.body = "{\"detail\": " + json::quoted(fault.detail) + "}";
  if (edge_.options.on_own_answer) edge_.options.on_own_answer(response_.headers);
}

Awaitable<bool> Connection::answer() {
  if (!fault_) ++edge_.counters.requests;
  if (edge_.draining) keep_alive_ = false;
  const bool streamed = static_cast<bool>(response_.stream);
  const auto bytes = streamed ? response_.stream_bytes : response_.body.size();
  const bool bodiless =
      request_.method == "HEAD" || response_.status == 204 || response_.status == 304;
  const auto head = response_head(response_, {bytes, keep_alive_, parser_->http_1_0()});
  const std::string_view body = bodiless || streamed ? "" : std::string_view(response_.body);
  deadline_in(edge_.options.body_idle);
  bool written = co_await write(head, body);
  if (written && streamed && !bodiless) written = co_await write_stream();
  deadline_at(Clock::time_point::max());
  response_ = {};
  co_return written;
}

Awaitable<bool> Connection::write_stream() {
  std::uint64_t left = response_.stream_bytes;
  while (left > 0) {
    deadline_at(Clock::time_point::max());
    Result<std::string> piece;
    co_await on_worker(true, [&] {
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
  }
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

/// Runs `work` on a worker and resumes on the connection's own thread. False when the queue is full
/// and the work was not `admitted` before.
Awaitable<bool> Connection::on_worker(bool admitted, std::function<void()> work) {
  auto initiate = [this, admitted, &work](auto handler) {
    // Shared, because a std::function must be copyable; only one copy ever calls it.
    auto resume = std::make_shared<decltype(handler)>(std::move(handler));
    const auto executor = stream_.executor();
    auto job = [resume, executor, work = std::move(work)] {
      work();
      asio::post(executor, [resume] { std::move (*resume)(true); });
    };
    if (admitted)
      edge_.pool.post(std::move(job));
    else if (!edge_.pool.try_post(std::move(job)))
      asio::post(executor, [resume] { std::move (*resume)(false); });
  };
  const bool ran =
      co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&, void(bool)>(
          std::move(initiate), asio::use_awaitable_t<Executor>{});
  co_return ran;
}

}  // namespace lectern::http
