"""`plot`: the figures, from the CSVs."""

from __future__ import annotations

import argparse

from bench.analyse.frontier import places
from bench.analyse.summary import parts
from bench.record.folder import make_folder
from bench.record.results import read_results
from bench.show.figures.depth import limit_pictures
from bench.show.figures.frontier import frontier_pictures
from bench.show.figures.memory import memory_pictures
from bench.show.figures.pictures import save_all
from bench.show.figures.selfcheck import selfcheck_pictures
from bench.show.figures.time import time_pictures
from bench.show.terminal.screen import Screen


def plot(options: argparse.Namespace, screen: Screen) -> None:
    """Draw every figure that the results have data for.

    Raises:
        BadInput: a folder cannot be read or written.
        NothingMeasured: there are no results.

    """
    results = read_results(options.results, screen.warn)
    make_folder(options.plots, "--plots")
    pictures = [
        *time_pictures(parts(results.times, results.baseline)),
        *frontier_pictures(places(results.times, results.memory.peaks, results.baseline)),
        *memory_pictures(results.memory),
        *limit_pictures(results.limits),
        *selfcheck_pictures(results.selfcheck),
    ]
    screen.say(f"{len(save_all(pictures, options.plots))} figures, as SVG and PNG, in {options.plots}/")
