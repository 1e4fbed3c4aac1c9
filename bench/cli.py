"""The command line: the verbs and their options are the table of contents, and each verb is a file in `bench.verbs`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from bench.errors import BadInput, GateFailed, NothingMeasured, unknown
from bench.measure.workers.ask import SILENCE_S
from bench.plan import sweeps
from bench.plan.selfcheck import BUDGET_S
from bench.record.exports import FORMATS
from bench.show.terminal.screen import Screen
from bench.verbs.compare import compare
from bench.verbs.export import export
from bench.verbs.limits import limits
from bench.verbs.list_all import list_all
from bench.verbs.million import million
from bench.verbs.plot import plot
from bench.verbs.report import report
from bench.verbs.run import run
from bench.verbs.selfcheck import selfcheck
from bench.verbs.train import train

DONE, FAILED_GATE, BAD_INPUT, NOTHING_MEASURED, INTERRUPTED = 0, 1, 2, 3, 130
EXIT_CODES: dict[type[Exception], int] = {BadInput: BAD_INPUT, NothingMeasured: NOTHING_MEASURED, GateFailed: FAILED_GATE}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    screen = Screen()
    options = argparse.Namespace(when_interrupted="resumes")
    try:
        parser().parse_args(arguments, options)
        screen.verbose = options.verbose
        options.verb(options, screen)
    except tuple(EXIT_CODES) as error:
        screen.complain(str(error))
        return EXIT_CODES[type(error)]
    except OSError as error:  # what the verbs do not foresee, such as a full disk under the temporary files
        screen.complain(
            f"{error.filename or 'the system'}: {error.strerror or error}; free some space or remove the cause; recorded results are kept"
        )
        return BAD_INPUT
    except KeyboardInterrupt:
        screen.say(f"Interrupted. What was recorded is kept; the same command {options.when_interrupted}.")
        return INTERRUPTED
    return DONE


def parser() -> Parser:
    """The verbs and their options."""
    folders, implementations, sweep = _shared_options()
    top = Parser(prog="unwind", description="Where should backpropagation keep its cache? Measure it.")
    verbs = top.add_subparsers(required=True, metavar="VERB")

    def add(name: str, verb: Verb, help_text: str, *shared: Parser, options: Callable[[Parser], None] = lambda parser: None) -> None:
        of_verb = verbs.add_parser(name, parents=[folders, *shared], help=help_text, description=_sentence(help_text))
        of_verb.set_defaults(verb=verb)
        options(of_verb)

    add("run", run, "measure a sweep, or resume one: time, then memory", implementations, sweep, options=_run_options)
    add("limits", limits, "find how deep each implementation can go, on every Python found", implementations, options=_limits_options)
    add("train", train, "train a network with each implementation and update", implementations, sweep)
    add("million", million, "train a network of a million layers, by a loop and by recursion", options=_million_options)
    add("selfcheck", selfcheck, "test the method on known differences, and beside other tools", options=_selfcheck_options)
    add("plot", plot, "draw the figures from the CSV files")
    add("report", report, "write report.html from the CSV files")
    add("compare", compare, "compare two results folders: what became slower or faster", options=_compare_options)
    add("export", export, "write time.csv in the format of another tool", options=_export_options)
    add("list", list_all, "list implementations, sweeps and datasets", implementations, sweep)
    return top


Verb = Callable[[argparse.Namespace, Screen], object]


class Parser(argparse.ArgumentParser):
    """An argument parser that complains in one sentence, as everything else here does."""

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuse a NUL character, which no path can hold, before a path is made of it."""
        if any("\0" in word for word in args or ()):
            self.error("an argument holds a NUL character")
        return super().parse_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Raise BadInput, which `main` tells."""
        raise BadInput(f"{message}; `{self.prog} --help` shows the options")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Name the nearest word if this one is not among the choices."""
        if action.choices is not None and value not in action.choices:
            raise BadInput(unknown("/".join(action.option_strings) or str(action.metavar).lower(), value, action.choices))


def _shared_options() -> tuple[Parser, Parser, Parser]:
    """Options that several verbs have: the folders; implementations; a sweep."""
    folders = Parser(add_help=False)
    folders.add_argument(
        "--results", type=Path, default=Path("results"), metavar="DIR", help="folder of the CSV files and the report (default: results)"
    )
    folders.add_argument("--plots", type=Path, default=Path("plots"), metavar="DIR", help="folder of the figures (default: plots)")
    folders.add_argument("-v", "--verbose", action="store_true", help="say more: every answer, and every step as it is done")
    implementations = Parser(add_help=False)
    implementations.add_argument(
        "--impl", action="append", default=[], metavar="NAME", help="compare only this implementation; may be repeated"
    )
    help_text = "a Python file that defines implementations of your own; it is executed; may be repeated"
    implementations.add_argument("--with", action="append", default=[], dest="files", metavar="FILE", help=help_text)
    sweep = Parser(add_help=False)
    help_text = f"{', '.join(sweeps.BUNDLED)}, or the path of a TOML file (default: quick)"
    sweep.add_argument("--sweep", default="quick", metavar="SWEEP", help=help_text)
    return folders, implementations, sweep


def _run_options(parser: Parser) -> None:
    parser.add_argument(
        "--baseline", default="iterative", metavar="NAME", help="implementation that ratios are taken against (default: iterative)"
    )
    parser.add_argument("--budget", type=float, metavar="SECONDS", help="start no measurement after this time (default: the sweep's)")
    help_text = "half-width of the confidence intervals to reach, as a fraction, e.g. 0.01 (default: the sweep's)"
    parser.add_argument("--precision", type=float, metavar="FRACTION", help=help_text)
    help_text = "make at least so many passes, e.g. for `compare`, which needs more than a run alone (default: 0)"
    parser.add_argument("--passes", type=int, default=0, metavar="N", help=help_text)
    parser.add_argument("--seed", type=int, metavar="N", help="seed of all random orders (default: a new one, kept in machine.json)")
    help_text = f"end a worker that has been silent for this long (default: {SILENCE_S:g})"
    parser.add_argument("--patience", type=float, default=SILENCE_S, metavar="SECONDS", help=help_text)
    parser.add_argument("--only", choices=("time", "memory"), help="measure only time, or only memory (default: both)")
    parser.add_argument("--fresh", action="store_true", help="set earlier results aside, into a folder beside them, and start anew")


def _limits_options(parser: Parser) -> None:
    help_text = "also study this interpreter; may be repeated; without PATH: study only the running one and those named"
    parser.add_argument("--python", action="append", nargs="?", metavar="PATH", help=help_text)
    parser.add_argument("--max-depth", type=int, default=1_000_000, metavar="LAYERS", help="try no deeper network (default: 1000000)")


def _million_options(parser: Parser) -> None:
    parser.add_argument("--depth", type=int, default=1_000_000, metavar="LAYERS", help="depth of the network (default: 1000000)")


def _selfcheck_options(parser: Parser) -> None:
    parser.set_defaults(when_interrupted="sets it aside and starts anew")
    parser.add_argument("--budget", type=float, default=BUDGET_S, metavar="SECONDS", help=f"how long to measure (default: {BUDGET_S:g})")


def _compare_options(parser: Parser) -> None:
    parser.add_argument("base", type=Path, metavar="BASE", help="results folder to compare with")
    parser.add_argument("new", type=Path, metavar="NEW", help="results folder to judge")
    help_text = "exit with 1 if something is certainly slower by more than this fraction, e.g. 0.03"
    parser.add_argument("--fail-above", type=float, metavar="FRACTION", help=help_text)
    parser.add_argument("--markdown", action="store_true", help="print a Markdown table, e.g. for a pull request")


def _export_options(parser: Parser) -> None:
    parser.add_argument("--format", choices=tuple(FORMATS), required=True, help="tool that will read the file")
    parser.add_argument("file", type=Path, metavar="FILE", help="file to write")


def _sentence(help_text: str) -> str:
    return f"{help_text[0].upper()}{help_text[1:]}."
