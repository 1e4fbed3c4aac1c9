"""`python -m bench` is the `unwind` command."""

import signal
import sys

from bench.cli import main


def entry() -> None:
    """Run the command line and end with its exit code; a polite kill and a closed terminal are an interrupt."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    sys.exit(main())


if __name__ == "__main__":
    entry()
