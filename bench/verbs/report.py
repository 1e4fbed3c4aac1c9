"""`report`: results/report.html, from the CSV files."""

from __future__ import annotations

import argparse
import shlex
import sys

from bench.record.files.disk import write_whole
from bench.record.results import read_results
from bench.show.report.answer import answered
from bench.show.report.page import render
from bench.show.terminal.screen import Screen

OPEN = {"darwin": "open", "win32": "start"}  # system -> its command that opens a file; elsewhere it is xdg-open


def report(options: argparse.Namespace, screen: Screen) -> None:
    """Write the report of what is in the results folder, show its answer, and say how to open it.

    Raises:
        BadInput: a file in it cannot be read.
        NothingMeasured: there is nothing in it.

    """
    path = options.results / "report.html"
    results = read_results(options.results, screen.warn)
    write_whole(path, render(results).encode())
    if table := answered(results):
        screen.answer(table)
    screen.say(f"Wrote the report to {path}")
    screen.say(f"Open it with `{OPEN.get(sys.platform, 'xdg-open')} {shlex.quote(str(path))}`, or in a browser: {path.resolve().as_uri()}")
