#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "auth/principal.h"
#include "lrs/counters.h"
#include "lrs/documents/document_queue.h"
#include "lrs/documents/document_sizes.h"
#include "lrs/export/exports_under_way.h"
#include "lrs/fault_kinds.h"
#include "lrs/learned/definitions.h"
#include "lrs/stores.h"
#include "lrs/tolerated.h"

namespace lectern::lrs {

/// What an operator decides about the service.
struct Options {
  std::size_t page_rows_max = 100;     ///< default and maximum of `limit`
  bool restrict_by_authority = false;  ///< everyone reads their own statements only
  bool restrict_by_scopes = false;     ///< everyone may do what their scopes say only
  /// Who may read no more than its own statements keeps to the documents of its own agent.
  bool restrict_documents = false;
  /// Statements that break the standard are taken where Ralph takes them (xapi/ralph_statement.h).
  bool takes_as_ralph = false;
  /// Users whose PUT of a profile needs no precondition: it replaces what is there.
  std::vector<std::string> unconditional_profile_users{};
  std::chrono::milliseconds store_deadline{30'000};  ///< for the store's part of one request
  /// Bytes to which a document may grow by merging: as many as a body may have.
  std::uint64_t document_bytes_max = 100UL * 1024 * 1024;
};

class FactCache;
class Forwarder;
class LiveFeeds;

/// The LRS itself: the stores it works on and what it may do. The verbs (record, list, fetch,
/// documents ...) are functions on it, and only they reach the stores (lrs/stores.h). Thread-safe.
/// Owns nothing but what it has learned and counted.
class Lrs {
 public:
  Lrs(const StoreRefs& stores, Options its_options, Counters its_counters)
      : options(std::move(its_options)),
        counters(its_counters),
        learned(stores.few_document_callers),
        stores_(stores) {}

  Options options;
  Counters counters;
  DefinitionRegistry learned;
  Forwarder* forwarder = nullptr;  ///< none: nothing is forwarded
  FactCache* facts = nullptr;      ///< none: each question reads the statements
  LiveFeeds* live = nullptr;       ///< none: nobody can follow
  Tolerated* tolerated = nullptr;  ///< none: faults that are tolerated are not told
  DocumentQueue document_queue{};
  DocumentSizes document_sizes{};
  ExportsUnderWay exports{};
  FaultKinds refused{};  ///< of statements

  /// The target and deadline of a request that begins now.
  store::Context context(const auth::Principal& principal) const {
    return {principal.target, std::chrono::steady_clock::now() + options.store_deadline};
  }

 private:
  friend const StoreRefs& stores_of(const Lrs& lrs);

  const StoreRefs stores_;
};

inline const StoreRefs& stores_of(const Lrs& lrs) { return lrs.stores_; }

}  // namespace lectern::lrs
