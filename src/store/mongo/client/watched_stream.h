#pragma once

#include <memory>

#include "base/time/time.h"
#include "net/answer_budget.h"
#include "net/outstanding.h"
#include "store/mongo/client/driver.h"

namespace lectern::store::mongo {

/// What the connections of one client are watched by; for the thread that has the client.
struct StreamWatch {
  mongoc_client_t* client = nullptr;
  net::Outstanding& calls;              ///< that wait for an answer, of the whole pool
  Deadline deadline = Deadline::max();  ///< no answer is waited for beyond it
  /// The part of the budget for answers that the last one takes, until the client asks again or is
  /// given back.
  std::unique_ptr<net::AnswerShare> share{};
  std::size_t bytes = 0;  ///< of it
};

/// Has the connections that the client opens from now on watched: an answer is waited for until the
/// deadline only, or until it is given up, and takes its part of the budget. `watch` outlives the
/// client. A libmongoc without a way to open connections for us has them unwatched.
void watch_streams(StreamWatch& watch);

}  // namespace lectern::store::mongo
