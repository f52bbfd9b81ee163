"""Reads the tables of src/models/tables; their grammar stands in src/models/table_reader.cc.

A type is a tuple whose first item is its kind: ("any_of", types), ("literals", texts), ("list", type, with, unique),
("map", key, value), ("json", type), ("shape", Shape), or (name, options).
"""

import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Shape:
    def __init__(self):
        self.open, self.must, self.members = False, None, {}  # members: name -> (type, required, nullable)


class Table:
    def __init__(self, family):
        self.words, self.prefixes, self.definitions, self.shapes = [], {}, {}, {}
        with open(os.path.join(ROOT, "src/models/tables", family), encoding="utf-8") as file:
            for line in file:
                if not line.startswith("#"):
                    words = re.findall(r'"[^"]*"|\S+', line)
                    self.words += [(word, index == 0) for index, word in enumerate(words)]
        self.at = 0
        self.find_definitions()
        self.models = []  # (first, second or None, shape)
        self.at = 0
        while self.at < len(self.words):
            word = self.take()
            if word == "model":
                first = self.literal(self.take())
                second = self.take()
                if second == "same":
                    self.take()
                self.models.append((first, None if second == "same" else self.literal(second), self.block()))
            else:
                self.skip(word)

    def take(self):
        self.at += 1
        return self.words[self.at - 1][0]

    def here(self):
        return self.words[self.at][0] if self.at < len(self.words) and not self.words[self.at][1] else ""

    def skip(self, word):
        self.take()
        if word == "prefix":
            self.take()
        elif word == "type":
            while self.here():
                self.take()
        else:
            self.skip_block()

    def skip_block(self):
        depth = 0
        while True:
            word = self.take()
            depth += (word == "{") - (word == "}")
            if depth == 0:
                return

    def find_definitions(self):
        while self.at < len(self.words):
            word = self.take()
            if word == "prefix":
                name = self.take()
                self.prefixes[name] = self.take()
            elif word == "model":
                self.take()
                if self.take() == "same":
                    self.take()
                self.skip_block()
            else:
                self.definitions[self.words[self.at][0]] = self.at + 1
                self.skip(word)

    def expanded(self, text):
        head, colon, tail = text.partition(":")
        return self.prefixes[head + colon] + tail if head + colon in self.prefixes else text

    def literal(self, word):
        return self.expanded(word[1:-1])

    def named(self, name):
        if name not in self.shapes:
            back, self.at = self.at, self.definitions[name]
            self.shapes[name] = ("shape", self.block()) if self.words[self.at][0] == "{" else self.type()
            self.at = back
        return self.shapes[name]

    def block(self):
        self.take()
        shape = Shape()
        while True:
            word = self.take()
            if word == "}":
                return shape
            if word == "of":
                base = self.named(self.take())[1]
                shape.open, shape.must, shape.members = base.open, base.must, dict(base.members)
            elif word == "must":
                shape.must = self.take()
            elif word == "open":
                shape.open = True
            else:
                name = self.expanded(word.rstrip("?"))
                if self.here() == "as":
                    self.take()
                    self.take()
                shape.members[name] = (self.type(), not word.endswith("?"), word.endswith("??"))

    def type(self):
        parts = [self.alternative()]
        while self.here() == "|":
            self.take()
            parts.append(self.alternative())
        return parts[0] if len(parts) == 1 else ("any_of", parts)

    def alternative(self):
        if self.words[self.at][0] == "{":
            return ("shape", self.block())
        word = self.take()
        if word == "(":
            inner = self.type()
            self.take()
            return inner
        if word.startswith('"'):
            return ("literals", [self.literal(word)])
        if word == "list":
            return self.list()
        if word == "map":
            key = self.alternative()
            return ("map", key, self.alternative())
        if word == "json":
            return ("json", self.alternative())
        if word == "or_json":
            inner = self.alternative()
            return ("any_of", [inner, ("json", inner)])
        if word in self.definitions:
            return self.named(word)
        options = {}
        while re.search(r"^(>|~|places$)|\.\.", self.here()) and not self.here().startswith('"'):
            option = self.take()
            if option == "places":
                options["places"] = int(self.take())
            elif option[0] == ">":
                options["above"] = float(option[1:])
            elif option[0] == "~":
                options["pattern"] = option[1:]
            else:
                options["low"], options["high"] = option.split("..")
        return (word, options)

    def list(self):
        inner, with_, unique = self.alternative(), None, None
        if ".." in self.here():
            self.take()
        if self.here() == "with":
            self.take()
            with_ = self.alternative()
        if self.here() == "unique":
            self.take()
            unique = self.take()
        return ("list", inner, with_, unique)
