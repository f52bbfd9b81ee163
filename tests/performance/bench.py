#!/usr/bin/env python3
"""Builds Lectern, loads it, queries it, and writes docs/PERFORMANCE.md with charts and the raw data beside it.

    bin/bench                        all of it: an hour; at 100,000 and a million statements
    bin/bench --quick                the same with a hundredth of the statements: two minutes, for trying it out
    bin/bench --statements N,N       other sizes
    bin/bench --out FOLDER           there in place of docs/
    bin/bench --json                 the raw data on stdout, and no page
    bin/bench --peer NAME=PORT       also another LRS on this machine (user janedoe, password supersecret)
    bin/bench --render FILE          makes the page of raw data that is there
    bin/bench --check BASE           whether this tree is slower than the commit BASE (compare.py)

Other backends are measured where tests/servers/run.sh has started their servers, as in
`tests/servers/run.sh clickhouse mongo -- bin/bench`. What is not there is left out, and the page says so.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import compare
import measure
import report

sys.path.insert(0, os.path.join(measure.ROOT, "tests", "api"))
import on_backend  # noqa: E402

CONNECTIONS = 16
BATCH = 25


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


class Bench:
    def __init__(self, programs, sizes, seconds):
        self.binary = os.path.join(programs, "lectern")
        self.load_tool = os.path.join(programs, "lectern_load")
        self.engine_bench = os.path.join(programs, "embedded_bench")
        self.sizes, self.seconds = sizes, seconds
        self.data = {"machine": measure.machine(), "sizes": sizes, "seconds_a_query": seconds, "left_out": []}

    def tool(self, served):
        return measure.Tool(self.load_tool, served.port)

    def loaded(self, served, **options):
        """Loads, and says also what the server took for it, until it has nothing more to do."""
        cpu, written = served.cpu_seconds(), served.disk_written()
        result = self.tool(served).load(**options)
        served.settle()
        count = options["statements"]
        result["cpu_us"] = (served.cpu_seconds() - cpu) * 1e6 / count
        result["written_bytes"] = (served.disk_written() - written) / count
        return result

    def shapes(self):
        """Loads by connections and statements in a request, each into an empty store."""
        found = []
        for connections, batch in [(1, 1), (16, 1), (64, 1), (1, 25), (4, 25), (16, 25), (64, 25), (16, 100), (4, 500)]:
            count = max(connections * batch * 4, self.sizes[0] // (10 if batch == 1 else 2))
            say(f"load of {count}: {connections} connections, {batch} in a request")
            with measure.Served(self.binary) as served:
                result = self.loaded(served, statements=count, connections=connections, batch=batch)
            found.append({"connections": connections, "batch": batch, "statements": count, **result})
        self.data["load_shapes"] = found

    def queries(self, served, count):
        found = {}
        for kind in measure.KINDS:
            cpu = served.cpu_seconds()
            result = self.tool(served).query(kind, statements=count, connections=CONNECTIONS, seconds=self.seconds)
            result["cpu_us"] = (served.cpu_seconds() - cpu) * 1e6 / result["requests"]
            found[kind] = result
        return found

    def grow(self, served, have, count):
        """Loads from `have` statements up to `count` in tenths; by tenth what it took."""
        tenths = []
        for tenth in range(10):
            upto = have + (count - have) * (tenth + 1) // 10
            first = have + (count - have) * tenth // 10
            tenths.append(self.loaded(served, statements=upto - first, first=first, connections=CONNECTIONS, batch=BATCH))
        return tenths

    def open_loop(self, served, count, closed):
        """Requests that arrive at random, at shares of what was reached when each waited for the last."""
        found = []
        for kind in ("id", "agent", "course"):
            for share in (0.25, 0.5, 0.75):
                rate = closed[kind]["rate"] * share
                result = self.tool(served).query(kind, statements=count, connections=64, seconds=self.seconds, rate=round(rate, 2))
                found.append({"what": kind, "share": share, "rate_wanted": rate, **result})
        return found

    def mixed(self, served, count):
        """Loads and pages of agents at once."""
        loads = max(1000, self.sizes[0] // 2)
        load = self.tool(served).start("load", served.port, statements=loads, first=count, connections=8, batch=BATCH)
        query = self.tool(served).start("query", served.port, "agent", statements=count, connections=8, seconds=self.seconds)
        return {"load": measure.Tool.result(load), "agent": measure.Tool.result(query)}

    def recovery(self, served):
        """Seconds from the start of the process to the first answer: after kill -9 in a load, and after a clean stop."""
        load = self.tool(served).start("load", served.port, statements=max(2000, self.sizes[0] // 2),
                                       first=10**9, connections=CONNECTIONS, batch=BATCH)
        time.sleep(1)
        served.server.process.kill()
        served.server.process.wait()
        load.communicate()
        found = {}
        for how in ("after_kill", "after_stop"):
            begin = time.monotonic()
            served.server.start()
            found[how] = time.monotonic() - begin
            found["idle_mb"] = served.memory_mb()[0]
            served.stop()
        return found

    def embedded(self):
        by_size = {}
        with measure.Served(self.binary) as served:
            self.data["idle_mb"] = served.memory_mb()[0]
            for have, count in zip([0, *self.sizes], self.sizes):
                say(f"embedded store: load to {count}")
                here = {"tenths": self.grow(served, have, count), "memory_mb": served.memory_mb()[1]}
                say(f"embedded store: queries at {count}")
                here["files_bytes"] = served.files() / count
                here["queries"] = self.queries(served, count)
                by_size[count] = here
            say("requests that arrive at random")
            self.data["open_loop"] = self.open_loop(served, count, here["queries"])
            say("loads and queries at once, recovery")
            self.data["mixed"] = self.mixed(served, count)
            self.data["recovery"] = self.recovery(served)
            by_size[count]["closed_files_bytes"] = served.files() / count
        self.data["embedded"] = by_size

    def limits(self):
        """What nothing could beat: a handler that does nothing, the disk's syncs, the engine without HTTP."""
        say("limits of this machine")
        largest = self.data["embedded"][self.sizes[-1]]
        limits = {}
        for kind in ("load", "id", "agent"):
            measured = report.shape_of(self.data, CONNECTIONS, BATCH) if kind == "load" else largest["queries"][kind]
            port = measure.lectern.free_port()
            bare = subprocess.Popen([self.load_tool, "bare", str(port), str(int(measured["answer_bytes"]))])
            time.sleep(0.3)
            tool = measure.Tool(self.load_tool, port)
            try:
                if kind == "load":
                    limits[kind] = tool.load(statements=self.sizes[0], connections=CONNECTIONS, batch=BATCH)
                else:
                    limits[kind] = tool.query(kind, statements=self.sizes[0], connections=CONNECTIONS, seconds=self.seconds)
            finally:
                bare.kill()
                bare.wait()
        with tempfile.TemporaryDirectory() as folder:
            limits["sync"] = measure.Tool.result(
                measure.Tool(self.load_tool, 0).start("sync", folder, 25 * 1200, seconds=self.seconds))
        raw = subprocess.run([self.engine_bench, str(self.sizes[0]), str(CONNECTIONS), str(BATCH)], capture_output=True, text=True)
        line = next((x for x in raw.stdout.split("\n") if x.startswith("all:")), "")
        if line:
            limits["engine"] = {"rate": float(line.split()[1]), "cpu_us": float(line.split()[3])}
        self.data["limits"] = limits

    def backends(self):
        self.data["backends"] = {}
        for name, server in (("clickhouse", "clickhouse"), ("es", "elasticsearch"), ("mongo", "mongo")):
            address = os.environ.get("LECTERN_TEST_" + server.upper())
            if not address:
                self.data["left_out"].append(f"{server}: no server was running")
                continue
            say(f"{server}: load and queries")
            settings = on_backend.settings(name, *address.rsplit(":", 1))
            count = self.sizes[0]
            with measure.Served(self.binary, settings, backend=settings["RALPH_RUNSERVER_BACKEND"]) as served:
                load = self.loaded(served, statements=count, connections=CONNECTIONS, batch=BATCH)
                self.data["backends"][server] = {"statements": count, "load": load, "queries": self.queries(served, count)}

    def peers(self, peers):
        self.data["peers"] = {}
        if not peers:
            self.data["left_out"].append("other LRSs: none was named with --peer")
        for peer in peers:
            name, port = peer.split("=")
            say(f"{name} on port {port}")
            tool = measure.Tool(self.load_tool, int(port))
            count = self.sizes[0]
            load = tool.load(statements=count, connections=CONNECTIONS, batch=BATCH)
            queries = {kind: tool.query(kind, statements=count, connections=CONNECTIONS, seconds=self.seconds)
                       for kind in measure.KINDS}
            self.data["peers"][name] = {"statements": count, "load": load, "queries": queries}

    def run(self, peers):
        begin = time.monotonic()
        self.shapes()
        self.embedded()
        self.limits()
        self.backends()
        self.peers(peers)
        self.data["took_seconds"] = time.monotonic() - begin
        return json.loads(json.dumps(self.data))


def main():
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--statements", default="100000,1000000")
    parser.add_argument("--out", default=os.path.join(measure.ROOT, "docs"))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PORT")
    parser.add_argument("--render", metavar="FILE")
    parser.add_argument("--check", metavar="BASE")
    parser.add_argument("--pairs", type=int, default=8, help="of --check: how often each is measured")
    options = parser.parse_args()
    if options.check:
        return compare.check(options.check, options.pairs, 4_000 if options.quick else 60_000)
    if options.render:
        with open(options.render) as file:
            return report.write(json.load(file), options.out)
    sizes = [1_000, 10_000] if options.quick else [int(size) for size in options.statements.split(",")]
    programs = measure.build(measure.ROOT, ["lectern", "lectern_load", "embedded_bench"])
    data = Bench(programs, sizes, 0.5 if options.quick else 5).run(options.peer)
    if options.json:
        print(json.dumps(data))
        return 0
    return report.write(data, options.out)


if __name__ == "__main__":
    sys.exit(main())
