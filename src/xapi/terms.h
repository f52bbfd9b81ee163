#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/uuid.h"

namespace lectern::xapi {

/// What a query can ask of a statement, as flat strings. They are taken from a statement once,
/// here; a store compares them and never looks into a statement.
///
///   term  = verb / activity / agent / registration / authority / ref
///   verb         = "verb:" IRI
///   activity     = "activity:" IRI            ; the statement's object
///                / "activity~:" IRI           ; anywhere that related_activities looks (the object
///                too)
///   agent        = "agent:" ifi               ; actor or object, or a member of such a Group
///                / "agent~:" ifi              ; anywhere that related_agents looks (actor, object
///                too)
///   registration = "registration:" UUID       ; lower case
///   authority    = "authority:" ifi           ; for `mine`; of each member for a Group
///   ref          = "ref:" UUID                ; the statement that the object refers to
///   ifi   = "mbox:mailto:" address            ; its domain in lower case
///         / "sha1:" 40 lower-case hex digits
///         / "openid:" URI
///         / "account:" homePage " " name      ; an IRI holds no blank, so the first one parts them
///
/// A value longer than 512 bytes is replaced by "#" and its SHA-256 in hex, so that no store
/// meets a term that it cannot index.
using Terms = std::vector<std::string>;

/// The terms of one valid statement: sorted, each once. Communication 2.1.3; contextAgents and
/// contextGroups (2.0) are taken wherever they stand.
Terms terms_of(json::Value statement);

/// The `ifi` of an Agent or an identified Group; nothing for an anonymous Group.
std::optional<std::string> ifi_of(json::Value agent);

/// The term of each thing that a query can ask for; of long values a digest stands in their place.
std::string verb_term(std::string_view iri);
bool is_verb_term(std::string_view term);
std::string activity_term(std::string_view iri, bool related);
std::string agent_term(std::string_view ifi, bool related);
std::string registration_term(const Uuid& registration);
std::string authority_term(std::string_view ifi);
std::string reference_term(const Uuid& target);

/// Whether `terms` (sorted) hold every one of `wanted` (in any order).
bool match(const Terms& terms, const Terms& wanted);

/// The terms of a referring statement's target that the referring one takes over: all but
/// `authority:` (or read/mine would leak) and `ref:`. Communication 2.1.3, StatementRefs.
Terms inheritable(const Terms& target);

/// The statement that this one's object refers to, if it is a StatementRef.
std::optional<Uuid> reference_of(json::Value statement);

/// Whether this is a voiding statement (Data 2.3.2): the verb `voided` on a StatementRef.
bool is_voiding(json::Value statement);

}  // namespace lectern::xapi
