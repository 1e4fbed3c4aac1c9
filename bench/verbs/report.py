"""`report`: results/report.html, from the CSV files."""

from __future__ import annotations

import argparse

from bench.record.disk import write_whole
from bench.record.results import read_results
from bench.show.report.page import render
from bench.show.terminal.screen import Screen


def report(options: argparse.Namespace, screen: Screen) -> None:
    """Write the report of what is in the results folder.

    Raises:
        BadInput: a file in it cannot be read.
        NothingMeasured: there is nothing in it.

    """
    path = options.results / "report.html"
    write_whole(path, render(read_results(options.results, screen.warn)).encode())
    screen.say(f"Wrote the report to {path}")
