#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/budget.h"
#include "base/result.h"

namespace lectern::auth {
struct Principal;
}

namespace lectern::http {

/// Header fields in their order. Names compare without case.
class Headers {
 public:
  /// The value of the first field with this name.
  std::optional<std::string_view> find(std::string_view name) const;
  void add(std::string name, std::string value);
  /// Replaces every field with this name.
  void set(std::string_view name, std::string value);
  /// Takes every field with this name away.
  void remove(std::string_view name);
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// The bytes of a request's body, in memory or, when it is large, in a mapped temporary file that
/// vanishes with the last copy. Already unzipped.
class Body {
 public:
  Body() = default;
  /// Owns the bytes, and what they are charged for.
  explicit Body(std::string bytes, Charge charge = {});
  Body(std::string_view view, std::shared_ptr<const void> owner)
      : view_(view), owner_(std::move(owner)) {}

  std::string_view view() const { return view_; }

 private:
  std::string_view view_;
  std::shared_ptr<const void> owner_;
};

/// A complete request.
struct Request {
  std::string method;
  std::string path;   ///< as sent, without the query
  std::string query;  ///< behind the `?`, as sent
  Headers headers;
  Body body;
  std::string remote;  ///< the client's address; X-Forwarded-For's last when proxies are trusted
  std::string id;      ///< X-Request-ID, or one that we made
  /// Who the Authorization header is of, once that was found out; null until then.
  std::shared_ptr<const auth::Principal> principal;
  /// What working on the request takes of memory, beside its body; null: it is not counted.
  Charge* memory = nullptr;

  /// Counts `bytes` more, before they are used. Errors: too_large, unavailable.
  Result<void> charge(std::uint64_t bytes) const {
    return memory == nullptr ? Result<void>{} : memory->grow(bytes);
  }
};

/// The next piece of a streamed body; empty at its end. An Error breaks the connection off.
using BodySource = std::function<Result<std::string>()>;

/// Why a request was refused, in the words of its answer; for the log.
struct Refusal {
  std::string reason;   ///< "" for a request that was not refused
  std::string pointer;  ///< a JSON pointer into the body, where there is one
  std::string rule;     ///< the section of the standard
};

/// An answer. The server adds Date, Content-Length, Connection, and leaves the body out for HEAD.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  BodySource stream;               ///< used instead of `body` when set
  std::uint64_t stream_bytes = 0;  ///< what `stream` yields in all
  bool stream_open_ended = false;  ///< how much that is shows only at its end
  /// Set: an empty piece is a pause in an open-ended stream, and no end. `stream` is asked again
  /// when this says so, which is asked ten times a second on an I/O thread and must not block. Such
  /// a stream ends with the connection, when the server stops, or as stream_done says.
  std::function<bool()> stream_ready{};
  /// Set: an empty piece ends an open-ended stream only where this says so; else it is a pause, or
  /// without stream_ready `stream` is asked again when others have had a turn. Asked on an I/O
  /// thread, and must not block.
  std::function<bool()> stream_done{};
  /// What goes beyond it in one piece is charged while that is sent.
  std::uint64_t stream_held_bytes = 0;  ///< memory that `stream` holds at most
  Refusal refusal{};
};

/// Makes the answer to a request. Called on a worker thread; may block; must not throw.
using Handler = std::function<Response(Request&)>;

}  // namespace lectern::http
