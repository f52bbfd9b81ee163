"""Statements that tables build on."""


def agent(name="{agent}"):
    return {"objectType": "Agent", "mbox": f"mailto:{name}@example.org"}


def activity(name="{activity}", **more):
    return {"objectType": "Activity", "id": f"https://example.org/{name}", **more}


def verb(name="attended"):
    return {"id": f"http://adlnet.gov/expapi/verbs/{name}"}


def statement(id=None, **more):
    made = {"actor": agent(), "verb": verb(), "object": activity(), **more}
    if id:
        made["id"] = id
    return made


def reference(target):
    return {"objectType": "StatementRef", "id": target}


def voiding(target, **more):
    return statement(verb={"id": "http://adlnet.gov/expapi/verbs/voided"}, object=reference(target), **more)
