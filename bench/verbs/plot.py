"""`plot`: the figures, from the CSVs."""

from __future__ import annotations

import argparse

from bench.errors import NothingMeasured
from bench.record.folder import make_folder, read_machine
from bench.record.memory import read_memory
from bench.record.results import read_results
from bench.show.console import Screen
from bench.show.figures import draw_all
from bench.show.memory_figures import draw_memory


def plot(options: argparse.Namespace, screen: Screen) -> None:
    """Draw every figure that the results have data for.

    Raises:
        BadInput: a folder cannot be read or written.
        NothingMeasured: there are no results.

    """
    machine = read_machine(options.results).get("machine", "")
    memory = read_memory(options.results, machine, screen.warn)
    try:
        _, summary, times = read_results(options.results, screen.warn)
    except NothingMeasured:
        if memory.peaks.empty:
            raise
        summary = times = None
    make_folder(options.plots, "--plots")
    written = draw_memory(memory, options.plots)
    if summary is not None:
        written += draw_all(summary, times, options.plots)
    screen.say(f"{len(written)} figures, as SVG and PNG, in {options.plots}/")
