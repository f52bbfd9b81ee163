#!/usr/bin/env python3
"""Checks what no compiler does: who includes whom, sizes, words, and leftovers. Prints each fault; exit 1.

    tools/tidy.py            all of it
    tools/tidy.py --format   also that clang-format 14 would change nothing
"""

import os
import re
import subprocess
import sys

from declarations import declarations

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# A room may include itself and these. docs/ARCHITECTURE.md says why.
ROOMS = {
    "base": set(),
    "xapi": {"base"},
    "models": {"base", "xapi"},
    "net": {"base"},
    "auth": {"base", "xapi", "net"},
    "store": {"base", "xapi", "net"},
    "lrs": {"base", "xapi", "store", "auth", "net"},
    "http": {"base", "xapi", "auth", "lrs"},
    "pipeline": {"base", "xapi", "net", "models"},
    "cli": {"base", "xapi", "net", "auth", "store", "lrs", "http", "models", "pipeline"},
}
# How a database is spoken to, which the room pipeline may see of the store.
CLIENTS = r"store/[a-z]+/client/"
BACKENDS = {"clickhouse", "elasticsearch", "embedded", "fs", "memory", "mongo"}
FILE_LINES_MAX = 600
TEST_LINES_MAX = 800
# Units of one folder: x.h, x.cc and their tests are one. Then it is to be parted by concern.
FOLDER_UNITS_MAX = 16
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100
LEFTOVERS = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
VENDORS = {  # a library, and the one place that may see it
    "simdjson.h": ["src/base/json"],
    "rocksdb/": ["src/store/embedded/"],
    "lz4.h": ["src/store/elasticsearch/"],
    "mongoc": ["src/store/mongo/"],
    "curl/": ["src/net/"],
    "spdlog/": ["src/base/log"],
    "CLI/": ["src/cli/"],
    "zstd.h": ["src/store/common/text_segment", "src/store/embedded/texts/dictionary", "src/pipeline/input",
               "src/lrs/export/parquet/"],
    "zdict.h": ["src/store/embedded/texts/dictionary"],
    "systemd/": ["src/cli/process/service_manager"],
    "boost/": ["src/http/", "src/pipeline/data/ws.cc"],
}


# What a room may not name, beside what it may not include: http calls the verbs of lrs, never a store. Its tests may,
# since they bring stores of their own.
UNNAMED = {
    "http": re.compile(r"\bstore::|\b(?:stores_of|StoreRefs)\b|[\"<](?:store/|lrs/stores\.h)"),
}

# Words that this project once had of its own, and what took their place (docs/GLOSSARY.md).
OLD_WORDS = {
    "Census": "UnmigratedRowMonitor", "Doubt": "WriteInDoubt", "Gatherer": "InsertBatcher", "Habits": "QueryHints", "Horizon": "VisibilityWatermark",
    "Lesson": "MergeJob", "Place": "what it is a place of", "Presence": "a watermark", "Reread": "CacheWarmup",
    "Rounds": "BatchExecutor", "Saying": "Update", "Turns": "FairSemaphore",
}


def tracked():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    return [f for f in out.stdout.split("\n") if f and os.path.isfile(os.path.join(ROOT, f))]


def include_faults(path, text):
    parts = path.split("/")
    room = parts[1]
    if room not in ROOMS:
        return [] if len(parts) == 2 else [f"{path}: no such room"]
    faults = []
    for number, line in enumerate(text.split("\n"), 1):
        found = re.match(r'#include ["<]([^">]+)[">]', line)
        if not found:
            continue
        target = found[1]
        for vendor, places in VENDORS.items():
            if target.startswith(vendor) and not any(path.startswith(p) for p in places):
                faults.append(f"{path}:{number}: only {places[0]} may include <{target}>")
        other = target.split("/")[0]
        if room == "pipeline" and re.match(CLIENTS, target):
            continue
        if other in ROOMS and other != room and other not in ROOMS[room]:
            faults.append(f"{path}:{number}: the room {room} may not include {target}")
        if room == "store" and other == "store" and target.count("/") >= 2:
            folder = target.split("/")[1]
            inside = len(parts) > 3 and parts[2] == folder
            if inside or path.endswith(("_test.cc", "_bench.cc")) and folder in ("memory", "testing"):
                continue  # memory: the reference that every store is compared with
            if folder in BACKENDS and not path.startswith(("src/store/open", "src/store/stubs/")):
                faults.append(f"{path}:{number}: only store/open.cc may include the backend {folder}")
            if folder == "testing" and not path.endswith(("/fixture.h", "_test.h")):
                faults.append(f"{path}:{number}: only tests may include {target}")
    return faults


def function_faults(path, text):
    """Functions of more than FUNCTION_LINES_MAX lines: a line at column 0 that ends in `{`, to the next `}` there."""
    faults, begin, head = [], None, ""
    for number, line in enumerate(text.split("\n"), 1):
        if begin is None and re.match(r"^[A-Za-z_].*", line) and line.rstrip().endswith("{"):
            if not re.match(r"^(namespace|class|struct|enum|union|extern|TEST_CASE)\b", line) and "= {" not in line:
                begin, head = number, line
        elif begin is not None and line.startswith("}"):
            if number - begin > (150 if "_test." in path else FUNCTION_LINES_MAX):
                faults.append(f"{path}:{begin}: a function of {number - begin} lines: {head[:60]}")
            begin = None
    return faults


def member_function_faults(path, text):
    """The same for functions in a class: from the line that is indented as the closing brace is."""
    faults, heads = [], {}
    other = re.compile(r"(if|for|while|switch|else|do|try|catch|class|struct|enum|union|namespace|return|case|TEST_CASE|\})\b|.*= |.*\]")
    for number, line in enumerate(text.split("\n"), 1):
        indent = len(line) - len(line.lstrip(" "))
        if indent not in (2, 4) or line.lstrip().startswith("//"):
            continue
        if not line.lstrip().startswith("}"):
            heads[indent] = (number, line.strip())
        elif indent in heads:
            begin, head = heads.pop(indent)
            if number - begin > (150 if "_test." in path else FUNCTION_LINES_MAX) and not other.match(head):
                faults.append(f"{path}:{begin}: a function of {number - begin} lines: {head[:60]}")
    return faults


def docstring_faults(path, text):
    return [f"{path}:{one.line}: no /// says what this {one.kind()} is: {one.text[:60]}" for one in declarations(text)
            if one.is_public() and one.kind() and not one.documented]


def name_faults(path, text):
    unnamed = UNNAMED.get(path.split("/")[1])
    if unnamed is None or path.endswith("_test.cc"):
        return []
    return [f"{path}:{n}: the room {path.split('/')[1]} may not name {m[0]}" for n, line in enumerate(text.split("\n"), 1)
            for m in [unnamed.search(line.split("//")[0])] if m]


def word_faults(path, text):
    faults = []
    for number, line in enumerate(text.split("\n"), 1):
        code = line.split("//")[0]
        for word in re.findall(r"\b[A-Z][a-z]+\b", re.sub(r'"[^"]*"', "", code)):
            if word in OLD_WORDS:
                faults.append(f"{path}:{number}: say {OLD_WORDS[word]}, not {word}")
    return faults


def class_faults(headers):
    """Classes of one name in one room: `headers` is pairs of a path and its text."""
    faults, seen = [], {}
    for path, text in headers:
        for name in re.findall(r"^(?:class|struct|enum class) ([A-Z]\w*)[^;]*\{", text, re.M):
            first = seen.setdefault((path.split("/")[1], name), path)
            if first != path:
                faults.append(f"{path}: {first} has a class {name} too")
    return faults


def folder_faults(sources):
    """Folders of src with more units than a reader takes in at a glance."""
    units = {}
    for path in sources:
        if path.startswith("src/") and not re.search(r"_(test|fuzz|bench)\.(cc|h)$", path):
            units.setdefault(os.path.dirname(path), set()).add(os.path.splitext(path)[0])
    return [f"{folder}: {len(of)} units; the most is {FOLDER_UNITS_MAX}" for folder, of in sorted(units.items())
            if len(of) > FOLDER_UNITS_MAX]


def size_faults(path, text):
    lines = text.split("\n")
    most = TEST_LINES_MAX if "_test." in path else FILE_LINES_MAX
    faults = [f"{path}: {len(lines)} lines; the most is {most}"] if len(lines) > most else []
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX and '"' not in line and "http" not in line:
            faults.append(f"{path}:{number}: {len(line)} columns")
    return faults


def leftover_faults(path, text):
    return [f"{path}:{n}: {m[0]} is left over" for n, line in enumerate(text.split("\n"), 1)
            for m in [LEFTOVERS.search(line)] if m]


NOT_OURS = {"x.h", "x.cc", "x_test.cc", "x_fuzz.cc"}


def named_file_faults(path, text, files):
    """Files that a comment or a page names and that are not there (any more): by their whole path, by its end, or
    in a comment by a name alone, which is then that of a file in the same room."""
    faults = []
    room = "/".join(path.split("/")[:2])
    for number, line in enumerate(text.split("\n"), 1):
        words = line
        if not path.endswith(".md"):
            if "//" not in line or line.startswith("#include"):
                continue
            words = line.split("//", 1)[1]
        for name in re.findall(r"(?<![\w./*<-])((?:[\w-]+/)*[\w-]+\.(?:h|cc|py))(?![\w(>])", words):
            there = [f for f in files if f == name or f.endswith("/" + name)]
            if path.endswith((".cc", ".h")) and "/" not in name:
                there = [f for f in there if f.startswith(room + "/")]
            if not there and name not in NOT_OURS:
                faults.append(f"{path}:{number}: there is no file {name}")
    return faults


def glossary_faults(text, headers):
    """Types that docs/GLOSSARY.md gives a word and that no header declares, in that room or backend if it names one."""
    faults = []
    for row in re.findall(r"^\|.*\|([^|]+)\|$", text, re.M):
        for name in re.findall(r"`([A-Za-z_:]+)(?:\(\))?`", row):
            scopes, own = name.split("::")[:-1], name.split("::")[-1]
            folders = [s for s in scopes if s.islower()]
            declared = re.compile(rf"\b(?:class|struct|enum class|using) (?:CAPABILITY\S+ )?{own}\b|\b{own}\b(?:\(| =|;|{{)")
            if not any(declared.search(code) and all(f"/{f}/" in path for f in folders) for path, code in headers):
                faults.append(f"docs/GLOSSARY.md: no header declares {name}")
    return faults


def link_faults(path, text):
    faults = []
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
        if "://" in target or target.startswith("mailto:"):
            continue
        if not os.path.exists(os.path.join(ROOT, os.path.dirname(path), target)):
            faults.append(f"{path}: the link to {target} leads nowhere")
    return faults


def format_faults(files):
    tool = os.environ.get("CLANG_FORMAT", "clang-format-14")
    out = subprocess.run([tool, "--dry-run", "-Werror"] + files, cwd=ROOT, capture_output=True, text=True)
    places = re.findall(r"^(\S+?):\d+:\d+: error", out.stderr, re.M)
    return [f"{path}: not formatted; run {tool} -i on it" for path in sorted(set(places))]


def main():
    faults, sources, headers = [], [], []
    files = tracked()
    for path in files:
        if path.endswith((".cc", ".h")) and path.startswith(("src/", "tests/")):
            with open(os.path.join(ROOT, path)) as file:
                text = file.read()
            sources.append(path)
            if path.startswith("src/"):
                faults += include_faults(path, text)
            faults += function_faults(path, text) + member_function_faults(path, text) + size_faults(path, text)
            if path.startswith("src/"):
                faults += leftover_faults(path, text) + word_faults(path, text) + name_faults(path, text)
                faults += named_file_faults(path, text, files)
                if path.endswith(".h"):
                    headers.append((path, text))
                    faults += docstring_faults(path, text)
        elif path.endswith(".md"):
            with open(os.path.join(ROOT, path)) as file:
                text = file.read()
            faults += link_faults(path, text) + named_file_faults(path, text, files)
    faults += class_faults(headers) + folder_faults(sources)
    with open(os.path.join(ROOT, "docs/GLOSSARY.md")) as file:
        faults += glossary_faults(file.read(), headers)
    if "--format" in sys.argv:
        faults += format_faults(sources)
    print("\n".join(faults) if faults else f"{len(sources)} files are tidy")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
