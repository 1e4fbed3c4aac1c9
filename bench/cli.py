"""The command line: each verb is a few lines that say what happens, in order."""

from __future__ import annotations

import argparse
import re
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

Verb = Callable[[argparse.Namespace, Screen], object]
DONE, FAILED_GATE, BAD_INPUT, NOTHING_MEASURED, INTERRUPTED = 0, 1, 2, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    screen = Screen()
    options = argparse.Namespace(when_interrupted="goes on from there")
    try:
        parser().parse_args(arguments, options)
        options.verb(options, screen)
    except BadInput as error:
        screen.complain(str(error))
        return BAD_INPUT
    except NothingMeasured as error:
        screen.complain(str(error))
        return NOTHING_MEASURED
    except OSError as error:  # what the verbs do not foresee, such as a full disk under the temporary files
        screen.complain(f"{error.filename or 'the system'}: {error.strerror or error}; make room or mend it, what was recorded is kept")
        return BAD_INPUT
    except GateFailed as error:
        screen.complain(str(error))
        return FAILED_GATE
    except KeyboardInterrupt:
        screen.say(f"interrupted; what was recorded is kept, and the same command {options.when_interrupted}")
        return INTERRUPTED
    return DONE


class Parser(argparse.ArgumentParser):
    """An argument parser that complains in one sentence, as everything else here does."""

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuse what no shell can pass on and no path can hold, before a path is made of it."""
        if any("\0" in word for word in args or ()):
            self.error("an argument holds a NUL character")
        return super().parse_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Raise BadInput, with the nearest word if one is not known."""
        choice = re.search(r"invalid choice: '(.*)' \(choose from (.*)\)", message)
        if choice:
            what = message.split(":")[0].removeprefix("argument ").lower()
            raise BadInput(unknown(what, choice[1], choice[2].replace("'", "").split(", ")))
        raise BadInput(f"{message}; `{self.prog} --help` shows what there is")


Options = Callable[[Parser], None]


def parser() -> Parser:
    """The verbs and their options: the table of contents."""
    folders, named, chosen = _shared()
    top = Parser(prog="unwind", description="Where should backpropagation keep its cache? Measure it.")
    verb = top.add_subparsers(required=True, metavar="VERB")

    def add(name: str, does: Verb, parents: list[Parser], words: str, options: Options = lambda one: None) -> None:
        one = verb.add_parser(name, parents=parents, help=words)
        one.set_defaults(verb=does)
        options(one)

    add("run", run, [folders, chosen], "measure a sweep, or go on with one", _of_run)
    add("limits", limits, [folders, named], "how deep each implementation can go, on every Python that is found", _of_limits)
    add("train", train, [folders, chosen], "train a network with each implementation and update, and record the losses")
    add("million", million, [folders], "train a network of a million layers, by a loop and by recursion", _of_million)
    add("selfcheck", selfcheck, [folders], "try the method on known truths, beside other tools, and its meters", _of_selfcheck)
    add("plot", plot, [folders], "draw the figures from the CSVs")
    add("report", report, [folders], "write results/report.html from the CSVs")
    add("compare", compare, [folders], "two results folders, cell by cell: what became slower or faster", _of_compare)
    add("export", export, [folders], "time.csv in the format of another tool", _of_export)
    add("list", list_all, [folders, chosen], "implementations, sweeps and datasets")
    return top


def _shared() -> tuple[Parser, Parser, Parser]:
    """Options that several verbs have: the folders; implementations; implementations and a sweep."""
    folders = Parser(add_help=False)
    folders.add_argument("--results", type=Path, default=Path("results"), metavar="DIR", help="where CSVs and the report are (results)")
    folders.add_argument("--plots", type=Path, default=Path("plots"), metavar="DIR", help="where figures are (plots)")
    named = Parser(add_help=False)
    named.add_argument("--impl", action="append", default=[], metavar="NAME", help="compare this implementation; may be repeated")
    with_words = "a Python file of yours that defines implementations; it is run"
    named.add_argument("--with", action="append", default=[], dest="files", metavar="FILE", help=with_words)
    chosen = Parser(add_help=False, parents=[named])
    chosen.add_argument("--sweep", default="quick", help=f"one of {', '.join(sweeps.bundled())}, or a TOML file (quick)")
    return folders, named, chosen


def _of_run(one: Parser) -> None:
    one.add_argument("--baseline", default="iterative", metavar="NAME", help="whom ratios are taken against (iterative)")
    one.add_argument("--budget", type=float, metavar="SECONDS", help="begin no visit after so long (the sweep's)")
    one.add_argument("--precision", type=float, help="half-width of the intervals to aim at, as a fraction (the sweep's)")
    one.add_argument("--seed", type=int, default=0, help="of every random order (0)")
    patience_words = f"take what says nothing for so long to hang ({SILENCE_S:g})"
    one.add_argument("--patience", type=float, default=SILENCE_S, metavar="SECONDS", help=patience_words)
    one.add_argument("--only", choices=("time", "memory"), help="measure this alone (time, then memory)")
    one.add_argument("--fresh", action="store_true", help="set what is in --results aside and start anew")


def _of_limits(one: Parser) -> None:
    words = "study this interpreter too; may be repeated; without a PATH, none but the running one and those that are named"
    one.add_argument("--python", action="append", nargs="?", metavar="PATH", help=words)
    one.add_argument("--max-depth", type=int, default=1_000_000, metavar="N", help="try nothing deeper (1 000 000)")


def _of_million(one: Parser) -> None:
    one.add_argument("--depth", type=int, default=1_000_000, metavar="LAYERS", help="of the network (1000000)")


def _of_selfcheck(one: Parser) -> None:
    one.set_defaults(when_interrupted="sets it aside and begins anew")
    one.add_argument("--budget", type=float, default=BUDGET_S, metavar="SECONDS", help=f"how long to measure ({BUDGET_S:g})")


def _of_compare(one: Parser) -> None:
    one.add_argument("base", type=Path, metavar="BASE", help="the results folder to compare with")
    one.add_argument("new", type=Path, metavar="NEW", help="the results folder to judge")
    gate_words = "exit with 1 if one is slower by more than this for certain, e.g. 0.03"
    one.add_argument("--fail-above", type=float, metavar="SHARE", help=gate_words)
    one.add_argument("--markdown", action="store_true", help="a table for a pull request")


def _of_export(one: Parser) -> None:
    one.add_argument("--format", choices=tuple(FORMATS), required=True, help="whose")
    one.add_argument("file", type=Path, metavar="FILE", help="the file to write")
