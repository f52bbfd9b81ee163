#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/json.h"
#include "base/uuid.h"

namespace lectern::xapi {

/// What a term asks of a statement. In the order of their texts, so that terms sort as their
/// texts do.
enum class TermKind : std::uint8_t {
  activity,          ///< the statement's object
  related_activity,  ///< anywhere that related_activities looks, the object too
  agent,             ///< actor or object, or a member of such a Group
  related_agent,     ///< anywhere that related_agents looks, actor and object too
  authority,         ///< for `mine`; of each member for a Group
  inherits,          ///< a mark that only a store gives (store/common/reference_resolver.h)
  registration,
  verb,
};

/// One thing that a query can ask of a statement. Terms are taken from a statement once, here; a
/// store compares them and never looks into a statement. What is kept on disk and in databases is
/// the text of a term:
///
///   text  = kind ":" value
///   kind  = "activity" / "activity~" / "agent" / "agent~" / "authority" / "inherits"
///         / "registration" / "verb"            ; "~" marks the related ones
///   value = IRI                                ; of an activity, of a verb
///         / ifi                                ; of an agent, of an authority
///         / UUID                               ; of a registration, in lower case
///         / "#" 64 lower-case hex digits       ; SHA-256 of a value longer than 512 bytes, so that
///                                              ; no store meets a term that it cannot index
///   ifi   = "mbox:mailto:" address             ; its domain in lower case
///         / "sha1:" 40 lower-case hex digits
///         / "openid:" URI
///         / "account:" homePage " " name       ; an IRI holds no blank, so the first parts them
struct Term {
  static constexpr std::size_t prefix_bytes_max = 13;  ///< of a text: its kind and the colon

  TermKind kind;      ///< what it asks of a statement
  std::string value;  ///< what stands behind the colon

  /// A text as a store has kept it; nothing for a kind that no query asks for (any longer).
  static std::optional<Term> parse(std::string_view text);
  /// Its text, as stores keep it.
  std::string text() const;
  /// Its text behind what `out` holds.
  void append_to(std::string& out) const;

  auto operator<=>(const Term&) const = default;
};

/// Some of them; sorted where they are those of a statement.
using Terms = std::vector<Term>;

/// 0 for the kind whose terms the fewest statements tend to share, and so on. A store that does not
/// know better looks for the term of the lowest rank first.
int selectivity_rank(TermKind kind);

/// The terms of one valid statement: sorted, each once. Communication 2.1.3; contextAgents and
/// contextGroups (2.0) are taken wherever they stand.
Terms terms_of(json::Value statement);

/// The `ifi` of an Agent or an identified Group; nothing for an anonymous Group.
std::optional<std::string> ifi_of(json::Value agent);

/// The term of each thing that a query can ask for; of long values a digest stands in their place.
Term verb_term(std::string_view iri);
Term activity_term(std::string_view iri, bool related);
Term agent_term(std::string_view ifi, bool related);
Term registration_term(const Uuid& registration);
Term authority_term(std::string_view ifi);

/// Whether `terms` (sorted) hold every one of `wanted` (in any order).
bool match(const Terms& terms, const Terms& wanted);

/// Whether a referring statement takes terms of this kind over from its target: all but
/// `authority`, or read/mine would leak. Communication 2.1.3, StatementRefs.
bool is_inheritable(TermKind kind);
/// Those of these terms.
Terms inheritable(const Terms& target);

/// The statement that this one's object refers to, if it is a StatementRef.
std::optional<Uuid> reference_of(json::Value statement);

/// Whether this is a voiding statement (Data 2.3.2): the verb `voided` on a StatementRef.
bool is_voiding(json::Value statement);

}  // namespace lectern::xapi
