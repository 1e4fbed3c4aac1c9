"""`plot`: the figures, from the CSVs."""

from __future__ import annotations

import argparse

from bench.errors import NothingMeasured
from bench.record.folder import make_folder, read_machine
from bench.record.limits import machines_limits
from bench.record.memory import read_memory
from bench.record.results import read_results
from bench.record.tables import Table
from bench.show.console import Screen
from bench.show.figures import draw_all
from bench.show.limit_figures import draw_limits
from bench.show.memory_figures import draw_memory


def plot(options: argparse.Namespace, screen: Screen) -> None:
    """Draw every figure that the results have data for.

    Raises:
        BadInput: a folder cannot be read or written.
        NothingMeasured: there are no results.

    """
    make_folder(options.plots, "--plots")
    machine = read_machine(options.results).get("machine", "")
    written = draw_limits(machines_limits(Table(options.results, "limits.csv"), machine, screen.warn), options.plots)
    written += draw_memory(read_memory(options.results, machine, screen.warn), options.plots)
    try:
        _, summary, times = read_results(options.results, screen.warn)
        written += draw_all(summary, times, options.plots)
    except NothingMeasured:
        if not written:
            raise
    screen.say(f"{len(written)} figures, as SVG and PNG, in {options.plots}/")
