"""`python -m bench` is the `unwind` command: the process, which ends with the exit code whatever happens to it on the way."""

import os
import signal
import sys


def entry() -> None:
    """Run the command line and end with its exit code; a polite kill and a closed terminal are an interrupt."""
    try:
        _fill_closed_streams()
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.default_int_handler)
        from bench.cli import main  # here, so that an interrupt during the import is met, too

        code = main()
    except KeyboardInterrupt:  # before the command line was read
        print("Interrupted.")
        code = 130
    except SystemExit as end:  # of --help
        code = int(end.code or 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done: nothing is left to interrupt
    sys.exit(_flushed(code))


def _fill_closed_streams() -> None:
    """Open /dev/null where a standard stream is closed (`>&-`): the next file to be opened would take its place."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _flushed(code: int) -> int:
    """The exit code once all output has left; 141 for a command that did well, and whose reader has gone before the end."""
    for stream, descriptor in ((sys.stdout, 1), (sys.stderr, 2)):
        try:
            if stream:
                stream.flush()
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)  # or the interpreter would try again, and fail
            if descriptor == 1:
                code = code or (141 if isinstance(error, BrokenPipeError) else 2)
    return code


if __name__ == "__main__":
    from unwind_bench import take_own_packages

    take_own_packages()  # an impls.py in the current folder is not ours
    entry()
