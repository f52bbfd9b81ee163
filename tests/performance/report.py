"""Makes docs/PERFORMANCE.md and its charts of what bench.py has measured."""

import json
import math
import os

import charts

DURABLE = ("Each answer to a POST is sent when the statements are on disk: one fdatasync of the log for the requests "
           "that wait at the time.")


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def ms(result, quantile):
    value = result["ms"][quantile]
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def number(value, digits=0):
    return f"{value:,.{digits}f}"


def shape_of(data, connections, batch):
    return next(one for one in data["load_shapes"] if (one["connections"], one["batch"]) == (connections, batch))


def load_part(data, charts_out):
    shapes = data["load_shapes"]
    names = [f"{shape['connections']} x {shape['batch']}" for shape in shapes]
    charts_out["load"] = charts.bars("Statements a second, by connections x statements in a request", names,
                                     [("statements a second", [shape["rate"] for shape in shapes])])
    rows = [(name, number(s["statements"]), number(s["rate"]), number(s["cpu_us"], 1), number(s["written_bytes"]),
             ms(s, "0.5"), ms(s, "0.99")) for name, s in zip(names, shapes)]
    return ["## Loads", "![Loads](performance/load.svg)",
            table(["connections x statements in a request", "statements", "statements/s", "µs of a core a statement",
                   "bytes written a statement", "p50 ms", "p99 ms"], rows),
            "An empty store each; the core's time is the server's alone, compaction included."]


def size_part(data, charts_out):
    sizes = list(data["embedded"])
    tenths = [(f"to {number(int(size))}", [(i + 1, t["cpu_us"]) for i, t in enumerate(data["embedded"][size]["tenths"])])
              for size in sizes]
    charts_out["growth"] = charts.lines("Microseconds of a core a statement, by tenth of the load", tenths, "tenth", False)
    kinds = list(data["embedded"][sizes[0]]["queries"])
    at = lambda size, kind, q: data["embedded"][size]["queries"][kind]["ms"][q]  # noqa: E731
    charts_out["queries"] = charts.bars("Pages of 100 and by id: ms for half of them, 16 connections", kinds,
                                        [(number(int(size)), [at(size, kind, "0.5") for kind in kinds]) for size in sizes], True)
    rows = []
    for kind in kinds:
        for size in sizes:
            q = data["embedded"][size]["queries"][kind]
            rows.append((kind, number(int(size)), number(q["rate"]), ms(q, "0.5"), ms(q, "0.99"), ms(q, "0.999"),
                         number(q["cpu_us"]), number(q["answer_bytes"])))
    stores = [(number(int(size)), number(one["tenths"][-1]["rate"]), number(one["tenths"][-1]["cpu_us"], 1),
               number(one["files_bytes"]), number(one.get("closed_files_bytes", 0)) if "closed_files_bytes" in one else "",
               number(one["memory_mb"])) for size, one in data["embedded"].items()]
    return ["## As it grows", "![Growth](performance/growth.svg)",
            table(["statements", "the last tenth: statements/s", "µs of a core each", "bytes of files a statement",
                   "the same after a stop", "memory at most, MB"], stores),
            "## Queries", "![Queries](performance/queries.svg)",
            table(["query", "statements", "requests/s", "p50 ms", "p99 ms", "p99.9 ms", "µs of a core", "bytes an answer"], rows)]


def open_part(data, charts_out):
    rows = [(one["what"], f"{one['share']:.0%}", number(one["rate_wanted"]), number(one["rate"]), ms(one, "0.5"), ms(one, "0.99"),
             ms(one, "0.999"), ms(one, "1")) for one in data["open_loop"]]
    parts = ["## Requests that arrive at random",
             "Each is timed from when it was due, so that a pause is felt by all who would have come in it. The shares are "
             "of the rate that 16 connections reached, each waiting for its answer.",
             table(["query", "share", "due a second", "answered a second", "p50 ms", "p99 ms", "p99.9 ms", "longest ms"], rows)]
    for kind in dict.fromkeys(one["what"] for one in data["open_loop"]):
        series = []
        for one in (one for one in data["open_loop"] if one["what"] == kind):
            total = sum(count for _, count in one["histogram_ms"])
            series.append((f"{one['share']:.0%}", [(round(math.log10(low), 1), max(100 * count / total, 0.01))
                                                   for low, count in one["histogram_ms"]]))
        charts_out["open-" + kind] = charts.lines(f"By {kind}: how many of a hundred took how long", series,
                                                  "ms, as a power of ten")
        parts.append(f"![Latency by {kind}](performance/open-{kind}.svg)")
    mixed = data["mixed"]
    parts += ["## Loads and queries at once",
              f"8 connections load {number(mixed['load']['rate'])} statements/s (p99 {ms(mixed['load'], '0.99')} ms) while 8 read "
              f"pages of agents: {number(mixed['agent']['rate'])}/s, p50 {ms(mixed['agent'], '0.5')} ms, p99 {ms(mixed['agent'], '0.99')} ms."]
    return parts


def limits_part(data):
    limits, sizes = data["limits"], list(data["embedded"])
    largest = data["embedded"][sizes[-1]]
    shape = shape_of(data, 16, 25)
    rows = [("load, 16 x 25, statements/s", number(shape["rate"]), number(limits["load"]["rate"]),
             f"{shape['rate'] / limits['load']['rate']:.0%}", "a handler that reads the body and answers the same bytes")]
    for kind in ("id", "agent"):
        rate = largest["queries"][kind]["rate"]
        rows.append((f"query {kind}, requests/s", number(rate), number(limits[kind]["rate"]),
                     f"{rate / limits[kind]['rate']:.0%}", "a handler that answers the same bytes"))
    syncs = limits["sync"]["rate"]
    rows.append(("load, 1 x 25, statements/s", number(shape_of(data, 1, 25)["rate"]),
                 number(syncs * 25), "", f"{number(syncs)} appends of 30 KB with fdatasync a second, times 25"))
    if "engine" in limits:
        rows.append(("load, 16 x 25, statements/s", number(shape["rate"]), number(limits["engine"]["rate"]), "",
                     f"the embedded store alone, without HTTP and validation: {limits['engine']['cpu_us']:.1f} µs of a core each, rows made too"))
    recovery = data["recovery"]
    return ["## What bounds it", table(["figure", "measured", "limit", "share", "what the limit is"], rows),
            "The load tool runs on the same cores, in both columns.",
            "## Start and recovery",
            f"From the start of the process to the first answer: {recovery['after_kill']:.2f} s after kill -9 in a load, "
            f"{recovery['after_stop']:.2f} s after a stop, with {number(int(sizes[-1]))} statements. "
            f"Memory of an empty store at rest: {number(data['idle_mb'])} MB."]


def others_part(data):
    rows = []
    for what in ("backends", "peers"):
        for name, one in data.get(what, {}).items():
            rows.append((name, number(one["statements"]), number(one["load"]["rate"]),
                         *(f"{ms(one['queries'][kind], '0.5')} / {ms(one['queries'][kind], '0.99')}" for kind in ("id", "newest", "agent", "course"))))
    parts = ["## Other databases and other LRSs"]
    if rows:
        parts.append(table(["", "statements", "load: statements/s", "id: p50 / p99 ms", "newest", "agent", "course"], rows))
    return parts + ["Left out: " + "; ".join(data["left_out"]) + "."] if data["left_out"] else parts


def write(data, out):
    """Writes PERFORMANCE.md into the folder `out`, and the charts and the data into `out`/performance."""
    where, svgs = data["machine"], {}
    head = [
        "# How fast it is", "Made by `bin/bench`; the figures are in [performance/data.json](performance/data.json). "
        "Measured again on the same machine they differ by some percent; on another, by what the machine is.",
        table(["", ""], [
            ("commit", where["commit"]), ("date", where["date"]), ("processor", f"{where['processor']}, {where['cores']} cores, the load tool on the same"),
            ("memory", f"{where['memory_gb']} GB"), ("system", f"Linux {where['kernel']}, {where['compiler']}"),
            ("other load before", f"{where['load_before']:.1f} processes that ran or waited"), ("durability", DURABLE),
            ("data", "generated (tests/performance/statements.cc): 1.2 KB a statement, 20,000 learners, 2,000 activities in 100 courses; "
                     "what is asked for is drawn at random from what was loaded"),
            ("a query", f"{data['seconds_a_query']} s, 16 connections, pages of 100")])]
    if where["load_before"] > 0.5:
        head.insert(1, "**The machine was not quiet: read these figures as an example of the page, not of the speed.**")
    body = (head + load_part(data, svgs) + size_part(data, svgs) + open_part(data, svgs) + limits_part(data) + others_part(data))
    folder = os.path.join(out, "performance")
    os.makedirs(folder, exist_ok=True)
    for name, svg in svgs.items():
        with open(os.path.join(folder, name + ".svg"), "w") as file:
            file.write(svg)
    with open(os.path.join(folder, "data.json"), "w") as file:
        json.dump(data, file, indent=1)
        file.write("\n")
    with open(os.path.join(out, "PERFORMANCE.md"), "w") as file:
        file.write("\n\n".join(body) + "\n")
    return 0
