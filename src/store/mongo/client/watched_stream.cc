#include "store/mongo/client/watched_stream.h"

#include <algorithm>
#include <cerrno>
#include <optional>

#include <poll.h>

namespace lectern::store::mongo {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// How often who waits for an answer looks whether it was given up.
constexpr milliseconds look_every{100};
/// None of libmongoc's own kinds.
constexpr int stream_type = 100;

/// A stream of libmongoc around another one, which it owns. The answer to a request is waited for
/// before it is read: what libmongoc had read by then it would throw away.
struct WatchedStream {
  mongoc_stream_t functions{};  // first: libmongoc knows it by this
  mongoc_stream_t* base = nullptr;
  StreamWatch* watch = nullptr;
  bool awaits_answer = false;
  bool timed_out = false;
};

WatchedStream& self(mongoc_stream_t* stream) { return *reinterpret_cast<WatchedStream*>(stream); }

mongoc_stream_t* root_of(mongoc_stream_t* stream) {
  while (auto* under = stream->get_base_stream ? stream->get_base_stream(stream) : nullptr)
    stream = under;
  return stream;
}

/// False: not before the time was over, or it was given up.
bool await_answer(WatchedStream& stream, std::int32_t timeout_ms) {
  auto* const root = root_of(stream.base);
  if (!root->poll) return true;
  auto until = stream.watch->deadline;
  if (timeout_ms >= 0) until = std::min(until, Clock::now() + milliseconds(timeout_ms));
  std::optional<net::Outstanding::Call> call(stream.watch->calls);
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(
        std::clamp<Clock::duration>(until - Clock::now(), milliseconds(0), look_every));
    mongoc_stream_poll_t waiting{root, POLLIN, 0};
    const auto ready = root->poll(&waiting, 1, static_cast<std::int32_t>(left.count()));
    if (ready > 0) {
      call->answered();
      return true;
    }
    if (Clock::now() < until && !call->is_given_up()) continue;
    stream.timed_out = true;
    errno = ETIMEDOUT;
    return false;
  }
}

/// Takes room for so much more of an answer.
bool take_room(StreamWatch& watch, const mongoc_iovec_t* parts, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) watch.bytes += parts[i].iov_len;
  if (!watch.share) watch.share = std::make_unique<net::AnswerShare>(net::all_answers());
  if (watch.share->grow_to(watch.bytes)) return true;
  errno = ENOMEM;
  return false;
}

ssize_t write(mongoc_stream_t* stream, mongoc_iovec_t* parts, std::size_t count,
              std::int32_t timeout_ms) {
  auto& watched = self(stream);
  watched.awaits_answer = true;
  // Who asks again has read what it was answered before.
  watched.watch->share.reset();
  watched.watch->bytes = 0;
  return watched.base->writev(watched.base, parts, count, timeout_ms);
}

ssize_t read(mongoc_stream_t* stream, mongoc_iovec_t* parts, std::size_t count,
             std::size_t bytes_min, std::int32_t timeout_ms) {
  auto& watched = self(stream);
  if (watched.awaits_answer && !await_answer(watched, timeout_ms)) return -1;
  watched.awaits_answer = false;
  if (!take_room(*watched.watch, parts, count)) return -1;
  return watched.base->readv(watched.base, parts, count, bytes_min, timeout_ms);
}

void destroy(mongoc_stream_t* stream) {
  auto* const watched = &self(stream);
  watched->base->destroy(watched->base);
  delete watched;
}

void failed(mongoc_stream_t* stream) {
  auto* const watched = &self(stream);
  auto* const base = watched->base;
  if (base->failed)
    base->failed(base);
  else
    base->destroy(base);
  delete watched;
}

mongoc_stream_t* watched(mongoc_stream_t* base, StreamWatch& watch) {
  auto* const stream = new WatchedStream{};
  stream->base = base;
  stream->watch = &watch;
  auto& functions = stream->functions;
  functions.type = stream_type;
  functions.destroy = destroy;
  functions.failed = failed;
  functions.writev = write;
  functions.readv = read;
  functions.close = [](mongoc_stream_t* one) { return self(one).base->close(self(one).base); };
  functions.flush = [](mongoc_stream_t* one) { return self(one).base->flush(self(one).base); };
  functions.setsockopt = [](mongoc_stream_t* one, int level, int name, void* value,
                            mongoc_socklen_t size) {
    return self(one).base->setsockopt(self(one).base, level, name, value, size);
  };
  functions.get_base_stream = [](mongoc_stream_t* one) { return self(one).base; };
  functions.check_closed = [](mongoc_stream_t* one) {
    return self(one).base->check_closed(self(one).base);
  };
  functions.timed_out = [](mongoc_stream_t* one) {
    auto* const under = self(one).base;
    return self(one).timed_out || (under->timed_out && under->timed_out(under));
  };
  functions.should_retry = [](mongoc_stream_t* one) {
    auto* const under = self(one).base;
    return under->should_retry && under->should_retry(under);
  };
  return &functions;
}

/// What a client is opened with; lives as long as it.
mongoc_stream_t* open_watched(const mongoc_uri_t* uri, const mongoc_host_list_t* host, void* user,
                              bson_error_t* error) {
  auto& watch = *static_cast<StreamWatch*>(user);
  auto* const base = default_stream_initiator()(uri, host, watch.client, error);
  return base ? watched(base, watch) : nullptr;
}

}  // namespace

void watch_streams(StreamWatch& watch) {
  if (default_stream_initiator() == nullptr) return;
  driver().client_set_stream_initiator(watch.client, open_watched, &watch);
}

}  // namespace lectern::store::mongo
