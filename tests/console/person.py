"""A person at the console, in a headless Chromium: what they press and type, and what they see."""

import base64
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(HERE), one) for one in ("api", "clients", "")]
import npm
import webdriver

KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Down": "\ue015", "Up": "\ue013", "Left": "\ue012", "Right": "\ue014", "Tab": "\ue004"}
# Rules of the Web Content Accessibility Guidelines 2.2, A and AA, and what axe holds to be good practice.
AXE = """return axe.run(document, { resultTypes: ["violations"] })
  .then((told) => told.violations.map((one) => one.id + ": " + one.help + ": " + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(" | ")));"""
SEEN = """const all = [...document.querySelectorAll(arguments[0])];
return all.filter((one) => one.checkVisibility()).map((one) => one.innerText.trim());"""


class Person(webdriver.Browser):
    """`with Person(url) as person:` opens a browser; nothing is signed in."""

    def __init__(self, url):
        self.url = url
        self.pictures = os.environ.get("LECTERN_PICTURES")  # a folder: what is looked at is kept there
        self.axe = None

    def devtools(self, command, **parameters):
        return self.ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def uses(self, theme="light", width=1280, height=800, phone=False, languages=None):
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        if languages:
            agent = self.run("return navigator.userAgent")
            self.devtools("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=languages)

    def signs_in(self, name="janedoe", password="supersecret", view=""):
        self.open("about:blank")
        self.open(self.url + "/console" + view)
        self.wait(lambda: self.sees(".sign-in input"))
        self.type(".sign-in input[type=text]", name)
        self.type(".sign-in input[type=password]", password + KEYS["Enter"])

    def goes_to(self, address):
        self.run("location.hash = arguments[0]", address)

    def sees(self, selector):
        """The texts of what is shown, in order."""
        return self.run(SEEN, selector)

    def awaits(self, selector, text="", seconds=10):
        """Waits until something is shown that has this text, and gives its text."""
        return self.wait(lambda: next((one for one in self.sees(selector) if text in one), None), seconds)

    def presses(self, selector, text=""):
        """Clicks what is shown and has this text."""
        self.awaits(selector, text)
        assert self.run("""const one = [...document.querySelectorAll(arguments[0])].find((one) => one.checkVisibility() && one.innerText.includes(arguments[1]));
            one?.scrollIntoView({ block: "nearest" }); one?.click(); return Boolean(one);""", selector, text), (selector, text)

    def keys(self, *names):
        actions = [{"type": kind, "value": KEYS.get(name, name)} for name in names for kind in ("keyDown", "keyUp")]
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def drags(self, selector, begin, end):
        """Across an element, from one part of its width to another."""
        x, y, width, height = self.run("const at = document.querySelector(arguments[0]).getBoundingClientRect(); return [at.x, at.y, at.width, at.height]", selector)
        to = [{"type": "pointerMove", "duration": 100, "x": int(x + width * part), "y": int(y + height / 2)} for part in (begin, end)]
        self.ask("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": [
            to[0], {"type": "pointerDown", "button": 0}, to[1], {"type": "pointerUp", "button": 0}]}]})

    def focuses(self, label):
        self.run("""const label = [...document.querySelectorAll("label")].find((one) => one.checkVisibility() && one.textContent.trim() === arguments[0]);
            document.getElementById(label.htmlFor).focus();""", label)

    def fills(self, label, text):
        """Types into the field with this label, in place of what is there."""
        self.run("""const label = [...document.querySelectorAll("label")].find((one) => one.checkVisibility() && one.textContent.trim() === arguments[0]);
            const input = document.getElementById(label.htmlFor);
            input.value = arguments[1]; input.dispatchEvent(new Event("change", { bubbles: true }));""", label, text)

    def address(self):
        return self.run("return location.hash")

    def finds_no_fault(self, what):
        """axe has no findings, in either theme; keeps a picture of each."""
        if self.axe is None:
            with open(os.path.join(npm.installed("axe", "axe-core@4.12.1"), "axe-core", "axe.min.js")) as source:
                self.axe = source.read()
        for theme in ("light", "dark"):
            self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
            self.run(self.axe)
            found = self.run(AXE)
            self.picture(f"{what}-{theme}")
            assert not found, f"{what} in the {theme} theme:\n  " + "\n  ".join(found)

    def picture(self, name):
        if not self.pictures:
            return
        time.sleep(0.2)
        with open(os.path.join(self.pictures, name + ".png"), "wb") as out:
            out.write(base64.b64decode(self.ask("GET", "/screenshot")))

    def sees_no_broken_rule(self):
        """Nothing was refused by the page's policy, no module has failed."""
        bad = [one for one in self.complaints() if "Failed to load resource" not in one]
        assert not bad, bad
