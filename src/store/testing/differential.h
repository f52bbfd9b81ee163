#pragma once

#include <cstdint>

#include "store/testing/contract/contract.h"

namespace lectern::store::contract {

/// How far a comparison goes. The seed alone decides what it does, so a failure can be repeated.
struct Differential {
  std::uint32_t seed = 1;
  int batches = 40;
  int rows_max = 12;           ///< of a batch
  int queries_of_a_batch = 3;  ///< each walked page by page
};

/// Does the same random things to the backend and to the memory store (batches with new, known and
/// conflicting rows, references, voids; walks with terms, windows and pages of all sizes) and
/// expects the same of both.
void check_against_memory(const Backend& backend, const Differential& how = {});

}  // namespace lectern::store::contract
