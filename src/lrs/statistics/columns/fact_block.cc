#include "lrs/statistics/columns/fact_block.h"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include <sys/mman.h>

namespace lectern::lrs {
namespace {

constexpr std::size_t numbers_bytes = 3 * sizeof(double);
constexpr std::size_t row_bytes = sizeof(FactBlock::Columns) / FactBlock::rows_max - numbers_bytes;

}  // namespace

MemoryMap::MemoryMap(std::size_t size) : size_(size) {
  void* const made =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (made == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<std::byte*>(made);
}

MemoryMap::MemoryMap(int file, std::size_t size) : size_(size) {
  void* const made = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  if (made != MAP_FAILED) data_ = static_cast<std::byte*>(made);
}

MemoryMap::MemoryMap(MemoryMap&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}

MemoryMap::~MemoryMap() {
  if (data_ != nullptr) munmap(data_, size_);
}

FactBlock::FactBlock()
    : memory_(sizeof(Columns)), columns_(reinterpret_cast<Columns*>(memory_.data())) {}

FactBlock::FactBlock(MemoryMap file, std::size_t offset, std::size_t its_rows)
    : rows(its_rows),
      memory_(std::move(file)),
      columns_(reinterpret_cast<Columns*>(memory_.data() + offset)),
      rows_of_file_(its_rows) {}

void FactBlock::add_number(Column<double> Columns::*column, bool Has::*has_it,
                           const std::optional<double>& number) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  auto& numbers = columns_->*column;
  if (!(has.*has_it)) {
    if (!number) return;
    has.*has_it = true;
    std::fill_n(numbers.begin(), rows, none);
  }
  numbers[rows] = number.value_or(none);
}

void FactBlock::clear() {
  rows = 0;
  has = {};
  referring.clear();
  voids.clear();
  last.reset();
}

std::size_t FactBlock::bytes() const {
  constexpr std::size_t referring_bytes = sizeof(Referring), voids_bytes = sizeof(xapi::Position);
  const std::size_t numbers = (has.scaled ? 8 : 0) + (has.raw ? 8 : 0) + (has.duration_s ? 8 : 0);
  // Each column begins a page of its own.
  constexpr std::size_t page_bytes = 4'096, columns_in_all = 24;
  const std::size_t begun = rows > rows_of_file_ ? columns_in_all * page_bytes : 0;
  return sizeof(FactBlock) + begun + (rows - rows_of_file_) * (row_bytes + numbers) +
         referring.size() * referring_bytes + voids.size() * voids_bytes;
}

}  // namespace lectern::lrs
