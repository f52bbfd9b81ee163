#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/edge.h"
#include "http/wire/body_spool.h"
#include "http/wire/io.h"
#include "http/wire/message.h"
#include "http/wire/read_buffer.h"
#include "http/wire/request_parser.h"
#include "http/wire/stream.h"

namespace lectern::http {

/// One client, from accept to close: reads a request, has it handled on a worker, writes the
/// answer, and again. Everything but the handler runs on the thread of its Loop.
class Connection {
 public:
  Connection(Edge& edge, Loop& loop, Socket socket);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Serves until the connection ends. Edge and Loop outlive it.
  static Awaitable<void> serve(std::unique_ptr<Connection> connection);

  /// Cancels what has taken too long. Called often by the Loop.
  void check(Clock::time_point now);
  /// Ends the connection if it waits for a next request; a request under way is finished.
  void drain();
  void close() { stream_.close(); }

 private:
  enum class Read { whole, answered, broken, fault };

  Awaitable<void> run();
  Read refuse_plain_http();
  void begin_request();
  Awaitable<Read> read_request();
  Awaitable<Read> read_head();
  Awaitable<Read> admit();
  Awaitable<Read> read_body();
  Awaitable<bool> discard_body();
  Awaitable<bool> make_room();
  Awaitable<bool> read_more();
  Awaitable<void> handle();
  Awaitable<bool> answer();
  Awaitable<bool> write_stream();
  Awaitable<bool> write_open_ended();
  Awaitable<bool> write_chunk(const std::string& piece);
  Awaitable<Result<std::string>> next_piece();
  Awaitable<bool> write(std::string_view head, std::string_view body);
  Awaitable<void> linger();
  Awaitable<bool> on_worker(Lane lane, bool admitted, std::function<void()> work);
  WorkerPool& pool() { return bulk_ ? edge_.bulk : edge_.pool; }
  bool progresses();

  void parse();
  void take_head();
  void expect_body();
  bool can_discard() const;
  void run_handler();
  bool unzip(Body& body);
  void charge_answer();
  Charge charge_on(Budget& budget) const;
  void own_answer(const Fault& fault);
  void deadline_in(std::chrono::milliseconds time) { deadline_at(Clock::now() + time); }
  void deadline_at(Clock::time_point at);

  Edge& edge_;
  Loop& loop_;
  Stream stream_;
  ReadBuffer buffer_;
  std::string remote_;

  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::time_point answer_deadline_ = Clock::time_point::max();  // for the answer, whole
  bool expired_ = false;                                          // the last deadline has passed
  bool idle_ = false;       // nothing of a next request has come
  bool lingering_ = false;  // the last answer is out

  std::optional<RequestParser> parser_;
  std::optional<BodySpool> body_;
  std::optional<Fault> fault_;
  Admission admission_;
  Charge memory_;  // beside the body
  Request request_;
  Response response_;
  bool wire_head_ = false;  // HEAD was sent, whatever the request became
  bool bulk_ = false;       // its body is large
  std::size_t asker_ = 0;   // by the Authorization header; 0: without one
  /// What the client had acknowledged when its answer was last seen to move; none while nothing
  /// waits for it.
  std::optional<std::uint64_t> acknowledged_;
  bool keep_alive_ = true;
};

}  // namespace lectern::http
