"""`plot`: the figures, from the CSV files."""

from __future__ import annotations

import argparse

from bench.record.folder import make_folder
from bench.record.results import read_results
from bench.show.answers.words import counted
from bench.show.figures.pictures import save_all
from bench.show.terminal.screen import Screen
from bench.show.topics import all_pictures


def plot(options: argparse.Namespace, screen: Screen) -> None:
    """Draw every figure that the results have data for.

    Raises:
        BadInput: a folder cannot be read or written.
        NothingMeasured: there are no results.

    """
    results = read_results(options.results, screen.warn)
    make_folder(options.plots, "--plots")
    figures = save_all(all_pictures(results), options.plots)
    screen.say(f"Wrote {counted(len(figures), 'figure')}, each as SVG and PNG, to {options.plots}/")
