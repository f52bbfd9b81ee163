#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "lrs/statistics/columns/fact_columns.h"

/// The facts of statements on disk, so that after a restart they need not be read again.
///
///   file      = head padding columns news  ; a block; head and padding have 4,096 bytes
///   columns   = FactBlock::Columns         ; with holes, of a block that is not full
///   news      = *text *list *hash *referring *position
///   text      = size *OCTET                ; texts, lists and registrations that the block's rows
///   list      = size *number               ; are the first to name, in the order of their numbers
///   hash      = 8OCTET
///   referring = number 16OCTET             ; a row that refers to another statement, and its id
///   position  = 8OCTET 16OCTET             ; of a statement that one of the block voids
///   size, number = 4OCTET                  ; as the machine has them
///
/// The head bears checksums of everything, and that of the file before, so what is damaged or out
/// of line is found, and made anew from the statements. Marks of what is voided are not in the
/// columns: a block tells what its own statements void, so files never change.
namespace lectern::lrs {

/// To be raised when anything changes that a block holds: xapi::facts_of(), xapi::terms_of(),
/// FactColumns, FactBlock. Files of another number are made anew.
inline constexpr std::uint32_t facts_version = 1;

/// A lock on a folder, that one process has until its end.
class FolderLock {
 public:
  /// Makes the folder, for this user alone, and takes away what a process left in the folders in it
  /// that was killed while it wrote. Nothing where it cannot be made, or another process has it.
  static std::unique_ptr<FolderLock> take(const std::filesystem::path& folder);

 private:
  explicit FolderLock(int file) : file_(file) {}
  Descriptor file_;
};

/// The files of one target. Nothing here fails: what cannot be read is not there, and what cannot
/// be written is not kept. One thread at a time.
class FactFiles {
 public:
  /// Room that is left on the disk.
  static constexpr std::uint64_t free_bytes_min = 1UL << 30;

  /// Of a folder that it makes when it writes; "": there are none.
  explicit FactFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// The last statement of each file, as far as their heads are whole and in line.
  std::vector<xapi::Position> ends() const;
  /// Adds the next file's block behind the others, which came from the files before. False where
  /// there is none that is whole.
  bool load_next(FactColumns& columns);
  /// Writes a block, of which those before are written, also in place of one that had fewer rows.
  /// False: it is not written; where something but room is lacking, nothing will be any more.
  bool save(const FactColumns& columns, std::size_t number);
  /// The same block as it lies in the file that was written last; null where that is not there.
  std::unique_ptr<FactBlock> mapped(const FactBlock& block, std::size_t number) const;
  /// How many rows the files have that were read or written.
  std::size_t rows() const { return rows_; }

 private:
  struct Head;

  std::filesystem::path path_of(std::size_t number) const;
  static std::optional<Head> head_of(int file);
  static std::string news_of(const FactColumns& columns, std::size_t number, Head& head);
  static bool read_news(std::string_view bytes, const Head& head, FactBlock& block,
                        FactColumns::News& out);
  static bool write(int file, const FactBlock& block, const std::string& news, Head& head);

  std::filesystem::path folder_;
  std::vector<std::uint32_t> checks_;  // of the files that were read or written
  std::size_t rows_ = 0;
};

}  // namespace lectern::lrs
