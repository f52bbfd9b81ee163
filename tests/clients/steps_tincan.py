"""What an application does with tincan for Python, run by a Python that has tincan or edx-tincan-py35:
steps_tincan.py ENDPOINT VERSION. Prints a line a step; ends with 1 and the answer where one fails."""

import sys
import uuid

from tincan import (ActivityDefinition, Activity, Agent, AgentProfileDocument, ActivityProfileDocument, LanguageMap,
                    RemoteLRS, StateDocument, Statement, StatementRef, Verb)


def done(name, answer, holds=lambda content: True):
    if not (answer.success and holds(answer.content)):
        sys.exit(f"{name}: {answer.response.status} {answer.data}")
    print(name)
    return answer.content


def main():
    lrs = RemoteLRS(endpoint=sys.argv[1], version=sys.argv[2], username="tincan", password="supersecret")
    me = str(uuid.uuid4())
    agent = Agent(mbox=f"mailto:{me}@example.org", name="Ada")
    activity = Activity(id=f"http://example.org/{me}", definition=ActivityDefinition(name=LanguageMap({"en": "A course"})))
    verb = Verb(id="http://adlnet.gov/expapi/verbs/attended", display=LanguageMap({"en": "attended"}))

    def statement():
        return Statement(id=str(uuid.uuid4()), actor=agent, verb=verb, object=activity)

    one, more = statement(), [statement() for _ in range(3)]
    done("one statement", lrs.save_statement(one))
    done("many statements", lrs.save_statements(more))
    done("one statement again", lrs.save_statement(one))
    done("a statement by id", lrs.retrieve_statement(one.id), lambda got: str(got.id) == str(one.id))
    page = done("a query", lrs.query_statements({"agent": agent, "limit": 2}), lambda got: len(got.statements) == 2)
    done("its next page", lrs.more_statements(page), lambda got: len(got.statements) == 2)
    done("a query in Python's words", lrs.query_statements({"agent": agent, "ascending": True, "related_agents": True}),
         lambda got: str(got.statements[0].id) == str(one.id))

    voiding = Statement(actor=agent, verb=Verb(id="http://adlnet.gov/expapi/verbs/voided"), object=StatementRef(id=one.id))
    done("a voiding statement", lrs.save_statement(voiding))
    done("the voided one", lrs.retrieve_voided_statement(one.id), lambda got: str(got.id) == str(one.id))

    state = StateDocument(id="bookmark", activity=activity, agent=agent, content=bytearray(b'{"page": 1}'),
                          content_type="application/json")
    done("a state", lrs.save_state(state))
    done("the state read", lrs.retrieve_state(activity, agent, "bookmark"), lambda got: bytes(got.content) == b'{"page": 1}')
    done("its id", lrs.retrieve_state_ids(activity, agent), lambda got: got == ["bookmark"])
    done("a state deleted", lrs.delete_state(state))
    done("all states deleted", lrs.clear_state(activity, agent))

    # These two send no condition: their user is named in LECTERN_LRS_UNCONDITIONAL_PROFILE_USERS.
    for kind, Profile, save, ids, retrieve, delete, whose in (
            ("an agent's", AgentProfileDocument, lrs.save_agent_profile, lrs.retrieve_agent_profile_ids,
             lrs.retrieve_agent_profile, lrs.delete_agent_profile, {"agent": agent}),
            ("an activity's", ActivityProfileDocument, lrs.save_activity_profile, lrs.retrieve_activity_profile_ids,
             lrs.retrieve_activity_profile, lrs.delete_activity_profile, {"activity": activity})):
        for content in (b"first", b"second"):
            profile = Profile(id="settings", content=bytearray(content), content_type="text/plain", **whose)
            done(f"{kind} profile, {content.decode()}", save(profile))
        owner = next(iter(whose.values()))
        done(f"{kind} profile's id", ids(owner), lambda got: got == ["settings"])
        done(f"{kind} profile read", retrieve(owner, "settings"), lambda got: bytes(got.content) == b"second")
        done(f"{kind} profile deleted", delete(profile))


if __name__ == "__main__":
    main()
