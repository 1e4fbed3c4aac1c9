"""Children of the tests: those that can be interrupted, and an interpreter in which a tool of the user's starts."""

import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path

FIRST = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL)"
THEN = "os.execvp(sys.argv[1], sys.argv[1:])"


def interruptible(command, first="", **options):
    """A child that Ctrl-C ends, whoever started the tests: a shell's background job ignores SIGINT, and so would its children.

    It runs what comes `first`, a line of Python, before it becomes the command. Not by `preexec_fn`: that runs Python after a
    fork, which is unsafe with the threads that JAX has started here, and JAX warns of it.
    """
    launch = "\n".join((FIRST, first, THEN))
    return subprocess.Popen([sys.executable, "-S", "-c", launch, *map(str, command)], text=True, **options)


def wait_for_rows(path):
    """Wait until a run has recorded some rows in its time.csv."""
    for _ in range(1200):
        if path.exists() and path.read_text().count("\n") > 30:
            return
        time.sleep(0.05)
    raise AssertionError("no rows in 60 s")


# The head of a user's file whose implementations do something before they do what the list does.
MISCHIEF = """
import ctypes, os
from impls import IMPLEMENTATIONS, Implementation

def mischief(name, do):
    def backprop(network, X, Y, emit):
        do()
        return IMPLEMENTATIONS["iterative"].backprop(network, X, Y, emit)
    return Implementation(name, name, "nowhere", "other", backprop)

crashes = mischief("crashes", lambda: ctypes.string_at(0))
"""


def python_that_starts_with(folder, code):
    """The path of a Python of its own, with the libraries of this one; `code` is run as each process starts, as coverage's hook is."""
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    purelib = Path(subprocess.check_output([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True).strip())
    (purelib / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (purelib / "follow.pth").write_text("import follow_all\n")  # a sitecustomize.py would stand behind Debian's own
    (purelib / "follow_all.py").write_text(code)
    return str(python)
