#!/usr/bin/env python3
"""People at the console, in a headless Chromium: each scenario is what one of them would do. With LECTERN_PICTURES=FOLDER
keeps pictures of every page that it looks at, in both themes."""

import contextlib
import csv
import gzip
import io
import json
import os
import re
import sys
import time
import urllib.parse

from person import Person
import lectern
import sample
import webdriver

COUNT = 1500
BYTES_MAX = 300_000     # of all that the console is made of, zipped
PAINT_MS_MAX = 1000     # the bound is 200 ms on a quiet machine; tests run on loaded ones
REFERRING = {"actor": sample.learner(3), "verb": {"id": "http://example.org/verbs/commented", "display": {"en": "commented on"}}}


class Store:
    """What the scenarios look at: the statements that were sent, oldest first."""

    def __init__(self, server):
        self.server = server
        self.all = sample.statements(COUNT)
        for begin in range(0, COUNT, 500):
            self.send(self.all[begin:begin + 500])
        self.drawing, body, kind = sample.with_attachment()
        self.send(body, kind)
        self.commented, self.void = self.all[-1], self.all[-2]
        self.send({**REFERRING, "object": {"objectType": "StatementRef", "id": self.commented["id"]}})
        self.send({**REFERRING, "verb": {"id": sample.VERBS["voided"][0]}, "object": {"objectType": "StatementRef", "id": self.void["id"]}})

    def send(self, body, kind="application/json"):
        answer = self.server.call("POST", "/xAPI/statements", body, {"Content-Type": kind})
        assert answer.status == 200, answer


def comes_whole_and_small(person, server):
    """All of it is from this server, is small, and is painted at once."""
    person.open(person.url + "/console")
    person.awaits(".sign-in h1", "Sign in")
    asked = person.run("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert asked and all(one.startswith(person.url) for one in asked), asked
    files = {urllib.parse.urlparse(one).path for one in asked} | {"/console"}
    size = sum(len(gzip.compress(server.call("GET", one, user=None).body, 3)) for one in files)
    painted = person.run("return performance.getEntriesByType('paint').find((one) => one.name === 'first-contentful-paint').startTime")
    print(f"  {len(files)} files, {size} bytes zipped; first painted after {painted:.0f} ms")
    assert size < BYTES_MAX and painted < PAINT_MS_MAX, (size, painted)
    person.finds_no_fault("sign-in")


def signs_in_and_out(person, store):
    person.signs_in(password="wrong")
    person.awaits("[role=alert]", "No user has this name and password.")
    person.signs_in()
    person.awaits("#who", "janedoe")
    kept = person.run("return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])")
    assert kept == '[{},{},""]', kept
    person.presses("#who button", "Sign out")
    person.awaits(".sign-in h1", "Sign in")
    assert person.sees("article") == []


def reads_the_list(person, store):
    """Sentences, newest first, and on and on."""
    person.signs_in(view="#/statements")
    person.awaits("article a", "Dora Stein commented on statement")
    person.awaits("article a", "Essay <b>about</b> clay")
    assert person.run("return document.querySelectorAll('article').length") < 60
    for _ in range(40):
        if person.sees(".note") == [f"{COUNT + 2:,} statements"]:  # one is void
            break
        person.run("const box = document.querySelector('.endless'); box.scrollTop = box.scrollHeight;")
        time.sleep(0.1)
    person.awaits(".note", f"{COUNT + 2:,} statements")
    oldest = store.all[0]
    person.awaits("article a", f"{oldest['actor']['name']} {oldest['verb']['display']['en']}")
    assert person.run("return document.querySelectorAll('article').length") < 60
    person.run("document.querySelector('.endless').scrollTop = 0")
    person.awaits("article a", "Dora Stein commented on statement")
    person.finds_no_fault("statements")


def goes_through_it_by_keyboard(person, store):
    person.signs_in(view="#/statements?verb=" + urllib.parse.quote(sample.VERBS["completed"][0]))
    person.awaits("article a", "completed")
    person.run("document.querySelector('article a').focus()")
    first = person.run("return document.activeElement.innerText")
    person.keys("Down", "j")
    third = person.run("return document.activeElement.innerText")
    assert third == person.sees("article a")[2], (first, third)
    person.keys("Enter")
    person.awaits(".panel h2", "completed")
    person.keys("Escape")
    person.wait(lambda: not person.sees(".panel h2"))
    assert person.run("return document.activeElement.innerText") == third


def filters_it(person, store):
    """What is asked for stands in the address, and the address alone brings it back."""
    person.signs_in(view="#/statements")
    person.awaits("article a")
    person.fills("Person", "learner3@example.org")
    person.fills("Verb", sample.VERBS["answered"][0])
    wanted = [one for one in store.all if one["actor"] == sample.learner(3) and one["verb"]["id"] == sample.VERBS["answered"][0]]
    assert 5 < len(wanted) < 100
    person.awaits(".note", f"{len(wanted)} statements")
    assert set(person.sees("article a strong:first-child")) == {"Dora Stein"}
    address = person.address()
    assert "learner3" in address and "answered" in address, address
    person.signs_in(view=address)
    person.awaits(".note", f"{len(wanted)} statements")
    person.run("const make = URL.createObjectURL; URL.createObjectURL = (blob) => make(window.saved = blob)")
    person.presses("button", "Save as CSV")
    person.awaits("#said", "It is saved as statements.csv.")
    rows = list(csv.DictReader(io.StringIO(person.run("return window.saved.text()"))))
    assert [one["id"] for one in rows] == [one["id"] for one in wanted], rows
    person.presses("article a")
    person.awaits(".panel li", "It has the agent at /actor.")
    person.awaits(".panel li", "It has the verb at /verb/id.")
    person.presses(".filters button", "Clear")
    person.awaits("article a", "Essay")
    person.fills("Person", "{")
    person.awaits("[role=alert]", "agent")


def chooses_filters_from_the_data(person, store):
    """By keyboard: what is offered is what there is, the most frequent first, within what the other filters let in."""
    person.signs_in(view="#/statements")
    person.awaits("article a")
    person.focuses("Person")
    person.keys(*"stein")
    person.awaits("[role=option]", "Dora Stein")
    assert all("Stein" in one for one in person.sees("[role=option]")), person.sees("[role=option]")
    person.finds_no_fault("completion")
    person.keys("Down")
    assert person.run("return document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).innerText").startswith("Dora Stein")
    person.keys("Enter")
    hers = [one for one in store.all if one["actor"] == sample.learner(3)]
    person.awaits(".note", f"{len(hers) + 2} statements")
    assert person.sees("[role=option]") == [] and "learner3" in person.address(), person.address()
    person.focuses("Activity")
    person.keys("Down")
    person.awaits("[role=option]", "Soil science")
    offered = len(person.sees("[role=option]"))
    assert offered == min(30, len({one["object"]["id"] for one in hers})), offered
    person.keys("Escape")
    assert person.sees("[role=option]") == []
    person.signs_in(view=person.address())
    person.wait(lambda: person.run("return document.querySelector('.filters input').value") == "Dora Stein")
    person.focuses("Verb")
    person.keys("Down")
    person.presses("[role=option]", "answered")
    person.awaits(".note", f"{len([one for one in hers if one['verb']['id'] == sample.VERBS['answered'][0]])} statements")
    person.focuses("Verb")
    person.keys("Escape")
    person.awaits(".note", f"{len(hers) + 2} statements")
    person.goes_to("#/overview?clock=timestamp&period=365")
    person.awaits("[data-panel=actor] li")
    person.run("document.querySelector('[aria-label=\"Find in People\"]').focus()")
    person.keys(*"lima 4")
    person.presses("[role=option]", "João Lima 4")
    person.awaits(".chips button", "João Lima 4")
    person.awaits("[data-panel=actor] [aria-pressed=true]", "João Lima 4")
    person.goes_to("#/people")
    person.focuses("Person")
    person.keys(*"berg")
    person.presses("[role=option]", "Gus Berg")
    person.awaits("h1", "Gus Berg")


def looks_at_one(person, store):
    """Its facts, its text as it was received, its drawing, what refers to it, and who made it void."""
    person.signs_in(view="#/statements?id=" + store.commented["id"])
    person.awaits(".panel h2", store.commented["actor"]["name"])
    person.awaits(".panel li", "Dora Stein commented on")
    shown = person.sees(".panel pre")[0]
    sent = person.server.call("GET", "/xAPI/statements?statementId=" + store.commented["id"])
    assert json.loads(shown) == sent.json and re.sub(r"\s", "", shown) == re.sub(r"\s", "", sent.body.decode()), shown
    person.finds_no_fault("one-statement")
    person.goes_to("#/statements?id=" + store.drawing)
    person.presses(".panel button", "Show contents")
    person.wait(lambda: person.run("const image = document.querySelector('.attachments img'); return image?.complete && image.naturalWidth === 1"))
    person.awaits(".attachments a", "Save A drawing")
    person.goes_to("#/statements?id=" + store.void["id"])
    person.awaits(".panel .trouble", "This statement is void")
    person.awaits(".panel p", "Dora Stein voided")
    person.goes_to("#/statements?id=12345678-1234-4234-8234-123456789012")
    person.awaits(".panel [role=alert]")


def asks_the_overview(person, store):
    """Counts are those of what was sent; a mark filters the rest, not its own list; the address holds it all."""
    person.signs_in(view="#/overview?clock=timestamp&period=365")
    person.awaits(".numbers div", f"statements\n{COUNT + 2:,}")
    answered = [one for one in store.all if one["verb"]["id"] == sample.VERBS["answered"][0] and one is not store.void]
    person.awaits("[data-panel=verb] li", f"{len(answered) + 1}")  # and the drawing
    person.awaits("[data-panel=score] p", "Half of them are")
    person.finds_no_fault("overview")
    soil = [one for one in store.all if one["context"]["contextActivities"]["parent"][0]["id"].endswith("soil") and one is not store.void]
    person.presses("[data-panel=course] button", "Soil science")
    person.awaits(".numbers div", f"statements\n{len(soil):,}")
    person.awaits(".chips button", "Soil science")
    assert len(person.sees("[data-panel=course] button")) == 3
    both = [one for one in soil if one in answered]
    person.presses("[data-panel=verb] button", "answered")
    person.awaits(".numbers div", f"statements\n{len(both):,}")
    right = [one for one in both if one["result"]["success"]]
    person.awaits("[data-panel=outcome] li", f"Right\n{len(right):,}")
    person.signs_in(view=person.address())
    person.awaits(".numbers div", f"statements\n{len(both):,}")
    person.awaits("[data-panel=verb] [aria-pressed=true]", "answered")
    person.finds_no_fault("overview-filtered")
    person.presses(".top a", "The statements")
    person.awaits(".note", "statements")
    assert "answered" in person.address() and "soil" in person.address(), person.address()


def chooses_a_time(person, store):
    """By keyboard and by dragging: the bars stay, everything else is of that time only."""
    person.signs_in(view="#/overview?clock=timestamp")
    person.awaits(".told", f"{COUNT + 2:,} statements")
    person.run("document.querySelector('.time-chart').focus()")
    last = person.run("return document.querySelectorAll('.time-chart rect').length") - 1
    person.keys("Left", "Left")
    told = person.sees(".told")[0]
    assert person.run("return document.querySelector('.time-chart').getAttribute('aria-valuetext')") == told
    person.keys("Enter")
    count = told.split(": ")[1].split()[0]
    person.awaits(".numbers div", f"statements\n{count}")
    assert person.run("return document.querySelectorAll('.time-chart rect:not(.out)').length") == 1
    assert person.run("return document.querySelectorAll('.time-chart rect').length") == last + 1
    person.run("document.querySelector('.time-chart').focus()")
    person.keys("Escape")
    person.awaits(".numbers div", f"statements\n{COUNT + 2:,}")
    person.drags(".time-chart", 0.02, 0.5)
    person.wait(lambda: "since=" in person.address())
    told = person.awaits(".told", " to ")
    person.awaits(".numbers div", "statements\n" + told.split(": ")[1].split()[0])


def follows_a_learner(person, store):
    """From the table of people to one of them: their numbers, days, courses and visits."""
    person.signs_in(view="#/people")
    person.awaits("tbody tr", "Ann Miller")
    person.finds_no_fault("people")
    person.presses("button.sort", "Right")
    person.awaits("th[aria-sort]", "Right")
    rates = [int(one.rstrip("%")) for one in person.sees("tbody td:nth-child(4)") if one != "–"]
    assert len(rates) > 10 and rates == sorted(rates, reverse=True), rates
    person.fills("Person", "learner5@example.org")
    person.awaits("h1", "Farah Aziz")
    hers = [one for one in store.all if one["actor"] == sample.learner(5) and one is not store.void]
    person.awaits(".numbers div", f"Statements\n{len(hers)}")
    person.awaits(".told", f"{len(hers)} statements")
    assert len(person.wait(lambda: person.sees(".visit li"))) == min(100, len(hers))
    person.awaits(".visit li", f"Farah Aziz {hers[-1]['verb']['display']['en']}")
    person.finds_no_fault("person")
    person.presses(".bars a", "Soil science")
    person.awaits("h1", "Soil science")


def sees_how_a_course_goes(person, store):
    """How many people come how far in it, and what they answer to one of its questions."""
    person.signs_in(view="#/courses")
    person.awaits("tbody tr", "Clean water")
    person.finds_no_fault("courses")
    person.presses("tbody a", "Soil science")
    person.awaits("h1", "Soil science")
    soil = [one for one in store.all if one["object"]["id"].startswith("https://example.org/courses/soil/") and one is not store.void]
    people = {one["actor"]["mbox"] for one in soil}
    done = {one["actor"]["mbox"] for one in soil if one["verb"]["id"] == sample.VERBS["completed"][0]}
    person.awaits(".numbers div", f"People\n{len(people)}")
    person.awaits("tbody tr", f"completed\t{len(done)}")
    person.finds_no_fault("course")
    person.presses("tbody a", "Question 2: Soil science")
    person.awaits("h1", "Question 2: Soil science")
    answers = [one["result"] for one in soil if one["object"]["id"].endswith("/question/2")]
    right = sum(one["success"] for one in answers)
    person.awaits(".bars li", f"Clay soil\n{right}, 100% right")
    person.awaits(".note", f"{len(answers)} answers.")
    person.awaits("p", "Right is: Clay soil")
    person.finds_no_fault("item")


def reads_it_in_german(person, store):
    person.uses(languages="de-AT,de;q=0.9")
    person.signs_in(view="#/statements?verb=" + urllib.parse.quote(sample.VERBS["completed"][0]))
    person.awaits("article a", "schloss ab Einheit")
    person.uses(languages="en")


def tries_statements(person, store):
    """A refused one is told of with place and rule, and the place is selected; a good one is stored."""
    person.signs_in(view="#/try")
    person.awaits(".try textarea, h1", "Try")
    person.finds_no_fault("try")
    person.run("document.querySelector('textarea').value = arguments[0]",
               '{"actor": {"mbox": "ann"}, "verb": {"id": "read"}, "object": {"id": "http://example.org/o"}}')
    person.presses(".try button", "Send")
    person.awaits(".verdict", "Refused")
    assert len(person.sees(".faults li")) == 2, person.sees(".faults li")
    person.awaits(".faults li", "Data 2.4.2.3")
    person.presses(".faults button", "/verb/id")
    assert person.run("const area = document.querySelector('textarea'); return area.value.slice(area.selectionStart, area.selectionEnd)") == '"read"'
    person.finds_no_fault("try-refused")
    person.run("document.querySelector('textarea').value = arguments[0]", json.dumps(
        {"actor": sample.learner(1), "verb": {"id": "http://example.org/verbs/tried"}, "object": {"id": "http://example.org/o"}}))
    person.presses(".try button", "Send")
    person.awaits(".verdict", "Stored")
    person.presses("[role=status] a")
    person.awaits(".panel h2", "Bela Novák tried")


def voids_one(person, store):
    verb = "http://example.org/verbs/mistaken"
    store.send({"actor": sample.learner(1), "verb": {"id": verb}, "object": {"id": "http://example.org/o"}})
    person.signs_in(view="#/statements?verb=" + verb)
    person.presses("article a", "mistaken")
    person.presses(".panel button", "Void …")
    person.awaits("dialog p", "stays so")
    person.finds_no_fault("void")
    person.presses("dialog button", "Void it")
    person.awaits("article a", "voided")
    left = person.server.call("GET", "/xAPI/statements?verb=" + verb).json["statements"]
    assert [one["verb"]["id"] for one in left] == [sample.VERBS["voided"][0]], left  # which refers to it


def asks_how_the_server_is(person, store):
    """Rates and times, who sends what is refused, a dead letter that is sent again."""
    bad = {"actor": sample.learner(1), "verb": {"id": "no-iri"}, "object": {"id": "http://example.org/o"}}
    assert person.server.call("POST", "/xAPI/statements", bad, user="writer").status == 400
    person.signs_in(view="#/health")
    person.awaits(".numbers div", "the store\nanswers", seconds=20)
    person.awaits(".numbers div", "/s")
    person.awaits("tbody tr", "POST /xAPI/statements\t")
    told = person.awaits("[aria-label^=Refused] tbody tr", "writer\tData 2.4.3\t1\t")
    assert "/verb/id" in told and "no-iri" in told, told
    person.awaits("[aria-label=Senders] tbody tr", "janedoe@example.org")
    person.awaits("[aria-label=Forwarding] tbody tr", f"{store.all[0]['id']}\t409")
    person.finds_no_fault("health")
    person.presses("[aria-label=Forwarding] button", "Send them again")
    person.awaits("#said", "They were refused again.")
    person.signs_in("reader", view="#/health")
    person.awaits("[aria-label=Forwarding] p", "Told to users with the scope all only.")


# The page's requests for the tail: what they go on behind, and a way to break them off or refuse them.
TAILS = """const ask = window.fetch;
    window.tails = [];
    window.fetch = (address, options) => {
      if (!String(address).includes("/tail")) return ask(address, options);
      if (window.refusesTails) return Promise.reject(new TypeError("refused"));
      if (window.holdsTails) return new Promise((_, reject) => options.signal.addEventListener("abort", () => reject(options.signal.reason)));
      const broken = new AbortController();
      window.breaks = () => broken.abort();
      window.tails.push(options.headers["Last-Event-ID"] ?? "");
      return ask(address, { ...options, signal: AbortSignal.any([options.signal, broken.signal]) });
    };"""


def watches_live(person, store):
    """What is stored appears, if it is what was asked for; the reader's place stays, and a break loses nothing."""
    verb = "http://example.org/verbs/waved"
    wave = {"actor": sample.learner(6), "verb": {"id": verb}, "object": {"id": "http://example.org/o"}}
    store.send([dict(wave, actor=sample.learner(i)) for i in range(30)])
    person.signs_in(view="#/statements?verb=" + verb)
    person.awaits(".note", "30 statements")
    person.run(TAILS)
    person.presses(".tick", "Live")
    person.awaits(".live-mode", "as they are stored")
    store.send([dict(wave, actor=sample.learner(8)), dict(wave, verb={"id": verb + "/not"})])
    person.awaits(".note", "31 statements")
    assert "İpek Kaya waved" in person.sees("article a")[0], person.sees("article a")[:3]
    person.run("const box = document.querySelector('.endless'); box.scrollTop = 300;")
    person.awaits("article a")
    store.send(wave)
    person.awaits(".note", "32 statements")
    assert person.run("return document.querySelector('.endless').scrollTop") == 300 + 44
    person.run("window.breaks()")
    store.send([dict(wave, actor=sample.learner(i)) for i in range(3)])
    person.awaits(".note", "35 statements")
    assert person.run("return window.tails.map(Boolean)") == [False, True], person.run("return window.tails")
    person.finds_no_fault("live")
    person.presses(".tick", "Live")
    store.send(wave)
    time.sleep(2)
    assert person.sees(".note") == ["35 statements"]
    person.goes_to("#/statements?ascending=true")
    person.awaits("article a")
    assert "Live" not in person.sees(".bar .tick")


def watches_where_streams_are_held_back(person, store):
    """Then the page looks every two seconds, and says so: where they break at once, and where nothing comes of them."""
    for way in ("refuses", "holds"):
        verb = "http://example.org/verbs/nodded/" + way
        nod = {"actor": sample.learner(6), "verb": {"id": verb}, "object": {"id": "http://example.org/o"}}
        store.send(nod)
        person.signs_in(view="#/statements?verb=" + verb)
        person.awaits(".note", "1 statement")
        person.run(TAILS + f"window.{way}Tails = true;")
        person.presses(".tick", "Live")
        person.awaits(".live-mode", "looking every 2 s")
        store.send([nod, nod])
        person.awaits(".note", "3 statements")


def begins_anew_where_very_many_come(person, store):
    """A list does not grow without end."""
    verb = "http://example.org/verbs/rained"
    drop = {"actor": sample.learner(6), "verb": {"id": verb}, "object": {"id": "http://example.org/o"}}
    person.signs_in(view="#/statements?verb=" + verb)
    person.awaits(".note", "No statement is like this.")
    person.presses(".tick", "Live")
    person.awaits(".live-mode", "as they are stored")
    for _ in range(11):
        store.send([drop] * 500)
    person.awaits(".note", "The first 100 statements", seconds=30)
    person.awaits(".live-mode", "as they are stored")
    store.send(dict(drop, actor=sample.learner(8)))
    person.awaits("article a", "İpek Kaya rained")


def is_told_what_is_not_allowed(person, store):
    person.signs_in("writer", view="#/statements")
    person.awaits("[role=alert]", "Access not authorized to scope")


def holds_a_phone(person, store):
    person.uses(width=390, height=800, phone=True)
    person.signs_in(view="#/statements?activity=https://example.org/essay")
    person.awaits("article a")
    person.finds_no_fault("phone-statements")
    assert person.run("return document.documentElement.scrollWidth") <= 390
    person.presses("article a", "Essay")
    person.awaits(".panel h2", "Essay")
    assert person.sees("article a") == []
    person.finds_no_fault("phone-one-statement")
    person.goes_to("#/overview")
    person.awaits("[data-panel=verb] li", "answered")
    assert person.run("return document.documentElement.scrollWidth") <= 390
    person.finds_no_fault("phone-overview")
    person.run("history.back()")
    person.presses(".panel button", "✕")
    person.awaits("article a")
    person.uses()


SCENARIOS = [signs_in_and_out, asks_the_overview, chooses_a_time, follows_a_learner, sees_how_a_course_goes, reads_the_list, goes_through_it_by_keyboard, filters_it, chooses_filters_from_the_data, looks_at_one, reads_it_in_german,
             tries_statements, voids_one, watches_live, watches_where_streams_are_held_back, begins_anew_where_very_many_come, asks_how_the_server_is, is_told_what_is_not_allowed, holds_a_phone]
USERS = [lectern.user("janedoe"), lectern.user("writer", scopes=("statements/write",)), lectern.user("reader", scopes=("statements/read",))]


def switched_off():
    with lectern.Server({"LECTERN_CONSOLE": "false"}) as server:
        for path in ("/console", "/console/main.js"):
            assert server.call("GET", path, user=None).status == 404, path
        assert b"/console" not in server.call("GET", "/", None, {"Accept": "text/html"}, user=None).body


def main():
    if not webdriver.is_here():
        print("there is no chromium with chromedriver: bin/setup test installs them")
        return 1
    receiver = lectern.Server().start()
    other = {"id": sample.statements(COUNT)[0]["id"], **REFERRING, "object": {"id": "http://example.org/another"}}
    assert receiver.call("POST", "/xAPI/statements", other).status == 200
    settings = {"LECTERN_XAPI_FORWARDINGS": json.dumps([{
        "url": f"http://127.0.0.1:{receiver.port}/xAPI/statements", "is_active": True, "basic_username": "janedoe",
        "basic_password": "supersecret", "max_retries": 1, "timeout": 10}])}
    with contextlib.ExitStack() as closing:
        closing.callback(receiver.stop)
        server = closing.enter_context(lectern.Server(settings, users=USERS))
        person = closing.enter_context(Person(f"http://127.0.0.1:{server.port}"))
        person.server = server
        store = Store(server)
        person.uses()
        comes_whole_and_small(person, server)
        for scenario in SCENARIOS:
            if sys.argv[1:] and scenario.__name__ not in sys.argv[1:]:
                continue
            began = time.monotonic()
            scenario(person, store)
            person.sees_no_broken_rule()
            print(f"  {scenario.__name__.replace('_', ' ')}: {time.monotonic() - began:.1f} s")
    switched_off()
    print("the console does what people do there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
