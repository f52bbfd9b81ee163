#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/json.h"
#include "base/result.h"
#include "store/document_store.h"
#include "xapi/position.h"

/// What is known of forwarding statements to other LRSs. The store itself is the outbox: all that
/// is kept for a receiver is the position up to which it has been served.
namespace lectern::lrs {

/// Another LRS that gets what is stored here: an item of RALPH_XAPI_FORWARDINGS.
struct Receiver {
  std::string url;  ///< of its statement resource
  bool is_active = true;
  std::string username;
  std::string password;
  std::chrono::milliseconds timeout{10'000};  ///< of one request
  /// A receiver that is new gets what was stored after this instant; nothing: after it was met.
  std::optional<Time> from{};
};

/// Reads the setting, a JSON list; every member but `from` is needed, as in Ralph. Errors: invalid.
Result<std::vector<Receiver>> parse_receivers(std::string_view json);

/// A statement that a receiver refused for good.
struct DeadLetter {
  std::string receiver;  ///< its URL
  std::string target;    ///< the place that the statement is stored in
  Uuid statement;
  int status = 0;      ///< of the receiver's answer
  std::string reason;  ///< its text
  Time refused;
};

/// The durable state of forwarding, kept as documents. Thread-safe. Errors: unavailable.
class ForwardingState {
 public:
  explicit ForwardingState(store::DocumentStore& documents) : documents_(documents) {}

  /// Remembers that statements are stored under this target. Idempotent.
  Result<void> add_target(const std::string& target);
  /// All targets that were remembered; the default one always.
  Result<std::vector<std::string>> targets();

  /// Up to where a receiver has been served.
  struct Served {
    xapi::Position position;
    std::string etag;  ///< of the document that says so
  };
  /// How far a receiver has been served of a target; nothing where it never was. Errors:
  /// unavailable.
  Result<std::optional<Served>> served(const std::string& receiver, const std::string& target);
  /// Writes that it has been served up to `position`, which lies behind `from`, unless the document
  /// is not the one of `from` any more (nothing: unless there is one): then nothing is changed and
  /// nothing given back. Since positions only rise an etag never comes again, so a sender that fell
  /// behind cannot set back what another one has written.
  Result<std::optional<Served>> move(const std::string& receiver, const std::string& target,
                                     const std::optional<Served>& from,
                                     const xapi::Position& position);

  /// Takes or prolongs the right to serve a receiver, for `lease`; false while another process
  /// holds it.
  Result<bool> acquire_lease(const std::string& receiver, const std::string& holder,
                             std::chrono::milliseconds lease);
  /// Gives that right back, where it is still the holder's.
  Result<void> release(const std::string& receiver, const std::string& holder);

  /// Keeps a statement that the receiver refused for good. Errors: unavailable.
  Result<void> add_dead_letter(const DeadLetter& letter);
  /// Forgets it, once it was taken after all; fine when it is not there. Errors: unavailable.
  Result<void> remove_dead_letter(const DeadLetter& letter);
  /// Whether that statement is a dead letter of the receiver. Errors: unavailable.
  Result<bool> is_dead(const std::string& receiver, const std::string& target,
                       const Uuid& statement);
  /// All of a receiver's. Errors: unavailable.
  Result<std::vector<DeadLetter>> dead_letters(const std::string& receiver);

 private:
  store::DocumentStore& documents_;
};

}  // namespace lectern::lrs
