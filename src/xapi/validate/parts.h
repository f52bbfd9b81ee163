#pragma once

#include "base/json/json.h"
#include "xapi/validate/check.h"

/// What a statement is made of, each part checked by a file of its own. All return whether the
/// part keeps the rules; the fault is in `check`.
namespace lectern::xapi {

/// Which of the two an actor may be, and whether it must say so (Data 2.4.2, 2.4.4.2).
enum class Actor { agent, group, agent_or_group, stated_agent_or_group };

/// An Agent or Group (Data 2.4.2), its members too.
bool check_actor(Check& check, json::Value actor, Actor kind);
/// An Agent, or a Group without an identifier of exactly two Agents (Data 2.4.9).
bool check_authority(Check& check, json::Value authority);
/// Whether an actor that was checked has an mbox, mbox_sha1sum, openid or account.
bool is_identified(json::Value actor);

/// An Activity with its definition (Data 2.4.4.1).
bool check_activity(Check& check, json::Value activity);
/// The definition of an Activity (Data 2.4.4.1).
bool check_definition(Check& check, json::Value definition);

/// A reference to another statement (Data 2.4.4.3).
bool check_statement_ref(Check& check, json::Value reference);

/// Data 2.4.5.
bool check_result(Check& check, json::Value result);

/// Data 2.4.6. `about_activity`: the statement's object is an Activity.
bool check_context(Check& check, json::Value context, bool about_activity);

/// The attachments of a statement (Data 2.4.11), signatures among them (Data 2.6).
bool check_attachments(Check& check, json::Value attachments);

}  // namespace lectern::xapi
