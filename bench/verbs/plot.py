"""`plot`: the figures, from the CSV files."""

from __future__ import annotations

import argparse
from dataclasses import replace

from bench.record.folder import PAGES, make_folder
from bench.record.results import Results, read_results
from bench.show.answers.words import counted
from bench.show.figures.pictures import Picture, save_all
from bench.show.report.several.overview import page_names
from bench.show.terminal.screen import Screen
from bench.show.topics import all_pictures


def plot(options: argparse.Namespace, screen: Screen) -> None:
    """Draw every figure that the results have data for.

    Raises:
        BadInput: a folder cannot be read or written.
        NothingMeasured: there are no results.

    """
    every = read_results(options.results, screen.warn)
    make_folder(options.plots, "--plots")
    of = page_names([results.problem.name for results in every]) if len(every) > 1 else [""]
    pictures = [picture for results, name in zip(every, of, strict=True) for picture in _named(results, name)]
    figures = save_all(pictures, options.plots)
    screen.say(f"Wrote {counted(len(figures), 'figure')}, each as SVG and PNG, to {options.plots}/")


def _named(results: Results, page: str) -> list[Picture]:
    """The pictures of a problem; where there are several, its page's name is in those of the files."""
    of = page.removeprefix(PAGES).removesuffix(".html")
    return [replace(picture, name=f"{picture.name}-{of}" if of else picture.name) for picture in all_pictures(results)]
