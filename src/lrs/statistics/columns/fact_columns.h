#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/json.h"
#include "base/time/time.h"
#include "base/uuid.h"
#include "lrs/statistics/columns/dictionary.h"
#include "lrs/statistics/columns/fact_block.h"
#include "lrs/statistics/columns/hash_dictionary.h"
#include "lrs/statistics/columns/list_dictionary.h"
#include "lrs/statistics/question.h"
#include "xapi/facts.h"
#include "xapi/position.h"

namespace lectern::lrs {

/// The facts of a target's statements, column by column, in the order of Position: a hundred bytes
/// a statement. Statements never change, so nothing here does but whether one is voided. One thread
/// at a time writes, or any number read.
class FactColumns {
 public:
  /// A statement's place among them.
  struct RowRef {
    std::size_t block, row;
  };

  /// Adds a statement, behind all others; `voids` is the statement that it voids, of those that are
  /// here, which mark_voided() marks.
  void add(const xapi::Position& position, json::Value statement,
           const std::optional<xapi::Position>& voids = {});
  /// Marks statements as voided, those that are here.
  void mark_voided(const std::vector<xapi::Position>& positions);

  /// Marks what the blocks' own statements void.
  void mark_what_is_voided();

  /// What the rows of a block are the first to name.
  struct News {
    std::vector<std::string> texts;
    std::vector<std::vector<std::uint32_t>> lists;
    std::vector<std::uint64_t> registrations;
  };
  /// Takes over a block behind all others. Its voids are not marked yet.
  void adopt(std::unique_ptr<FactBlock> block, const News& news);
  /// Has the columns of a block lie in a file in place of memory. It has the same rows.
  void put(std::size_t number, std::unique_ptr<FactBlock> block);
  /// Lets go of the rows, but not of texts and so on, whose numbers stay.
  void clear_rows();
  /// The blocks, all but the last of which are full.
  const std::vector<std::unique_ptr<FactBlock>>& blocks() const { return blocks_; }

  /// Behind which the next one is added; nothing: there is none.
  const std::optional<xapi::Position>& last() const { return last_; }
  std::size_t size() const { return size_; }
  /// Memory that it takes, about.
  std::size_t bytes() const;
  const Dictionary& dictionary() const { return texts_; }
  const ListDictionary& lists() const { return lists_; }
  /// The number of a registration's text, of either letter case, among registrations().
  std::uint32_t registration(std::string_view text) const;
  const HashDictionary& registrations() const { return registrations_; }
  /// The id of a row that refers to another statement.
  Uuid referring_id(RowRef place) const;

  /// The column of a dimension that is no time: numbers of texts, or of lists of courses.
  static const FactBlock::Column<std::uint32_t>& column(const FactBlock& block, Dimension by);

 private:
  void add_facts(FactBlock& block, const xapi::Facts& facts);
  void add_terms(FactBlock& block, json::Value statement);

  Dictionary texts_;
  ListDictionary lists_;
  HashDictionary registrations_;
  std::vector<std::unique_ptr<FactBlock>> blocks_;
  std::optional<xapi::Position> last_;
  std::size_t size_ = 0;
  std::vector<std::uint32_t> scratch_;
};

}  // namespace lectern::lrs
