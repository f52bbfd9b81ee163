"""Whether this tree is slower than another commit of it: both are built, and measured in turns in one sitting.

Each pair loads and queries both programs, one after the other, who comes first changing from pair to pair, so that
whatever else the machine does falls on both. Of each figure the pairs' ratios are tested (Wilcoxon's signed ranks,
exact, one-sided): it has got worse if that is unlikely to be chance and the median ratio is more than the noise that
no test tells from a change.
"""

import itertools
import math
import os
import statistics
import subprocess
import sys

import measure

# Of all figures together chance may call one worse in twenty runs: each has its share.
CHANCE = 0.05
WORSE_MIN = 1.03
QUERIES = ["id", "agent", "verb+activity", "course"]


def unlikely(ratios):
    """How probable it is, if nothing differs, that the ranks speak for 'worse' as much as they do."""
    logs = [math.log(ratio) for ratio in ratios if ratio != 1]
    order = sorted(range(len(logs)), key=lambda i: abs(logs[i]))
    ranks = {index: rank + 1 for rank, index in enumerate(order)}
    seen = sum(ranks[i] for i in range(len(logs)) if logs[i] > 0)
    all_signs = itertools.product((0, 1), repeat=len(logs))
    sums = [sum(rank + 1 for rank, sign in enumerate(signs) if sign) for signs in all_signs]
    return sum(one >= seen for one in sums) / len(sums)


def figures(programs, load_tool, statements, seconds):
    """Microseconds of a core: a statement stored, and a request of each kind. Less depends on what else the machine
    does than of a clock."""
    found = {}
    with measure.Served(os.path.join(programs, "lectern")) as served:
        tool = measure.Tool(load_tool, served.port)
        for name, load in (("load, 25 in a request", {"statements": statements, "batch": 25}),
                           ("load, one in a request", {"statements": statements // 10, "batch": 1, "first": 10**8})):
            before = served.cpu_seconds()
            tool.load(connections=16, **load)
            served.settle()
            found[name] = (served.cpu_seconds() - before) * 1e6 / load["statements"]
        for kind in QUERIES:
            before = served.cpu_seconds()
            result = tool.query(kind, statements=statements, connections=4, seconds=seconds)
            found["query " + kind] = (served.cpu_seconds() - before) * 1e6 / result["requests"]
        found["bytes on disk a statement"] = served.files() / (statements * 1.1)
    return found


def verdicts(pairs):
    """Of pairs (base, here) of figures: by name the median ratio, the chance, and whether it has got worse."""
    names = list(pairs[0][0])
    rows = []
    for name in names:
        ratios = [here[name] / base[name] for base, here in pairs]
        ratio, chance = statistics.median(ratios), unlikely(ratios)
        rows.append((name, statistics.median(base[name] for base, _ in pairs),
                     statistics.median(here[name] for _, here in pairs), ratio, chance,
                     ratio > WORSE_MIN and chance < CHANCE / len(names)))
    return rows


def check(base, pairs_wanted, statements):
    if 2 ** -pairs_wanted >= CHANCE / (len(QUERIES) + 3):
        sys.exit(f"with {pairs_wanted} pairs chance cannot be told from a change: take 8 at least")
    tree = os.path.join(measure.ROOT, "build", "bench-base")
    def git(*words):
        return subprocess.run(["git", "-C", measure.ROOT, *words], capture_output=True, text=True)
    commit = git("rev-parse", "--verify", base + "^{commit}").stdout.strip()
    if not commit:
        sys.exit(f"there is no commit {base}")
    if os.path.isdir(tree):
        made = subprocess.run(["git", "-C", tree, "checkout", "-q", "--detach", commit], capture_output=True, text=True)
    else:
        made = git("worktree", "add", "-q", "--detach", tree, commit)
    if made.returncode:
        sys.exit(f"{tree}: {made.stderr.strip()}")
    here = measure.build(measure.ROOT, ["lectern", "lectern_load"])
    there = measure.build(tree, ["lectern"])
    load_tool = os.path.join(here, "lectern_load")
    pairs = []
    for number in range(pairs_wanted):
        print(f"pair {number + 1} of {pairs_wanted}", file=sys.stderr, flush=True)
        both = {}
        for programs in ((there, here) if number % 2 == 0 else (here, there)):
            both[programs] = figures(programs, load_tool, statements, 2 if statements > 10_000 else 0.5)
        pairs.append((both[there], both[here]))
    rows = verdicts(pairs)
    print(f"{'':28} {'base':>9} {'here':>9} {'ratio':>7} {'chance':>8}")
    for name, before, now, ratio, chance, worse in rows:
        print(f"{name:28} {before:9.1f} {now:9.1f} {ratio:7.3f} {chance:8.4f}{'  SLOWER' if worse else ''}")
    print("microseconds of a core for one; medians; chance: of seeing this if nothing differed")
    return 1 if any(row[-1] for row in rows) else 0
