"""`export`: time.csv in the format of another tool."""

from __future__ import annotations

import argparse

from bench.errors import BadInput
from bench.record.disk import write_whole
from bench.record.exports import FORMATS
from bench.record.results import read_measurements
from bench.record.schemas import SCHEMAS
from bench.show.answers.words import counted
from bench.show.terminal.screen import Screen


def export(options: argparse.Namespace, screen: Screen) -> None:
    """Write the results folder's times into one file.

    Raises:
        BadInput: a file cannot be read or written, or what writes the format is not installed.
        NothingMeasured: there are no times.

    """
    if not options.file.name:
        raise BadInput("FILE is empty; name the file to write")
    if options.file.name in SCHEMAS and options.file.resolve().parent == options.results.resolve():
        raise BadInput(f"{options.file}: holds results, which the export would replace; give another FILE")
    machine, times = read_measurements(options.results, screen.warn)
    write_whole(options.file, FORMATS[options.format](machine, times))
    screen.say(f"Wrote {counted(len(times), 'measurement')} to {options.file}, in the format {options.format}")
