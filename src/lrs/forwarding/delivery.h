#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lrs/forwarding/forwarding_state.h"
#include "net/http_client.h"
#include "store/blob_store.h"
#include "store/statement_store.h"

namespace lectern::lrs {

/// What became of a delivery.
struct Delivered {
  /// What the sender does next.
  enum class Kind {
    taken,    ///< the receiver has the statements now
    refused,  ///< it will never take them as they are
    later,    ///< it is away, busy or misconfigured: the same again later
  } kind = Kind::later;
  int status = 0;  ///< of its answer; 0: none
  std::string reason;
  /// For how long the receiver asked to be left alone, an hour at most.
  std::optional<std::chrono::milliseconds> retry_after{};
};

/// How receivers are spoken to, none of whose requests may take longer than `timeout`.
net::HttpOptions receiver_options(std::chrono::milliseconds timeout);

/// POSTs statements of one version of the standard to a receiver, with the contents of their
/// attachments that the store holds, which are read as they are sent. Statements are as they are
/// stored. Errors: unavailable (our
/// own store).
Result<Delivered> deliver(net::HttpClient& client, const Receiver& receiver,
                          store::BlobStore& blobs, const std::string& target,
                          const std::vector<const store::StoredStatement*>& statements);

/// Bytes of a statement with those contents. Errors: unavailable.
Result<std::uint64_t> bytes_to_send(store::BlobStore& blobs, const std::string& target,
                                    const store::StoredStatement& statement);

/// Whether a stored statement is one of 2.0, to be sent as such.
bool is_of_2_0(const std::string& statement);

}  // namespace lectern::lrs
