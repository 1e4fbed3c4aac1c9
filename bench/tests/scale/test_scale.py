"""The page on scale has the table that was measured, and what was measured keeps what is promised."""

import pandas as pd

from bench.tests.scale import records as scale

MEASURED = pd.read_csv(scale.MEASURED)


def test_the_page_has_the_table_that_was_measured():
    page = scale.PAGE.read_text()
    assert scale.filled(page, MEASURED) == page, "python -m bench.tests.scale.records FOLDER writes it again"


def test_ten_million_rows_take_less_than_a_minute_and_a_gibibyte():
    """Seconds of CPU time: the machine was shared."""
    assert set(zip(MEASURED["rows"], MEASURED["task"], strict=True)) == {(rows, task) for rows in scale.ROWS for task in scale.TASKS}
    assert MEASURED["cpu_s"].max() < scale.LIMITS["cpu_s"]
    assert MEASURED["mib"].max() < scale.LIMITS["mib"]


def test_each_task_does_its_work(tmp_path):
    folder = tmp_path / "small"
    taken = [scale.measure(task, folder, 5_000) for task in scale.TASKS]
    assert [each["task"] for each in taken] == [*scale.TASKS]
    summary = pd.read_csv(folder / "summary.csv")
    assert (folder / "report.html").exists()
    assert len(summary) > 0
    assert all(each["mib"] > 50 for each in taken)
