"""Children that come to a bad end: by what they run, and by being interrupted."""

import signal
import subprocess


def interruptible(command, first=lambda: None, **options):
    """A child that Ctrl-C ends, whoever started the tests: a shell's background job ignores SIGINT, and so would its children.

    It does what comes `first` before it becomes the command.
    """

    def prepare():
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        first()

    return subprocess.Popen(command, preexec_fn=prepare, text=True, **options)


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
