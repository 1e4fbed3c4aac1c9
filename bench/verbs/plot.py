"""`plot`: the figures, from the CSVs."""

from __future__ import annotations

import argparse

from bench.record.folder import make_folder
from bench.record.results import read_results
from bench.show.console import Screen
from bench.show.figures import draw_all


def plot(options: argparse.Namespace, screen: Screen) -> None:
    """Draw every figure that the results have data for.

    Raises:
        BadInput: a folder cannot be read or written.
        NothingMeasured: there are no results.

    """
    _, summary, times = read_results(options.results, screen.warn)
    make_folder(options.plots, "--plots")
    written = draw_all(summary, times, options.plots)
    screen.say(f"{len(written)} figures, as SVG and PNG, in {options.plots}/")
