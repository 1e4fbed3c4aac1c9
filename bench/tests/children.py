"""Children that a test interrupts."""

import signal
import subprocess


def interruptible(command, **options):
    """A child that Ctrl-C ends, whoever started the tests: a shell's background job ignores SIGINT, and so would its children."""
    return subprocess.Popen(command, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), text=True, **options)
