#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "xapi/terms.h"

namespace lectern::store::elasticsearch {

/// What the pages of an index that were served so far say about how to ask for the next one. Hints
/// only: a wrong one costs a round trip. Thread-safe.
class QueryHints {
 public:
  /// As an window_log2: no bound.
  static constexpr int unbounded = 63;

  /// Names the pages of a filter: those that begin a walk, or those that go on with one.
  static std::uint64_t page_kind(const xapi::Terms& terms, bool goes_on);

  /// The width of the window of time that held a page last, as a power of two of microseconds.
  std::optional<int> window_log2(std::uint64_t question) const;
  void set_window_log2(std::uint64_t question, int window_log2);

  /// Whether pages for terms of these kinds mostly consist of rows whose texts are known.
  bool texts_known(const xapi::Terms& terms) const;
  /// Of a page of `rows` rows, the texts of `known` were.
  void note_texts(const xapi::Terms& terms, std::size_t known, std::size_t rows);

  /// Statements of which so many will have about a page's bytes of texts together.
  std::size_t rows_at_once() const { return rows_at_once_.load(std::memory_order_relaxed); }
  void set_rows_at_once(std::size_t rows) { rows_at_once_.store(rows, std::memory_order_relaxed); }

 private:
  /// The set of their kinds, a bit each.
  static std::size_t kinds(const xapi::Terms& terms);

  // The upper bits of a question, and the window_log2; 0: nothing.
  std::array<std::atomic<std::uint64_t>, 1024> widths_{};
  // By the kinds of the terms: how much of 1024 was not known.
  std::array<std::atomic<std::uint32_t>, 256> unknown_{};
  std::atomic<std::size_t> rows_at_once_{SIZE_MAX};
};

}  // namespace lectern::store::elasticsearch
