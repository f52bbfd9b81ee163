#!/usr/bin/env python3
"""The Debian package, in a Debian 12 of its own: it installs, starts, is upgraded, removed and purged, and
what people stored outlives all of it. Needs root and debootstrap; skipped without. The empty Debian is kept in
~/.cache/lectern."""

import base64
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "api"))

from lectern import BINARY, free_port  # noqa: E402

BUILD = os.path.dirname(BINARY)
EMPTY = os.path.expanduser("~/.cache/lectern/debian-12.tar")
SKIPPED = 77


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    assert done.returncode == 0, f"{command}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def mirror():
    """Where this machine's own Debian comes from."""
    uris = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(COMPONENT) $(CODENAME)", "Created-By: Packages")
    return next(line.split()[0] for line in uris.splitlines() if line.split()[1:] == ["main", "bookworm"])


def make_empty():
    os.makedirs(os.path.dirname(EMPTY), exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        run("debootstrap", "--variant=minbase", "--make-tarball=" + folder + "/packages.tgz", "bookworm",
            folder + "/root", mirror())
        run("debootstrap", "--variant=minbase", "--unpack-tarball=" + folder + "/packages.tgz", "bookworm",
            folder + "/root", mirror())
        run("tar", "-C", folder + "/root", "--exclude=./dev/*", "-cf", folder + "/empty.tar", ".")
        shutil.move(folder + "/empty.tar", EMPTY)


class Debian:
    """A Debian 12 in a folder, with this machine's sources of packages."""

    def __enter__(self):
        self.root = tempfile.mkdtemp(prefix="lectern-debian-")
        run("tar", "-C", self.root, "-xf", EMPTY)
        for name in ("null", "zero", "urandom", "random", "tty"):
            run("cp", "-a", "/dev/" + name, self.root + "/dev/" + name)
        self.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)
        self.write("/etc/apt/sources.list", f"deb {mirror()} bookworm main\n")
        for path in glob.glob("/etc/apt/apt.conf.d/*") + ["/etc/resolv.conf", "/etc/hosts"]:
            with open(path) as file:
                self.write(path, file.read())
        self.server = None
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.root)

    def path(self, path):
        return self.root + path

    def write(self, path, text, mode=0o644):
        os.makedirs(os.path.dirname(self.path(path)), exist_ok=True)
        with open(self.path(path), "w") as file:
            file.write(text)
        os.chmod(self.path(path), mode)

    def run(self, *command):
        return run("/usr/sbin/chroot", self.root, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
                   "DEBIAN_FRONTEND=noninteractive", *command)

    def start(self):
        """As the service does: as its user, by the settings of the machine's file."""
        port = free_port()
        self.server = subprocess.Popen(
            ["/usr/sbin/chroot", "--userspec=lectern:lectern", self.root, "/usr/bin/lectern", "runserver", "-h", "127.0.0.1",
             "-p", str(port)], env={"PATH": "/usr/bin:/bin"}, cwd="/", stderr=subprocess.DEVNULL)
        return f"http://127.0.0.1:{port}"

    def stop(self):
        if self.server:
            self.server.terminate()
            assert self.server.wait(30) == 0
            self.server = None


def ask(url, data=None):
    headers = {"Authorization": "Basic " + base64.b64encode(b"ann:secret").decode(), "Content-Type": "application/json"}
    request = urllib.request.Request(url, data, headers)
    for _ in range(500):
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.read().decode()
        except (urllib.error.HTTPError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"{url} did not answer")


def newer(package, folder):
    """The same package as a later version."""
    run("dpkg-deb", "-R", package, folder + "/newer")
    control = folder + "/newer/DEBIAN/control"
    with open(control) as file:
        text = file.read()
    with open(control, "w") as file:
        file.write(text.replace("Version: ", "Version: 9."))
    run("dpkg-deb", "-b", folder + "/newer", folder + "/newer.deb")
    return folder + "/newer.deb"


def main():
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        print("needs root and debootstrap")
        return SKIPPED
    if not os.path.exists(EMPTY):
        make_empty()
    statement = (b'{"actor":{"mbox":"mailto:ann@example.org"},"verb":{"id":"http://example.org/attended"},'
                 b'"object":{"id":"http://example.org/course"}}')
    with tempfile.TemporaryDirectory() as folder, Debian() as debian:
        run("cpack", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", folder)
        package = glob.glob(folder + "/*.deb")[0]

        # It installs, with what it needs, and says how to make a first user.
        shutil.copy(package, debian.path("/first.deb"))
        debian.run("apt-get", "update")
        said = debian.run("apt-get", "install", "-y", "--no-install-recommends", "/first.deb")
        assert "runuser -u lectern -- lectern user add NAME" in said, said
        kept = os.stat(debian.path("/var/lib/lectern"))
        assert kept.st_mode & 0o777 == 0o700 and kept.st_uid != 0, kept
        assert not os.path.exists(debian.path("/usr/bin/uvicorn"))

        # A user made by the commands, by the settings of the machine's file, is served by the service.
        debian.run("runuser", "-u", "lectern", "--", "lectern", "auth", "-u", "ann", "-p", "secret", "-s", "all", "-M",
                   "mailto:ann@example.org", "-w")
        url = debian.start()
        ask(url + "/xAPI/statements", statement)
        assert "attended" in ask(url + "/xAPI/statements")
        debian.stop()

        # An upgrade keeps the operator's settings and all that was stored.
        settings = "/etc/lectern/lectern.env"
        with open(debian.path(settings), "a") as file:
            file.write("RALPH_RUNSERVER_ROOT_PATH=/lrs\n")
        shutil.copy(newer(package, folder), debian.path("/newer.deb"))
        debian.run("apt-get", "install", "-y", "--no-install-recommends", "/newer.deb")
        with open(debian.path(settings)) as file:
            assert "/lrs" in file.read()
        assert "attended" in ask(debian.start() + "/xAPI/statements")
        debian.stop()

        # Removed, its settings stay; purged, they go with the user. Statements are nobody's to remove.
        debian.run("apt-get", "remove", "-y", "lectern")
        assert not os.path.exists(debian.path("/usr/bin/lectern")) and os.path.exists(debian.path(settings))
        debian.run("apt-get", "purge", "-y", "lectern")
        assert not os.path.exists(debian.path("/etc/lectern"))
        assert "lectern" not in debian.run("getent", "passwd")
        assert os.listdir(debian.path("/var/lib/lectern"))
    print("the package installs, starts, is upgraded, removed and purged; what was stored stays")
    return 0


if __name__ == "__main__":
    sys.exit(main())
