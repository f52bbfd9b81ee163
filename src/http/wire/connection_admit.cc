// What a connection decides by a request's head, before it takes anything of the body.
#include <algorithm>
#include <exception>

#include "auth/principal.h"
#include "base/log.h"
#include "base/uuid.h"
#include "http/wire/connection.h"
#include "http/wire/faults.h"

namespace lectern::http {
namespace {

constexpr std::size_t request_id_bytes_max = 128;

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

}  // namespace lectern::http
