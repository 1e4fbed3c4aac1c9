"""`python -m bench` is the `unwind` command."""

import sys

from bench.cli import main


def entry() -> None:
    """Run the command line and end with its exit code."""
    sys.exit(main())


if __name__ == "__main__":
    entry()
