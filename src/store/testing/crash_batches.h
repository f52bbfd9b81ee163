#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "store/statement_store.h"

/// What tests write until the process is killed or the power goes, and what must be there after.
namespace lectern::store::contract {

/// Rows of each batch.
inline constexpr std::size_t batch_rows = 5;

/// What is known of a batch that was acknowledged. Can be sent as it is through a pipe.
struct Acknowledgement {
  std::array<Uuid, batch_rows> ids;
  std::array<std::array<char, 20>, batch_rows> digests;  ///< SHA-1 of the texts, with stored
};

/// Rows that belong together: one that another voids, one that refers to one that comes later.
std::vector<Row> rows_of_batch();
Acknowledgement acknowledgement_of(std::span<const Row> rows);

/// What of an acknowledged batch is not there as it was acknowledged; "" where all is.
std::string fault_of_batch(StatementStore& store, const Acknowledgement& batch);
/// Where a batch is there in part, or the index differs from the texts; "" where all is well. The
/// store holds nothing but such batches.
std::string fault_of_whole(StatementStore& store);

}  // namespace lectern::store::contract
