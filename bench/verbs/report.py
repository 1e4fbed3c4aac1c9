"""`report`: results/report.html, from the CSV files; of a folder with several problems, a page for each beside it."""

from __future__ import annotations

import argparse
import shlex
import sys

from bench.record.files.disk import write_whole
from bench.record.results import read_results
from bench.show.report.answer import answer_of
from bench.show.report.several.overview import FIRST, pages
from bench.show.terminal.screen import Screen

OPEN = {"darwin": "open", "win32": "start"}  # system -> its command that opens a file; elsewhere it is xdg-open


def report(options: argparse.Namespace, screen: Screen) -> None:
    """Write the report of what is in the results folder, show its answer, and say how to open it.

    Raises:
        BadInput: a file in it cannot be read.
        NothingMeasured: there is nothing in it.

    """
    path = options.results / FIRST
    every = read_results(options.results, screen.warn)
    for name, page in pages(every):
        write_whole(options.results / name, page.encode())
    if table := answer_of(every):
        screen.answer(table)
    more = f", and a page for each of its {len(every)} problems beside it" if len(every) > 1 else ""
    screen.say(f"Wrote the report to {path}{more}")
    screen.say(f"Open it with `{OPEN.get(sys.platform, 'xdg-open')} {shlex.quote(str(path))}`, or in a browser: {path.resolve().as_uri()}")
