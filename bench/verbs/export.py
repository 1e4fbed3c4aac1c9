"""`export`: time.csv in the format of another tool."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from bench.errors import BadInput
from bench.record.exports import FORMATS
from bench.record.files.disk import standard_stream, write_to_standard_output, write_whole
from bench.record.folder import OWN_FOLDERS
from bench.record.results import read_measurements
from bench.record.schemas import SCHEMAS
from bench.show.answers.words import counted
from bench.show.terminal.screen import Screen

STANDARD_OUTPUT = "-"  # in the place of a file's name; ./- is a file of that name


def export(options: argparse.Namespace, screen: Screen) -> None:
    """Write the results folder's times into one file.

    Raises:
        BadInput: a file cannot be read or written, or what writes the format is not installed.
        NothingMeasured: there are no times.

    """
    if _holds_results(Path(options.file), options.results):
        raise BadInput(f"{options.file}: holds results, which the export would replace; give another FILE")
    machine, times = read_measurements(options.results, screen.warn, apart=options.format == "parquet")
    content = FORMATS[options.format](machine, times)
    if options.file == STANDARD_OUTPUT:
        write_to_standard_output(content)
        return
    write_whole(Path(options.file), content)
    if standard_stream(Path(options.file)) != 1:
        screen.say(f"Wrote {counted(len(times), 'measurement')} to {options.file}, in the format {options.format}")


def _holds_results(file: Path, folder: Path) -> bool:
    path, results = (Path(os.path.realpath(place)) for place in (file, folder))
    return (path.parent == results and path.name in {*SCHEMAS, "machine.json"}) or path.parent in {results / name for name in OWN_FOLDERS}
