#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/json/json.h"
#include "base/time/time.h"
#include "base/uuid.h"
#include "lrs/selection/chain_check.h"
#include "lrs/selection/selection.h"
#include "lrs/statistics/dictionary.h"
#include "lrs/statistics/fact_row.h"
#include "lrs/statistics/question.h"
#include "store/statement_store.h"

namespace lectern::lrs {

/// Lists of numbers under small numbers, each once. 0 is the empty list.
class ListDictionary {
 public:
  ListDictionary() { add({}); }

  /// The number of a list, which is added if it is new.
  std::uint32_t add(const std::vector<std::uint32_t>& list);
  /// The list with that number, which was given out.
  std::span<const std::uint32_t> list(std::uint32_t number) const { return *lists_[number]; }
  /// For each list whether it holds one of these.
  std::vector<bool> holding(const std::vector<std::uint32_t>& wanted) const;
  /// How many there are.
  std::size_t size() const { return lists_.size(); }
  /// Memory that it takes, about.
  std::size_t bytes() const { return bytes_; }

 private:
  std::map<std::vector<std::uint32_t>, std::uint32_t> numbers_;
  std::vector<const std::vector<std::uint32_t>*> lists_;  // keys of numbers_
  std::size_t bytes_ = 0;
};

/// The facts of a target's statements, column by column, in the order of Position: a hundred bytes
/// a statement. Statements never change, so nothing here does but whether one is voided. One thread
/// at a time writes, or any number read.
class FactColumns {
 public:
  /// What a selection asks for, in this object's numbers.
  class Match;
  /// A statement's place among them.
  struct RowRef {
    std::size_t block, row;
  };

  /// Adds a statement, behind all others.
  void add(const xapi::Position& position, json::Value statement);
  /// Marks statements as voided, those that are here.
  void mark_voided(const std::vector<xapi::Position>& positions);

  /// Behind which the next one is added; nothing: there is none.
  const std::optional<xapi::Position>& last() const { return last_; }
  std::size_t size() const { return size_; }
  /// Memory that it takes, about.
  std::size_t bytes() const;
  const Dictionary& dictionary() const { return texts_; }
  /// The id of a row that refers to another statement.
  Uuid referring_id(RowRef place) const {
    return referring_.at(place.block * block_rows + place.row);
  }

  /// The number of a row in a dimension that is no time: of its text, or of its list of courses.
  std::uint32_t code(RowRef at, Dimension by) const {
    // In the order of Dimension.
    static constexpr std::array columns{&Block::verb,     &Block::activity, &Block::activity_type,
                                        &Block::courses,  &Block::actor,    &Block::authority,
                                        &Block::platform, &Block::language, &Block::version};
    return (blocks_[at.block].get()->*columns[static_cast<std::size_t>(by)])[at.row];
  }
  /// Every code is less.
  std::size_t codes() const { return std::max(texts_.size(), lists_.size()); }
  /// A row that has that code, and nothing else.
  FactRow row_with(Dimension by, std::uint32_t code) const;
  /// The row at a place, as far as it is needed.
  FactRow row(RowRef place, const FactNeeds& needs) const;

 private:
  static constexpr std::size_t block_rows = 65'536;

  enum Flag : std::uint8_t {
    voided = 1,
    refers = 2,
    score_says_nothing = 4,
    duration_says_nothing = 8,
  };
  struct Block {
    std::vector<std::int64_t> stored, timestamp;  // microseconds
    std::vector<std::uint64_t> id_hash, registration;
    std::vector<std::uint32_t> verb, activity, activity_type, actor, authority, platform, language,
        version;
    std::vector<std::uint32_t> courses, parents, agents, related_agents, related_activities,
        authorities;
    std::vector<double> scaled, raw, duration_s;  // empty where the block has none
    std::vector<std::int8_t> success, completion;
    std::vector<std::uint8_t> flags;

    void reserve();
    std::size_t bytes() const;
  };

  void add_terms(Block& block, json::Value statement, const FactRow& row);

  Dictionary texts_;
  ListDictionary lists_;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::unordered_map<std::size_t, Uuid> referring_;  // by the number of the row
  std::optional<xapi::Position> last_;
  std::size_t size_ = 0;
  std::vector<std::uint32_t> scratch_;
};

/// Which rows a selection lets in.
class FactColumns::Match {
 public:
  /// `filter` as the walk would check it (ChainFilter), `authority` where only statements with it
  /// are shown. The columns outlive it.
  Match(const FactColumns& columns, const Selection& selection, const ChainFilter& filter,
        const std::optional<xapi::Term>& authority, Time until);

  /// Whether it can tell at all: of values that are kept as digests it knows nothing.
  bool able() const { return able_; }

  /// Calls `yes(place)` for each row that is let in, until one of them is false, and
  /// `perhaps(place)` for each that refers and is not let in by itself.
  template <typename Yes, typename Perhaps>
  void each(Yes yes, Perhaps perhaps) const {
    for (std::size_t b = 0; b < columns_.blocks_.size(); ++b) {
      const Block& block = *columns_.blocks_[b];
      if (block.stored.front() > until_) return;
      if (block.stored.back() <= since_) continue;
      const bool all = !asks_ && block.stored.front() > since_ && block.stored.back() <= until_;
      for (std::size_t i = 0; i < block.stored.size(); ++i) {
        if (all ? (block.flags[i] & voided) != 0 : !plain_fits(block, i)) continue;
        if (wanted_.empty() || terms_fit(block, i)) {
          if (!yes(RowRef{b, i})) return;
        } else if ((block.flags[i] & refers) != 0) {
          perhaps(RowRef{b, i});
        }
      }
    }
  }

 private:
  /// One term or several, of which one must fit.
  struct Wanted {
    xapi::TermKind kind{};
    std::vector<std::uint32_t> numbers;
    std::vector<std::uint64_t> registrations;
    std::vector<bool> lists;  // that hold one of them
  };
  struct WantedTexts {
    std::vector<std::uint32_t> numbers;
    bool any = true;  // nothing is asked for
  };

  void want(const xapi::Terms& terms);
  WantedTexts numbers_of(const std::vector<std::string>& texts) const;
  bool plain_fits(const Block& block, std::size_t i) const;
  bool terms_fit(const Block& block, std::size_t i) const;
  bool fits(const Wanted& wanted, const Block& block, std::size_t i) const;

  const FactColumns& columns_;
  bool able_ = true;
  bool asks_ = false;           // for more than a window of `stored`, beside terms
  std::int64_t since_, until_;  // of `stored`
  std::optional<std::int64_t> timestamp_since_, timestamp_until_;
  std::vector<Wanted> wanted_;
  std::optional<Wanted> authority_;
  WantedTexts types_, platforms_, languages_;
  std::optional<std::vector<bool>> courses_, parents_;
  std::int8_t success_ = -1, completion_ = -1;
};

}  // namespace lectern::lrs
