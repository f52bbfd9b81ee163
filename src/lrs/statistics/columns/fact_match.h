#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time/time.h"
#include "lrs/selection/chain_check.h"
#include "lrs/selection/selection.h"
#include "lrs/statistics/columns/fact_columns.h"
#include "xapi/terms.h"

namespace lectern::lrs {

/// Which rows a selection lets in.
class FactMatch {
 public:
  /// `filter` as the walk would check it (ChainFilter), `authority` where only statements with it
  /// are shown. The columns outlive it.
  FactMatch(const FactColumns& columns, const Selection& selection, const ChainFilter& filter,
            const std::optional<xapi::Term>& authority, Time until);

  /// Whether it can tell at all: of values that are kept as digests it knows nothing.
  bool able() const { return able_; }

  /// Puts the rows of a block that are let in into `rows`, and those that refer and are not let in
  /// by themselves into `perhaps`; both ascending.
  void select(std::size_t block, std::vector<std::uint32_t>& rows,
              std::vector<std::uint32_t>& perhaps) const;

 private:
  /// One term or several, of which one must fit.
  struct Wanted {
    xapi::TermKind kind{};
    std::vector<std::uint32_t> numbers;  // of texts, or of registrations
    std::vector<std::uint8_t> lists;     // 1: holds one of them
  };
  struct WantedTexts {
    std::vector<std::uint32_t> numbers;
    bool any = true;  // nothing is asked for
  };

  void want(const xapi::Terms& terms);
  WantedTexts numbers_of(const std::vector<std::string>& texts) const;
  void keep_plain(const FactBlock& block, std::vector<std::uint32_t>& rows) const;
  static void keep_texts(const WantedTexts& wanted, const FactBlock::Column<std::uint32_t>& column,
                         std::vector<std::uint32_t>& rows);
  static bool fits(const Wanted& wanted, const FactBlock::Columns& columns, std::size_t row);

  const FactColumns& columns_;
  bool able_ = true;
  std::int64_t since_, until_;  // of `stored`
  std::optional<std::int64_t> timestamp_since_, timestamp_until_;
  std::vector<Wanted> wanted_;
  std::optional<Wanted> authority_;
  WantedTexts types_, platforms_, languages_;
  std::optional<std::vector<std::uint8_t>> courses_, parents_;  // by list
  std::int8_t success_ = -1, completion_ = -1;
};

}  // namespace lectern::lrs
