"""The command line: the verbs and their options are the table of contents, and each verb is a file in `bench.verbs`.

A verb's file and the libraries that it needs are loaded when it runs; `unwind --help` loads none.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, NoReturn

from bench import exits
from bench.defaults import SELFCHECK_S, SILENCE_S, SWEEPS
from bench.errors import BadInput, unknown
from bench.record.exports import FORMATS


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    options = argparse.Namespace(when_interrupted="")
    try:
        _replace_what_cannot_be_shown()
        parser().parse_args(arguments, options)
        return _done(options)
    except (Exception, KeyboardInterrupt) as error:
        return exits.told(error, options.when_interrupted)


def _replace_what_cannot_be_shown() -> None:
    """Have characters replaced that the encoding of standard output or standard error lacks."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # closed, or of a notebook
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]


def _done(options: argparse.Namespace) -> int:
    """Load the verb and do it; the exit code of one that went well."""
    with _interrupts_held():
        from bench.show.terminal.screen import Screen

        verb = resolve_name(options.verb)
    screen = Screen(options.gate, options.verbose)
    try:
        verb(options, screen)
    except SystemExit as error:
        raise RuntimeError(f"a library ended the program with exit code {error.code}") from error
    return exits.READER_GONE if screen.out.reader_gone else exits.DONE


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold interrupts back until libraries are loaded: some make another error of one, or swallow it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def parser() -> Parser:
    """The verbs and their options."""
    folders, implementations, sweep = _shared_options()
    top = Parser(prog="unwind", description="Where should backpropagation keep its cache? Measure it.")
    verbs = top.add_subparsers(required=True, metavar="VERB")

    def add(name: str, place: str, help_text: str, *shared: Parser, options: Callable[[Parser], None] = lambda parser: None) -> None:
        of_verb = verbs.add_parser(name, parents=[folders, *shared], help=help_text, description=_sentence(help_text))
        of_verb.set_defaults(verb=f"bench.verbs.{place}", gate=False, when_interrupted="The same command starts anew.")
        options(of_verb)

    add("run", "run:run", "measure a sweep, or resume one: time, then memory", implementations, sweep, options=_run_options)
    help_text = "find how deep each implementation can go, on every Python found"
    add("limits", "limits:limits", help_text, implementations, options=_limits_options)
    add("train", "train:train", "train a network with each implementation and update", implementations, sweep, options=_train_options)
    help_text = "train a network of a million layers, by a loop and by recursion"
    add("million", "million:million", help_text, options=_million_options)
    help_text = "test the method on known differences, and beside other tools"
    add("selfcheck", "selfcheck:selfcheck", help_text, options=_selfcheck_options)
    add("plot", "plot:plot", "draw the figures from the CSV files", options=_plot_options)
    add("report", "report:report", "write report.html from the CSV files")
    help_text = "compare two results folders: what became slower or faster"
    add("compare", "compare:compare", help_text, options=_compare_options)
    add("export", "export:export", "write time.csv in the format of another tool", options=_export_options)
    add("list", "list_all:list_all", "list implementations, sweeps and datasets", implementations, sweep)
    return top


WANTED = {  # what stands for a value in --help -> what a message asks for
    "ADDRESS": "the address of a scheduler, such as tcp://host:8786",
    "BASE": "a results folder",
    "DIR": "a folder",
    "FILE": "the path of a file",
    "FRACTION": "a fraction, such as 0.01",
    "LAYERS": "a whole number of layers",
    "N": "a whole number",
    "NAME": "a name; `unwind list` shows them",
    "NEW": "a results folder",
    "PATH": "the path of a CPython or PyPy, 3.9 or newer",
    "PYTHON": "a version, such as 3.12 or pypy, or the path of a CPython or PyPy, 3.9 or newer",
    "PROBLEM": "the name of a problem, or the path of a Python file",
    "SECONDS": "a number of seconds",
    "SWEEP": "the name of a sweep, or the path of a TOML file",
}


class Parser(argparse.ArgumentParser):
    """An argument parser that complains in one sentence, as everything else here does."""

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuse a NUL character, which no path can hold, before a path is made of it."""
        if any("\0" in word for word in args or ()):
            self.error("an argument holds a NUL character")
        return super().parse_args(args, namespace)

    def print_help(self, file: Any = None) -> None:
        """Print it, and hear of a reader that has gone, which argparse would hush up."""
        print(self.format_help(), end="", file=file or sys.stdout, flush=True)

    def error(self, message: str) -> NoReturn:
        """Raise BadInput, which `main` tells."""
        raise BadInput(f"{message}; `{self.prog} --help` shows the options")

    def _get_value(self, action: argparse.Action, text: str) -> Any:
        """Say what an option wants if this is nothing, or no number."""
        option, wanted = _name(action), WANTED.get(str(action.metavar), "a value")
        if not text and action.nargs != argparse.PARSER:  # a verb with all that follows it
            raise BadInput(f"{option} is empty; give {wanted}")
        try:
            return super()._get_value(action, text)
        except argparse.ArgumentError:
            raise BadInput(f"{option} is {text!r}; give {wanted}") from None

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Name the nearest word if this one is not among the choices."""
        if action.choices is not None and value not in action.choices:
            raise BadInput(unknown(_name(action), value, action.choices))


def _name(action: argparse.Action) -> str:
    """What a message calls an option or an argument."""
    return "/".join(action.option_strings) or str(action.metavar if action.metavar != "VERB" else "verb")


def _shared_options() -> tuple[Parser, Parser, Parser]:
    """Options that several verbs have: the folders; implementations; a sweep."""
    folders = Parser(add_help=False)
    folders.add_argument(
        "--results", type=_folder, default=Path("results"), metavar="DIR", help="folder of the CSV files and the report (default: results)"
    )
    folders.add_argument("--plots", type=_folder, default=Path("plots"), metavar="DIR", help="folder of the figures (default: plots)")
    folders.add_argument("-v", "--verbose", action="store_true", help="say more: every answer, and every step as it is done")
    implementations = Parser(add_help=False)
    implementations.add_argument(
        "--impl", action="append", default=[], metavar="NAME", help="compare only this implementation; may be repeated"
    )
    help_text = "a Python file that defines implementations of your own; it is executed; may be repeated"
    implementations.add_argument("--with", action="append", default=[], dest="files", metavar="FILE", help=help_text)
    sweep = Parser(add_help=False)
    help_text = f"{', '.join(SWEEPS)}, or the path of a TOML file (default: quick)"
    sweep.add_argument("--sweep", metavar="SWEEP", help=help_text)
    return folders, implementations, sweep


def _run_options(parser: Parser) -> None:
    parser.set_defaults(when_interrupted="What was recorded is kept; the same command resumes.")
    _add_problem(parser)
    help_text = "implementation that ratios are taken against (default: the problem's first, iterative)"
    parser.add_argument("--baseline", metavar="NAME", help=help_text)
    parser.add_argument("--budget", type=float, metavar="SECONDS", help="start no measurement after this time (default: the sweep's)")
    help_text = "half-width of the confidence intervals to reach, as a fraction, e.g. 0.01 (default: the sweep's)"
    parser.add_argument("--precision", type=float, metavar="FRACTION", help=help_text)
    help_text = "make at least so many passes if the budget allows, e.g. for `compare`, which needs more than a run alone (default: 0)"
    parser.add_argument("--passes", type=int, default=0, metavar="N", help=help_text)
    parser.add_argument("--seed", type=int, metavar="N", help="seed of all random orders (default: a new one, kept in machine.json)")
    help_text = f"end a worker that has been silent for this long (default: {SILENCE_S:g})"
    parser.add_argument("--patience", type=float, default=SILENCE_S, metavar="SECONDS", help=help_text)
    help_text = "measure with this interpreter: a version (3.12, pypy) or a path; may be repeated (default: the one that runs unwind)"
    parser.add_argument("--python", action="append", default=[], metavar="PYTHON", help=help_text)
    help_text = "make so many passes at once on this machine (default: 2 where there are two cores, else 1)"
    parser.add_argument("--at-once", type=int, metavar="N", help=help_text)
    help_text = "hand passes to the Dask cluster whose scheduler has this address; needs the extra `cluster`"
    parser.add_argument("--scheduler", metavar="ADDRESS", help=help_text)
    help_text = "make so many passes at once on this machine, where they disturb each other; needs the extra `cluster`"
    parser.add_argument("--workers", type=int, metavar="N", help=help_text)
    help_text = "measure only time, only memory, or only where a step's time goes, for the whole budget (default: all)"
    parser.add_argument("--only", choices=("time", "memory", "breakdown"), help=help_text)
    parser.add_argument("--retry", action="store_true", help="try again what failed in earlier runs, even where it failed twice")
    parser.add_argument("--fresh", action="store_true", help="set earlier results aside, into a folder beside them, and start anew")


def _add_problem(parser: Parser) -> None:
    help_text = "what to compute in place of backpropagation: the name of a problem, or a Python file that defines one"
    parser.add_argument("--problem", metavar="PROBLEM", help=help_text)


def _limits_options(parser: Parser) -> None:
    _add_problem(parser)
    parser.set_defaults(when_interrupted="The searches that had ended are recorded; the same command makes all of them again.")
    help_text = "also study this interpreter; may be repeated; without PATH: study only the running one and those named"
    parser.add_argument("--python", action="append", nargs="?", metavar="PATH", help=help_text)
    parser.add_argument("--max-depth", type=int, default=1_000_000, metavar="LAYERS", help="try no deeper network (default: 1000000)")


def _train_options(parser: Parser) -> None:
    parser.set_defaults(when_interrupted="What was recorded is kept; the same command adds to it.")
    help_text = "train on this CSV file instead of the sweep's datasets, or those that come with the package; needs --target"
    parser.add_argument("--data", metavar="FILE", help=help_text)
    parser.add_argument("--target", metavar="COLUMN", help="the column of --data that holds the labels")
    help_text = "begin no training after this time, but for those of the first block (default: 0.45 times the sweep's budget)"
    parser.add_argument("--budget", type=float, metavar="SECONDS", help=help_text)
    help_text = "seed of the split, the first weights and the order of the examples (default: 0)"
    parser.add_argument("--seed", type=int, default=0, metavar="N", help=help_text)
    help_text = f"end a training that has been silent for this long (default: {SILENCE_S:g})"
    parser.add_argument("--patience", type=float, default=SILENCE_S, metavar="SECONDS", help=help_text)


def _million_options(parser: Parser) -> None:
    parser.add_argument("--depth", type=int, default=1_000_000, metavar="LAYERS", help="depth of the network (default: 1000000)")


def _selfcheck_options(parser: Parser) -> None:
    parser.set_defaults(gate=True, when_interrupted="What was recorded is kept; the same command sets it aside and starts anew.")
    parser.add_argument(
        "--budget", type=float, default=SELFCHECK_S, metavar="SECONDS", help=f"how long to measure (default: {SELFCHECK_S:g})"
    )


def _plot_options(parser: Parser) -> None:
    parser.set_defaults(when_interrupted="The figures drawn so far are whole; the same command draws all of them.")


def _compare_options(parser: Parser) -> None:
    parser.set_defaults(gate=True)
    parser.add_argument("base", type=_folder, metavar="BASE", help="results folder to compare with")
    parser.add_argument("new", type=_folder, metavar="NEW", help="results folder to judge")
    help_text = "exit with 1 if something is certainly slower by more than this fraction, e.g. 0.03"
    parser.add_argument("--fail-above", type=float, metavar="FRACTION", help=help_text)
    help_text = "compare ratios even if the two were measured under settings that can move them, e.g. another malloc"
    parser.add_argument("--across-settings", action="store_true", help=help_text)
    parser.add_argument("--markdown", action="store_true", help="print a Markdown table, e.g. for a pull request")


def _export_options(parser: Parser) -> None:
    parser.add_argument("--format", choices=tuple(FORMATS), required=True, help="tool that will read the file")
    parser.add_argument("file", metavar="FILE", help="file to write; a pipe or a device will do, and - is standard output")


def _folder(path: str) -> Path:
    """A folder's path; an empty one would mean the current folder, which nobody asked for."""
    if not path.strip():
        raise argparse.ArgumentTypeError(f"{path!r} is no folder; give its path, or . for the current folder")
    return Path(path)


def _sentence(help_text: str) -> str:
    return f"{help_text[0].upper()}{help_text[1:]}."
