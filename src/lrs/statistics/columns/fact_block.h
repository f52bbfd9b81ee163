#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "base/uuid.h"
#include "xapi/position.h"

namespace lectern::lrs {

/// Bytes that the kernel maps, until this object's end. Not thread-safe.
class MemoryMap {
 public:
  /// So many zeros, which take memory once they are written to. Throws std::bad_alloc.
  explicit MemoryMap(std::size_t size);
  /// The first bytes of a file; what is written stays here. data() is null where that fails. A file
  /// that is mapped is never cut short or written to.
  MemoryMap(int file, std::size_t size);
  ~MemoryMap();
  MemoryMap(MemoryMap&& other) noexcept;
  MemoryMap& operator=(MemoryMap&&) = delete;
  MemoryMap(const MemoryMap&) = delete;

  std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

/// The facts of rows_max statements at most, column by column. They lie in memory as they do in a
/// file (fact_files.h). One thread at a time writes, or any number read.
class FactBlock {
 public:
  static constexpr std::size_t rows_max = 65'536;

  template <typename T>
  using Column = std::array<T, rows_max>;

  /// In numbers of a Dictionary, and those from `courses` on of a ListDictionary. Instants are
  /// microseconds since 1970.
  struct Columns {
    Column<std::int64_t> stored, timestamp;
    Column<std::uint64_t> id_hash;
    Column<std::uint32_t> verb, activity, activity_type, actor, authority, platform, language,
        version;
    Column<std::uint32_t> registration;  ///< of a HashDictionary
    Column<std::uint32_t> courses, parents, agents, related_agents, related_activities, authorities;
    Column<double> scaled, raw, duration_s;  ///< where `has` says so
    Column<std::int8_t> success, completion;
    Column<std::uint8_t> flags;  ///< of Flag
  };
  /// What is true of a row.
  enum Flag : std::uint8_t {
    voided = 1,
    refers = 2,
    score_says_nothing = 4,
    duration_says_nothing = 8,
  };
  /// Which columns of numbers any row has.
  struct Has {
    bool scaled = false, raw = false, duration_s = false;
  };
  /// A row that refers to another statement, and its own id.
  struct Referring {
    std::uint32_t row = 0;
    Uuid id;
  };

  /// One without rows.
  FactBlock();
  /// That of a file, whose columns begin at `offset`.
  FactBlock(MemoryMap file, std::size_t offset, std::size_t its_rows);

  Columns& columns() { return *columns_; }
  const Columns& columns() const { return *columns_; }
  /// Adds a row's number to a column that may have none yet.
  void add_number(Column<double> Columns::*column, bool Has::*has_it,
                  const std::optional<double>& number);
  /// Lets go of all rows.
  void clear();
  /// A row's number of such a column, or NaN.
  double number(Column<double> Columns::*column, bool Has::*has_it, std::size_t row) const {
    return has.*has_it ? (columns_->*column)[row] : std::numeric_limits<double>::quiet_NaN();
  }
  /// Memory that it takes, about; that of a file is the kernel's, which lets it go when it needs
  /// to.
  std::size_t bytes() const;

  std::size_t rows = 0;
  Has has;
  std::vector<Referring> referring;  ///< in the order of rows
  /// What its voiding statements void, of this block and of those before.
  std::vector<xapi::Position> voids;
  /// How many were known before its first row.
  std::size_t texts_before = 0, lists_before = 0, registrations_before = 0;
  std::optional<xapi::Position> last;  ///< of its rows

 private:
  MemoryMap memory_;
  Columns* columns_;
  std::size_t rows_of_file_ = 0;
};

}  // namespace lectern::lrs
