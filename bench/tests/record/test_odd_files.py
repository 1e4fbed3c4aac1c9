"""Files as people and spreadsheets leave them are read rightly or refused with their line, by every verb, and never in a traceback."""

import json

import pandas as pd
import pytest

from bench.analyse.stopping import Progress
from bench.cli import main
from bench.measure.timing.passes import Assignment, Finished
from bench.measure.timing.visit import Measurement
from bench.plan.cells import Cell
from bench.record.folder import results_folder
from bench.record.schemas import SCHEMAS, may_lack
from bench.record.tables import Table, as_rows
from bench.record.time_parts.rows import read_times
from bench.tests.rows import write_results
from bench.verbs.running.recorder import VisitRecorder

pytestmark = pytest.mark.usefixtures("undrawn")

CELL = Cell("breast_cancer", 32, 4, 8, "float64", "deferred", "default")


@pytest.fixture
def folder(tmp_path):
    return write_results(tmp_path / "results", lambda cell: 1.1, passes=9)


def every_verb(folder):
    """The exit codes of all that read a results folder."""
    here, scratch = ["--results", str(folder)], folder.parent
    return {
        main(["report", *here]),
        main(["plot", *here, "--plots", str(scratch / "plots")]),
        main(["compare", str(folder), str(folder)]),
        *(main(["export", *here, "--format", to, str(scratch / "out")]) for to in ("pyperf", "pytest-benchmark", "parquet")),
    }


def spreadsheet(text, separator=";", decimal=","):
    """The text as a spreadsheet saves it where a comma is the decimal sign."""
    rows = [line.split(",") for line in text.splitlines()]
    return "\ufeff" + "\r\n".join(separator.join(field.replace(".", decimal) for field in row) for row in rows) + "\r\n"


HARMLESS = {
    "byte order mark": lambda text: "\ufeff" + text,
    "Windows' line ends": lambda text: text.replace("\n", "\r\n"),
    "semicolons": lambda text: text.replace(",", ";"),
    "decimal commas": spreadsheet,
    "tabs": lambda text: spreadsheet(text, "\t"),
    "blank lines": lambda text: "\n\n".join(text.splitlines()[:4]) + "\n,,,,\n  \n" + "\n".join(text.splitlines()[4:]) + "\n",
    "whole numbers with a decimal point": lambda text: text.replace(",32,4,", ",32.0,4.0,"),
}


@pytest.mark.parametrize("how", HARMLESS)
def test_what_a_spreadsheet_has_saved_is_read_as_it_was(folder, how):
    table = Table(folder, "time.csv")
    as_written = table.read()
    table.path.write_bytes(HARMLESS[how](table.path.read_text()).encode())
    pd.testing.assert_frame_equal(table.read(pytest.fail), as_written)
    assert every_verb(folder) == {0}


@pytest.mark.parametrize("how", HARMLESS)
def test_rows_are_added_to_it_in_the_form_that_they_have_here(folder, how):
    table = Table(folder, "time.csv")
    text = table.path.read_text()
    new = as_rows(table.read())[-1:]
    table.path.write_bytes(HARMLESS[how](text).encode())
    table.append(new)
    assert table.read(pytest.fail).equals(pd.concat([table.read()[:-1], table.read()[-1:]]))
    assert len(table.read()) == text.count("\n")
    assert table.path.read_bytes().startswith(f"{','.join(SCHEMAS['time.csv'])}\n".encode()) or how == "blank lines"


@pytest.mark.parametrize("column", [column for column in may_lack("time.csv") if column in SCHEMAS["time.csv"]])
def test_a_column_that_may_be_lacking_is_missed_by_no_verb(folder, column):
    path = folder / "time.csv"
    pd.read_csv(path, dtype=str).drop(columns=column).to_csv(path, index=False)
    assert every_verb(folder) == {0}


HARMFUL = {
    "a field too many": (lambda lines: [*lines[:4], f"{lines[4]},more", *lines[5:]], "line 5 has 25 fields where the header has 24"),
    "a field too few": (lambda lines: [*lines[:4], lines[4].rpartition(",")[0], *lines[5:]], "line 5 has 23 fields"),
    "after a blank line": (lambda lines: [*lines[:3], "", f"{lines[4]},more"], "line 5 has 25 fields"),
    "a quotation mark": (lambda lines: [*lines[:4], lines[4].replace("float64", '"float64'), *lines[5:]], "line 5 cannot be taken apart"),
    "a depth of 0": (
        lambda lines: [*lines[:4], lines[4].replace(",32,4,", ",32,0,"), *lines[5:]],
        "line 5 has 0 as depth, which starts at 1",
    ),
    "no number": (lambda lines: [*lines[:4], lines[4].replace(",32,4,", ",32,four,"), *lines[5:]], "line 5 has 'four' as depth"),
    "half a layer": (
        lambda lines: [*lines[:4], lines[4].replace(",32,4,", ",32,4.5,")],
        "line 5 has '4.5' as depth, which is no whole number",
    ),
    "a status": (lambda lines: [*lines[:4], lines[4].replace(",ok,", ",fine,")], "line 5 has an unknown status"),
    "a column twice": (lambda lines: [lines[0].replace("detail", "status"), *lines[1:]], "has the column status twice"),
    "another encoding": (
        lambda lines: [*lines[:4], lines[4].replace("float64", "fl\udce4t64")],
        "line 5 has the byte 0xe4, which is not UTF-8",
    ),
}


@pytest.mark.parametrize("how", HARMFUL)
def test_what_would_be_read_wrongly_is_refused_with_its_line(folder, how, capsys):
    change, sentence = HARMFUL[how]
    path = folder / "time.csv"
    path.write_bytes(("\n".join(change(path.read_text().splitlines())) + "\n").encode("utf-8", "surrogateescape"))
    before = path.read_bytes()
    assert every_verb(folder) == {2}
    told = capsys.readouterr().err
    assert f"time.csv: {sentence}" in told or f"({sentence}" in told
    assert path.read_bytes() == before


@pytest.mark.parametrize("left", ["", "run,machine,pa", ",".join(SCHEMAS["time.csv"])])
def test_what_a_full_disk_has_left_of_a_new_file_is_no_rows(tmp_path, left):
    table = Table(tmp_path, "time.csv")
    table.path.write_text(left)
    assert table.read().empty
    table.append([])
    assert table.path.read_text() == f"{','.join(SCHEMAS['time.csv'])}\n"


ODD_RECORDS = {
    "warnings without a remedy": ({"warnings": [{"what": "it is hot"}]}, {2}),
    "seconds that are unknown": ({"passes": {"wall_s": None, "measured_s": None}}, {0}),
    "seconds that are no number": ({"passes": {"wall_s": float("nan")}}, {2}),
    "a precision in words": ({"sweep": {"precision": "fine"}}, {2}),
    "lists and words where numbers are": ({"cores": [1], "load_1_min": "high", "blas_threads": "two", "governor": {"a": []}}, {0}),
    "a list": ([], {2}),
}


@pytest.mark.parametrize("how", ODD_RECORDS)
def test_an_odd_machine_record_is_read_or_refused(folder, how):
    odd, codes = ODD_RECORDS[how]
    path = folder / "machine.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **odd} if isinstance(odd, dict) else odd))
    assert every_verb(folder) == codes


def test_a_machine_record_that_is_nested_without_end_is_refused(folder, capsys):
    (folder / "machine.json").write_text("[" * 100_000)
    assert every_verb(folder) == {2}
    assert "machine.json: cannot be read (nested too deeply)" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("reading", [(0.0, 5.0), (5.0, 0.0), (float("inf"), 5.0), (-1.0, 5.0)])
def test_what_a_clock_could_not_resolve_is_a_status_and_the_file_stays_readable(tmp_path, reading):
    table = Table(tmp_path, "time.csv")
    progress = Progress(["iterative", "recursive"], "iterative", (), 0.01)
    rows = [
        Measurement(impl, 0, order, 1, *figures)
        for order, (impl, figures) in enumerate({"iterative": (5.0, 5.0), "recursive": reading}.items())
    ]
    VisitRecorder("run", "m", table, progress).add(Finished(Assignment(CELL, 1, ("iterative", "recursive"), ""), tuple(rows), 1.0))
    [row] = read_times(tmp_path, pytest.fail).whole().itertuples()
    assert (row.impl, row.status) == ("recursive", "error")
    assert row.detail.startswith("was measured, and has a ")
    assert progress.runnable(CELL) == []


def test_no_row_is_written_that_would_be_refused(tmp_path):
    table = Table(tmp_path, "limits.csv")
    with pytest.raises(ValueError, match="unknown status"):
        table.append([["m", "3.11.7", "recursive", 1000, None, 5, 6, "splendid", None, 0.1, None, None, None, None]])
    assert not table.path.exists()


def test_fresh_moves_only_what_unwind_writes(tmp_path):
    for name in ("time.csv", "machine.json", "report.html", "houses.csv", "notes.json", "index.html"):
        (tmp_path / name).write_text("mine")
    with results_folder(tmp_path, fresh=True):
        pass
    [aside] = tmp_path.glob("set_aside_*")
    assert {path.name for path in aside.iterdir()} == {"time.csv", "machine.json", "report.html"}
    assert {path.name for path in tmp_path.iterdir() if path.suffix} == {"houses.csv", "notes.json", "index.html"} | {
        path.name for path in tmp_path.iterdir() if path.suffix == ".lock"
    }


@pytest.mark.parametrize("option", ["--results", "--plots"])
def test_an_empty_folder_name_is_refused(option, capsys):
    assert main(["report", option, ""]) == 2
    assert capsys.readouterr().err == f"unwind: {option} is empty; give a folder\n"
    assert main(["report", option, " "]) == 2
    assert capsys.readouterr().err == f"unwind: {option} is ' '; give a folder\n"
