"""Records made from the tables of src/models/tables: for each model one with what must be there, one with all that may
be, and for each member one for each way to break it. The same ones in the same order each time."""

import copy
import json

from tables import Table

HEX32 = "0123456789abcdef0123456789abcdef"
BLOCK = "block-v1:ACME+C101+2026+type@%s+block@" + HEX32
ORA = "block-v1:ACME+C101+2026+type@openassessmentblock@" + HEX32
PATTERNS = {
    "course_key_or_empty": ["course-v1:ACME+C101+2026", "", "course-v1:ACME+C101", "course-v1:a+b+", "course-v1:a++b+c",
                            "course-v1:a+b\n+c", "Course-v1:a+b+c", "ACME/C101/2026", "course-v1:a+b+c\n"],
    "usage_key": [BLOCK % "html", "block-v1:a+b+ctype@html@" + HEX32, "block-v1:a+b+type@html@" + HEX32,
                  "block-v1:a+btype@html@" + HEX32, (BLOCK % "html")[:-1], (BLOCK % "html").upper(), "i4x://a/b"],
    "problem_usage_key": [BLOCK % "problem", BLOCK % "html", "block-v1:a+b+type@problem+block@" + HEX32],
    "block_key": [BLOCK % "html", BLOCK % "Html", BLOCK % "a1", "block-v1:a/b/c+type@html+block@" + HEX32,
                  "block-v1:a+b/c/d+type@html+block@" + HEX32, "block-v1:a+b+c?+type@html+block@" + HEX32,
                  "block-v1:a+b+type@html+block@" + HEX32, "block-v1:a+b+ctype@x+type@html+block@" + HEX32,
                  "block-v1:a\nb+c+d+type@html+block@" + HEX32, (BLOCK % "html") + "a", BLOCK % ""],
    "problem_key": [BLOCK % "problem", BLOCK % "html", BLOCK % "xproblem", (BLOCK % "problem")[1:]],
    "sequence_key": [BLOCK % "sequential", BLOCK % "vertical"],
    "assessment_key": [ORA, BLOCK % "openassessment", ORA.replace("block@", "tttblock@"),
                       ORA.replace("ntblock", "nblock")],
    "asset_path": ["/asset-v1:ACME+C101+2026+type@asset+block@book.pdf", "/asset-v1:A+B+C+type@asset+block",
                   "/asset-v1:A/B/C+type@asset+block/x/y?z", "/asset-v1:A+B+C/D+type@asset+block@b", "/asset-v1:A+B+type@asset+block@b",
                   "/asset-v1:A+B+C+type@asset+block@b\nc", "asset-v1:A+B+C+type@asset+block@b"],
    "answer_key": [HEX32 + "_2_1", HEX32 + "_12_1", HEX32 + "_2_", HEX32.upper() + "_2_1", HEX32 + "_٣_1"],
    "session_key": [HEX32, HEX32[1:], HEX32.upper(), HEX32 + "\n"],
    "sha1": ["a94a8fe5ccb19ba61c4c0873d391e987982fbbd3", "a94a8fe5ccb19ba61c4c0873d391e987982fbbd", "A" * 40],
    "short_sha1": ["a94a8fe5", "", "g", "a" * 41],
    "version_1_0": ["1.0.3", "1.0", "1.0.x", "2.0.0", "1.0.", "1.0.3 ", "1.0.٣"],
    "no_space": ["red", "re d", "re\u00a0d", ""],
}
EDGES = {  # the first one is good; of the others nothing is said: that is what the verdicts are for
    "text": ["some text", "", "é", 7, 7.5],
    "string": ["/a/path", "", 7],
    "path": ["/a/path", "", 7, "/a/b/", "//a", "///a/./b//", ".", "a/../b"],
    "integer": [3, 0, -1, "3", " 3 ", "+3", "1_000", "3.0", "3.5", 3.0, 3.5, 1e3, True, "x", 12345678901234567890123],
    "number": [1.5, 0, -1, "1.5", "nan", "inf", "-inf", "1e3", True, "x", "", " 2 ", "1_0.5", ".5", "5."],
    "decimal": [0.5, 1, -1, 1.0001, 2, -1.5, "0.5", "x", "nan", True, 0.1234, 1e-4, "0.1234", 1e22, "1e-5"],
    "boolean": [True, 0, 1, 2, 1.0, 0.5, "true", "TRUE", "off", "n", "maybe", ""],
    "strict_boolean": [True, False, 1, "true"],
    "true": [True, False, 1, 1.0, "true"],
    "null": [None, "", 0],
    "any": [1],
    "instant": ["2026-11-24T09:13:00.123456+00:00", "2026-11-24T09:13:00Z", "2026-11-24 09:13", "2026-11-24",
                "2026-11-24T09:13:00.123456789Z", "2026-11-24T09:13:00,5+0100", "2026-11-24T09:13:00+01", "2026-11-24t09:13:00z",
                "2026-11-24T09:13:60Z", "2026-11-24T24:00:00Z", "2026-02-30T00:00:00Z", "2026-11-24T09:13:00-00:00",
                "2026-11-24_09:13:00", "20261124T091300Z", "2026-11-24T09Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
                "2026-11-24T09:13:00+23:59", "2026-11-24T09:13:00+24:00", "2026-11-24T09:13Z", "2026-11-24T09:13:00 Z",
                1700000000, 1700000000000, 1e11, 1e20, -1, 1700000000.5, "1700000000", "1700000000.5", True, "yesterday",
                20000000000, 20000000001, 253402300799999, 253402300800000, "2026-W48-2", "2026-328"],
    "duration": ["PT1H30M", "P1D", "P1Y2M10DT2H30M", "PT0.5H", "P1DT", "P", "PT", "P1W", "P1WT1H", "PT1S1H", "-PT1S", "1:30",
                 "01:30:15", "01:30:15.5", "3 days, 01:30:15", "3d", "3 days 01:30", "90", 90, 1.5, "x", "P1.5D", "P1.5DT1H", "PT36H",
                 "1:30:15", "1:60", "01:30", "24:00:00", "P1H", "PT1D", "p1d", "P1M", "3 days,", "+3d", True, "1:3:5", "100:30", "3 days 1:30", "3 days 1:30:15", "01:59:60", "25:00:00", "-3 days", "00:00:00,5"],
    "uuid": ["f81d4fae-7dec-41d0-a765-00a0c91e6bf6", "F81D4FAE7DEC41D0A76500A0C91E6BF6",
             "urn:uuid:f81d4fae-7dec-41d0-a765-00a0c91e6bf6", "{f81d4fae-7dec-41d0-a765-00a0c91e6bf6}", "f81d4fae", 7,
             "f81d4fae-7dec-41d0-a76500a0c91e6bf6", "urn:uuid:f81d4fae7dec41d0a76500a0c91e6bf6", "{f81d4fae7dec41d0a76500a0c91e6bf6}"],
    "url": ["https://campus.example/a?b=c#d", "http://", "http:a", "mailto:a@b", "a", "//a/b", "https://a b/", "https://a/ b",
            "https://a:99999/", "https://[::1]:80/", "https://u:p@a", "x:", "https://é.example/", "http://127.0.0.1:8000", "https:///a"],
    "web_url": ["https://campus.example/", "ftp://a/", "http://localhost", "HTTP://A", "campus.example", "https://a\tb/", " http://a/ "],
    "ipv4": ["10.0.0.7", "10.0.0.256", "10.0.0", "010.0.0.7", "::1", 7, -1, 4294967296, True, "10.0.0.7 "],
    "iri": ["https://campus.example/x", "urn:x", "x", "", "http://a b", "http://é.example/é", "a:", "http://a/[", 7],
    "language_tag": ["en-US", "de", "fr_FR", "e", "x-private", "toolonglanguage", "", "zh-Hant-TW"],
    "mailto": ["mailto:ada@campus.example.org", "ada@campus.example.org", "mailto:ada", "mailto:ada@host", "MAILTO:ada@a.org",
               "mailto:a b@a.org", "mailto:", "mailto:ada@a.org?subject=x"],
    "extensions": [{"https://a.example/x": 1}, {}, {"x": 1}, {"https://a.example/x": None, "urn:y": [1]}],
    "object": [{"a": "b"}, {}, []],
    "array": [[1, "a"], []],
}
WRONG = [None, True, 7, 1.5, "", "some text", [], {}, [{}], {"a": 1}]


def edges(type_):
    """Values to try for a type, a good one first."""
    kind = type_[0]
    if kind == "literals":
        return list(type_[1]) + ["another"]
    if kind in EDGES:
        options = type_[1]
        if "pattern" in options:
            return PATTERNS[options["pattern"]] + [7]
        values = list(EDGES[kind])
        if kind in ("text", "string") and "high" in options:
            low, high = int(options["low"] or 0), int(options["high"] or 20)
            values += ["x" * n for n in {max(low - 1, 0), low, high, high + 1}] + ["é" * high]
        return values
    if kind == "any_of":
        return [value for part in type_[1] for value in edges(part)]
    if kind == "json":
        good = made(type_[1], False)
        return [json.dumps(good), "{", "{}", json.dumps(json.dumps(good)), "null"]
    if kind == "list":
        good = made(type_[1], False)
        values = [[good] if type_[2] is None else [made(type_[2], False)], [], [good, good], [good, good, good], [None], good]
        return values + [[value] for value in edges(type_[1])[1:]]
    if kind == "map":
        key, good = made(type_[1], False), made(type_[2], False)
        values = [{key: good}, {}, {key: None}, [good]] + [{other: good} for other in edges(type_[1])[1:] if isinstance(other, str)]
        return values + [{key: other} for other in edges(type_[2])[1:]]
    return [made(type_, False), made(type_, True)]


def made(type_, full):
    """A good value of a type; with all its members where `full`."""
    kind = type_[0]
    if kind == "shape":
        shape = type_[1]
        value = {}
        for name, (inner, required, _) in shape.members.items():
            if required or full:
                value[name] = made(inner, full)
        if shape.must == "new_follows_old":
            value["old"], value["new"] = 3, 4
        if shape.must == "old_follows_new":
            value["old"], value["new"] = 4, 3
        if shape.must == "min_raw_max":
            value.update({"min": 0, "raw": 5, "max": 10} if full else {})
        return value
    if kind == "any_of":
        return made(type_[1][0], full)
    if kind == "list":
        return [made(type_[2] or type_[1], full)]
    if kind == "map":
        return {made(type_[1], full): made(type_[2], full)}
    if kind == "json":
        return json.dumps(made(type_[1], full))
    if kind == "literals":
        return type_[1][0]
    return copy.deepcopy(edges(type_)[0])


def places(type_, path):
    """Each member below a type: its path and its type."""
    kind = type_[0]
    if kind == "shape":
        for name, (inner, _, _) in type_[1].members.items():
            yield path + [name], inner
            yield from places(inner, path + [name])
    elif kind == "any_of":
        yield from places(type_[1][0], path)
    elif kind == "list":
        yield from places(type_[2] or type_[1], path + [0])
    elif kind == "map":
        yield from places(type_[2], path + [made(type_[1], True)])


def holder(record, path):
    for step in path[:-1]:
        record = record[step]
    return record


def base_records(family, model):
    """A model's record with what must be there, and one with all that may be."""
    type_ = ("shape", model[2])
    least, full = made(type_, False), made(type_, True)
    for record in (least, full):
        if family == "edx" and model[1] is None:
            record["context"]["path"] = record["event_type"]
        if family == "xapi":
            record.setdefault("verb", {})["id"] = model[0]
            record["object"].setdefault("definition", {})["type"] = model[1]
    return least, full


def of_model(family, model, seen):
    """The records of one model. What `seen` holds was broken in each way before, and is now in few."""
    least, full = base_records(family, model)
    yield least
    yield full
    type_ = ("shape", model[2])
    holders = [[]]
    for path, inner in places(type_, []):
        known = (path[-1], id(inner)) in seen
        if known and len(path) > 3:
            continue
        seen.add((path[-1], id(inner)))
        yield from broken_ones(full, path, inner, known)
        if inner[0] == "shape" and not known:
            holders.append(path)
    for path in holders:
        record = copy.deepcopy(full)
        holder(record, path + [None])["added"] = 1
        yield record


def broken_ones(full, path, inner, known):
    whole = json.dumps(full)
    record = json.loads(whole)
    del holder(record, path)[path[-1]]
    yield record
    tried = set()
    for value in [None, [], "some text"] if known else WRONG + edges(inner):
        text = json.dumps(value)
        if text not in tried:
            tried.add(text)
            record = json.loads(whole)
            holder(record, path)[path[-1]] = value
            yield record


def records(family):
    """(model's number, text) for each record."""
    table, seen = Table(family), set()
    for number, model in enumerate(table.models):
        texts = set()
        for record in of_model(family, model, seen):
            text = json.dumps(record)
            if text not in texts:
                texts.add(text)
                yield number, text


def main():
    import sys
    for number, text in records(sys.argv[1]):
        print(number, text)


if __name__ == "__main__":
    main()
