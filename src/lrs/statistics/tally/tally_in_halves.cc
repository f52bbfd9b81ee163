#include "lrs/statistics/tally/tally_in_halves.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <utility>

namespace lectern::lrs {
namespace {

/// So many rows take longer than it takes to begin a thread and to put halves together.
constexpr std::size_t rows_of_halves_min = 100'000;

/// The right to have one more thread: as many in the whole process as there are processors beside
/// the first.
class SecondThread {
 public:
  SecondThread() : may_(++taken() < std::max(2U, std::thread::hardware_concurrency())) {}
  ~SecondThread() { --taken(); }
  SecondThread(const SecondThread&) = delete;
  SecondThread& operator=(const SecondThread&) = delete;

  bool may() const { return may_; }

 private:
  static std::atomic<unsigned>& taken() {
    static std::atomic<unsigned> count{0};
    return count;
  }

  const bool may_;
};

}  // namespace

TallyInHalves::TallyInHalves(const Question& question, const TimeZone& zone,
                             const FactColumns& columns, const Tally::Grow& grow)
    : columns_(columns), grow_(grow) {
  const Tally::Grow in_turn = [this](std::uint64_t bytes) {
    const MutexLock lock(mutex_);
    return grow_(bytes);
  };
  halves_.resize(columns.size() < rows_of_halves_min ? 1 : 2);
  for (auto& half : halves_) half.tally = std::make_unique<Tally>(question, zone, columns, in_turn);
}

/// By the registration; what has none, by its place.
std::size_t TallyInHalves::half_of(const FactBlock::Columns& columns, std::size_t row) const {
  const auto registration = columns.registration[row];
  return (registration != 0 ? registration : row) % halves_.size();
}

Result<void> TallyInHalves::count_half(std::size_t half, const FactMatch& match,
                                       std::size_t left_max,
                                       std::chrono::steady_clock::time_point deadline) {
  auto& [tally, left, counted] = halves_[half];
  std::vector<std::uint32_t> rows, perhaps;
  for (std::size_t block = 0; block < columns_.blocks().size(); ++block) {
    if (std::chrono::steady_clock::now() > deadline)
      return fail(Code::unavailable,
                  "Counting so many statements takes too long here: ask for fewer measures or by a "
                  "narrower filter");
    match.select(block, rows, perhaps);
    const auto& columns = columns_.blocks()[block]->columns();
    if (halves_.size() > 1) {
      std::size_t kept = 0;
      for (const auto row : rows) {
        rows[kept] = row;
        kept += half_of(columns, row) == half ? 1 : 0;
      }
      rows.resize(kept);
    }
    RETURN_IF_ERROR(tally->add(block, rows));
    for (const auto row : perhaps)
      if (half_of(columns, row) == half && left.size() <= left_max) left.push_back({block, row});
  }
  return {};
}

Result<std::vector<FactColumns::RowRef>> TallyInHalves::count(
    const FactMatch& match, std::size_t left_max, std::chrono::steady_clock::time_point deadline) {
  if (halves_.size() > 1) {
    const SecondThread second;
    const auto count_second = [&] {
      halves_[1].counted = count_half(1, match, left_max, deadline);
    };
    std::exception_ptr thrown;  // std::bad_alloc, which would end the process there
    const auto count_beside = [&] {
      try {
        count_second();
      } catch (...) {
        thrown = std::current_exception();
      }
    };
    std::jthread thread;
    if (second.may()) thread = std::jthread(count_beside);
    halves_[0].counted = count_half(0, match, left_max, deadline);
    if (thread.joinable())
      thread.join();
    else
      count_second();
    if (thrown) std::rethrow_exception(thrown);
  } else {
    halves_[0].counted = count_half(0, match, left_max, deadline);
  }
  std::vector<FactColumns::RowRef> left;
  for (auto& half : halves_) {
    RETURN_IF_ERROR(std::move(half.counted));
    left.insert(left.end(), half.left.begin(), half.left.end());
  }
  if (left.size() > left_max) left.resize(left_max + 1);
  return left;
}

Result<void> TallyInHalves::add(FactColumns::RowRef row) {
  const auto half = half_of(columns_.blocks()[row.block]->columns(), row.row);
  const auto number = static_cast<std::uint32_t>(row.row);
  return halves_[half].tally->add(row.block, std::span(&number, 1));
}

Result<Statistics> TallyInHalves::finish() {
  if (halves_.size() > 1) RETURN_IF_ERROR(halves_[0].tally->merge(*halves_[1].tally));
  return halves_[0].tally->finish();
}

}  // namespace lectern::lrs
