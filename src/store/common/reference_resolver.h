#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "store/statement_store.h"

/// How references are followed, the same way in all stores.
///
/// A referring statement takes over what xapi::inheritable() leaves of the terms of its chain: of
/// its target, of that one's target, and so on. Where these are more than
/// limits::inherited_terms_max, or where one append has handed out as many as
/// limits::inherited_terms_of_append_max, it takes over the one term `inherits_more` instead. A
/// query looks at who carries all its terms, and at who carries that mark; each row that refers is
/// checked again along its chain by the caller of query(). So to take over too much does no harm,
/// and what an append costs grows with its rows and those that refer to them, not with the product
/// of referring statements and terms.
namespace lectern::store {

/// The term of a statement that inherits terms which it does not carry.
inline const xapi::Term inherits_more{xapi::TermKind::inherits, "more"};

/// The terms by which a query finds marked statements, which any inheritable term of `wanted` may
/// have led to. Nothing where there is none among them.
std::optional<xapi::Terms> terms_of_marked(const xapi::Terms& wanted);
/// Whether a statement with these terms (sorted) must be among the rows of a query.
bool carries(const xapi::Terms& terms, const xapi::Terms& wanted);

/// What following references takes to know of a statement.
struct ReferenceNode {
  Uuid id;
  xapi::Terms terms;  ///< sorted: its own; of a stored one inherited terms may be among them
  std::optional<Uuid> refers_to;
  bool voids = false;
};

/// The same, of a statement that outlives it: appends are large, and their terms are not copied.
struct ReferenceNodeView {
  Uuid id;
  std::span<const xapi::Term> terms;
  std::optional<Uuid> refers_to;
  bool voids = false;
};
/// A view of each of these rows or nodes.
ReferenceNodeView view_of(const Row& row);
std::vector<ReferenceNodeView> views_of(std::span<const Row> rows);
std::vector<ReferenceNodeView> views_of(std::span<const ReferenceNode> nodes);

/// What a store offers so that references can be followed. Every call must see what was appended
/// before. Ids come in pieces: some hundreds, of referrers a few thousand.
class ReferenceAccess {
 public:
  virtual ~ReferenceAccess() = default;

  /// A statement that refers to a target.
  struct Referrer {
    Uuid target;
    Uuid id;
    bool voids = false;  ///< and nothing can take it back any more
    Time stored;         ///< where the store pages by it
  };
  /// A page of those.
  struct Referrers {
    std::vector<Referrer> found;
    bool more = false;  ///< there are others behind the last one
  };

  /// The statements with these ids, in no order; those that are not there are left out.
  virtual Result<std::vector<ReferenceNode>> targets(std::span<const Uuid> ids) = 0;
  /// Statements that refer to one of these: the first ones, or those behind `after`.
  virtual Result<Referrers> referrers(std::span<const Uuid> targets,
                                      const std::optional<Referrer>& after) = 0;
  /// Adds terms to those that these statements have; what they have already is passed over.
  virtual Result<void> add_terms(std::span<const Uuid> ids, const xapi::Terms& terms) = 0;
  /// Marks a statement as voided: lists leave it out from now on. Idempotent.
  virtual Result<void> mark_voided(const Uuid& id) = 0;
};

/// Follows the references of the statements of one append, its rows, piece by piece. Memory is
/// bounded: by the pieces, the terms of a row and the length of a chain. Not thread-safe.
class ReferenceResolver {
 public:
  /// `rows`, and what they view, outlive it. Pieces fail with `unavailable` when the deadline has
  /// passed.
  ReferenceResolver(std::span<const ReferenceNodeView> rows, Deadline deadline);

  /// Does one piece of the work; true: that was the last one. First the rows take over terms and
  /// void their targets; then those that came before and refer to a row take over, and a voiding
  /// one among them voids its row. In this order: who comes to refer to a row meanwhile finds what
  /// it has taken over, or is found.
  Result<bool> step(ReferenceAccess& access);

 private:
  using Shared = std::shared_ptr<const xapi::Terms>;

  /// A statement of which others may inherit.
  struct Known {
    Shared own;  ///< what it passes on of its own; no more than may be inherited
    std::optional<Uuid> refers_to;
    bool voids = false;
  };
  /// A statement whose referrers are looked at; `passes` is empty until one of them was found.
  struct Parent {
    Uuid id;
    Shared passes;
    Shared above;  ///< what its target passes on to it
  };
  struct Level {
    std::size_t depth = 0;  ///< 0: rows
    std::vector<Parent> parents;
    std::optional<ReferenceAccess::Referrer> after;
  };

  Result<void> check_deadline() const;
  Result<void> take_over(ReferenceAccess& access);
  Result<void> void_targets(ReferenceAccess& access,
                            std::span<const ReferenceNodeView* const> rows);
  Result<bool> propagate(ReferenceAccess& access);
  /// Asks for those of these statements that are neither known nor rows.
  Result<void> fetch(ReferenceAccess& access, std::vector<Uuid> ids);
  /// Learns of these statements and of those along their chains.
  Result<void> learn(ReferenceAccess& access, std::vector<Uuid> ids);
  /// What a statement passes on: the terms of its chain. It has been learnt.
  Shared passes_of(const Uuid& id) const;
  const Known* known(const Uuid& id) const;
  Result<void> give(ReferenceAccess& access, std::span<const Uuid> ids, const Shared& terms);
  bool push_rows();
  void push(Level below);
  Result<void> find_passes(ReferenceAccess& access, Level& level,
                           const std::vector<ReferenceAccess::Referrer>& referrers);

  const std::span<const ReferenceNodeView> rows_;
  const Deadline deadline_;
  std::unordered_map<Uuid, const ReferenceNodeView*> by_id_;
  std::unordered_map<Uuid, std::optional<Known>> known_;  // in a bounded number
  std::deque<Level> levels_;                              // what is still to be looked at
  std::size_t taken_over_ = 0;                            // rows that have been looked at
  std::size_t passed_on_ = 0;                             // likewise
  std::size_t given_ = 0;                                 // terms
};

/// Does what append() promises about references for rows that have just become visible to
/// `access`. Idempotent, so a retry after a failure completes what was begun.
Result<void> resolve_references(ReferenceAccess& access, std::span<const ReferenceNodeView> rows,
                                Deadline deadline);

}  // namespace lectern::store
