"""Damage to the embedded store's files is noticed at the start, and what is whole stays."""

import glob
import os
import shutil
import subprocess
import tempfile

from harness import MIB, STATEMENTS, HostileServer, Skip, request, basic, scenario, statement


def fill(folder):
    """A killed server's folder of acknowledged statements: some tables that the MANIFEST has a record each of, and
    500 statements in the log (WAL) alone."""
    ids = []
    with HostileServer(app_dir=folder) as server:
        for size, count in ((60000, 60), (10, 5)):
            for _ in range(count):
                batch = [statement(context={"extensions": {"http://e.org/x": os.urandom(size // 2).hex()}})
                         for _ in range(20 if size > 10 else 100)]
                assert server.call("POST", STATEMENTS, batch).status == 200
                ids += [one["id"] for one in batch]
        server.process.kill()
        server.process.wait()
    return ids


def copy_of(whole, copy):
    """Tables are never written again, so they are linked. The control socket is no file."""
    shutil.copytree(whole, copy, ignore=shutil.ignore_patterns("control.sock"),
                    copy_function=lambda a, b: os.link(a, b) if a.endswith(".sst") else shutil.copy2(a, b))


def files(folder, pattern):
    return sorted(path for path in glob.glob(os.path.join(folder, "**", pattern), recursive=True)
                  if os.path.getsize(path) > 0)


def owned(path):
    """The file as one of its own, no link."""
    shutil.copy2(path, path + ".copy")
    os.replace(path + ".copy", path)


def flip(path, share):
    owned(path)
    with open(path, "r+b") as file:
        at = int(os.path.getsize(path) * share)
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 0x55]))


def cut(path, share):
    owned(path)
    os.truncate(path, int(os.path.getsize(path) * share))


def tear(path):
    """As after a power cut: a record was begun that was never acknowledged."""
    with open(path, "r+b") as file:
        begin = file.read(200)  # of a longer record
        file.seek(0, os.SEEK_END)
        file.write(begin)


def start_on(trial, folder, ids):
    """(Whether it started, how many of a sample of ids it has, what it said)."""
    server = HostileServer(app_dir=folder)
    try:
        with server:
            trial.peak_mib = max(trial.peak_mib, server.peak_mib())
            sample = ids[::40] + ids[-1:]
            found = sum(server.call("GET", f"{STATEMENTS}?statementId={i}").status == 200 for i in sample)
            return True, found == len(sample), server.log_text()
    except RuntimeError as error:
        return False, False, str(error)


@scenario(peak_mib=200)
def damaged_files_of_the_store(trial):
    """MANIFEST, WAL and CURRENT, cut, changed or gone: a start is refused and names the file, and destroys nothing;
    only a record that was torn before it was acknowledged is passed over."""
    with tempfile.TemporaryDirectory(prefix="lectern-damage-") as base:
        whole = os.path.join(base, "whole")
        ids = fill(whole)
        manifest = os.path.relpath(files(whole, "MANIFEST-*")[-1], whole)
        log = os.path.relpath(max(files(os.path.join(whole, "embedded"), "*.log"), key=os.path.getsize), whole)
        tables = [os.path.relpath(path, whole) for path in files(whole, "*.sst")]
        trial.expect("the folder has a log and tables", log.endswith(".log") and tables, (log, tables))
        damages = {
            **{f"MANIFEST cut to {share:.0%}": (manifest, lambda p, share=share: cut(p, share), False)
               for share in (0.2, 0.35, 0.5, 0.65, 0.8, 0.95)},
            "MANIFEST changed": (manifest, lambda p: flip(p, 0.5), False),
            "MANIFEST gone": (manifest, os.remove, False),
            "WAL changed at 30 %": (log, lambda p: flip(p, 0.3), False),
            "WAL gone": (log, os.remove, False),
            "a table cut": (tables[0], lambda p: cut(p, 0.5), False),
            "a table gone": (tables[0], os.remove, False),
            "CURRENT empty": (os.path.join(os.path.dirname(manifest), "CURRENT"), lambda p: cut(p, 0), False),
            "WAL cut by 7 bytes": (log, lambda p: os.truncate(p, os.path.getsize(p) - 7), False),
            "a record torn behind the WAL": (log, tear, True),
        }
        for what, (path, damage, may_start) in damages.items():
            copy = os.path.join(base, "copy")
            copy_of(whole, copy)
            damage(os.path.join(copy, path))
            before = [p for p in files(copy, "*.sst")]
            started, all_there, said = start_on(trial, copy, ids)
            if may_start:
                trial.expect(f"{what}: starts, and has all that is whole", started and all_there, said)
            else:
                trial.expect(f"{what}: refused, unless it cost nothing", not started or all_there, "it started without some")
                if not started:
                    trial.expect(f"{what}: the message says where", "embedded" in said, said)
            gone = [p for p in before if not os.path.exists(p)]
            trial.expect(f"{what}: no table is deleted", not gone or (started and all_there), gone)
            shutil.rmtree(copy)
        trial.note(f"{len(damages)} damages")


@scenario(peak_mib=200)
def a_full_spool_folder(trial):
    """A tmpfs that is full just when a body's last page is written ends no process (SIGBUS)."""
    with tempfile.TemporaryDirectory(prefix="lectern-tmpfs-") as spool:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", spool], capture_output=True)
        if mounted.returncode != 0:
            raise Skip("mounting a tmpfs needs root")
        try:
            settings = {"TMPDIR": spool, "LECTERN_RUNSERVER_SPOOL_DIR": spool}
            with trial.server(settings) as server:
                for bytes_ in (8 * MIB, 8 * MIB - 4096, 8 * MIB - 64, 8 * MIB + 4096):
                    body = b"[[" + b" " * (bytes_ - 3) + b"]"
                    answer = server.raw(request("POST", STATEMENTS, body, basic(), Content_Type="application/json"))
                    trial.expect("it is refused", answer.status in (400, 413, 503), answer.data[:200])
                trial.expect("a good statement is stored", server.call("POST", STATEMENTS, statement()).status == 200)
        finally:
            subprocess.run(["umount", "-l", spool], check=True)


@scenario(peak_mib=200)
def files_are_private(trial):
    """With an ordinary umask, what the store writes is readable by its owner alone."""
    old = os.umask(0o022)
    try:
        with trial.server() as server:
            assert server.call("POST", STATEMENTS, statement()).status == 200
            open_to_others = []
            for folder, _, names in os.walk(os.path.join(server.app_dir, "embedded")):
                for path in [folder] + [os.path.join(folder, name) for name in names]:
                    if os.stat(path).st_mode & 0o077:
                        open_to_others.append((os.path.basename(path), oct(os.stat(path).st_mode & 0o777)))
            trial.expect("files are 0600 and folders 0700", not open_to_others, open_to_others)
    finally:
        os.umask(old)
