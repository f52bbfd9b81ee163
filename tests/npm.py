"""Packages from npm that tests run beside Lectern, kept in ~/.cache/lectern. None runs a script of its own there."""

import fcntl
import os
import subprocess

import pypi


def installed(name, *packages):
    """The folder node_modules that holds these packages: made once under this name, and kept."""
    folder = os.path.join(pypi.CACHE, "npm", name)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        whole = os.path.join(folder, "whole")
        if not os.path.exists(whole):
            subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder,
                            *packages], check=True, stdout=subprocess.DEVNULL)
            open(whole, "w").close()
    return os.path.join(folder, "node_modules")
