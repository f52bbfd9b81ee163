// How a connection reads a request: its head, then its body, within their deadlines and the budget.
#include <algorithm>
#include <functional>

#include "base/limits.h"
#include "http/wire/connection.h"
#include "http/wire/faults.h"

namespace lectern::http {
namespace {

using std::chrono::milliseconds;

/// How long a body waits for others to give memory back, and how often it looks.
constexpr milliseconds room_deadline{1'000};
constexpr milliseconds room_pause{20};

}  // namespace

void Connection::begin_request() {
  parser_.emplace(edge_.options.header_bytes_max, edge_.options.body_bytes_max);
  body_.emplace(edge_.options.body_memory_bytes_max, edge_.options.spool_dir);
  fault_.reset();
  request_ = {};
  response_ = {};
}

/// Plain HTTP where TLS is spoken. TLS has eaten the request's beginning, so nothing else can be
/// said of it.
Connection::Read Connection::refuse_plain_http() {
  begin_request();
  fault_ = Fault{400, "This port speaks HTTPS: a URL for it begins with https://"};
  take_head();
  return Read::fault;
}

Awaitable<Connection::Read> Connection::read_request() {
  begin_request();
  Read read = co_await read_head();
  if (read == Read::broken) co_return read;
  take_head();
  if (read == Read::whole) read = co_await admit();
  if (read == Read::whole) read = co_await read_body();
  deadline_at(Clock::time_point::max());
  co_return read;
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

Awaitable<bool> Connection::read_more() {
  buffer_.prepare(idle_ ? ReadBuffer::idle_bytes : ReadBuffer::busy_bytes);
  const auto read = co_await stream_.read_some(buffer_.free_begin(), buffer_.free_bytes());
  buffer_.commit(read);
  edge_.counters.received_bytes += read;
  co_return read > 0;
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

}  // namespace lectern::http
