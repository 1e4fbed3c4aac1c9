"""The page on scale has the table that was measured, and what was measured keeps what is promised."""

import pandas as pd

from bench.tests.measure.cluster import client_cost
from bench.tests.scale import plan_cost, workers
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


def test_the_page_has_what_was_measured_with_workers():
    page = scale.PAGE.read_text()
    assert workers.filled(page, workers.read("workers"), workers.read("cells")) == page, (
        "python -m bench.tests.scale.workers writes it again"
    )


def test_the_client_adds_at_most_20_ms_of_its_own_cpu_a_pass_at_64_workers():
    measured = workers.read("workers")
    assert [*measured[["size", "workers"]].itertuples(index=False, name=None)] == [
        (size, number) for size in ("small", "quick") for number in workers.WORKERS
    ]
    assert measured.loc[measured["workers"] == workers.PROMISED_AT, "client_ms"].max() <= workers.PROMISED_MS


def test_what_many_cells_take_grows_no_faster_than_they_do():
    measured = workers.read("cells")
    assert [*measured["cells"]] == [*workers.CELLS]
    of_a_cell = measured[[*workers.STAGES]].sum(axis=1) / measured["cells"]
    assert of_a_cell.iloc[-1] < 1.5 * of_a_cell.iloc[-2]
    assert measured["mib"].max() < scale.LIMITS["mib"]


def test_a_million_passes_by_hand():
    """10 ms a pass and 5 400 rows of 14 bytes: a million are 2.8 hours, 75.6 GB; 18 million visits of 2**20 / 10**6 bytes are 18 MiB."""
    sizes = [("small", 10, 5.0, 1.0), ("quick", 5_400, 6.0, 4.0)]
    lines = [{"size": size, "workers": 64, "rows": rows, "client_ms": a, "record_ms": b} for size, rows, a, b in sizes]
    stages = dict.fromkeys(workers.STAGES, 9_000.0)
    cells = pd.DataFrame([{"cells": 10_000, "rows": 500_000, "mib": 1, "kept_bytes": 1.048576, **stages}])
    small, quick, many = workers.paper_table(pd.DataFrame(lines), cells).splitlines()[2:]
    assert small == "| a million passes over 1 cell | 10 000 000 | 1.8 GB | 0.14 GB | 1 MiB | 1.7 h |"
    assert quick == "| a million passes over 18 cells | 5 400 000 000 | 972 GB | 76 GB | 18 MiB | 2.8 h |"
    assert many == "| 100 passes over 10 000 cells | 50 000 000 | 9 GB | 0.7 GB | 1 MiB | 1.0 h |"


def test_passes_that_sleep_are_counted_and_recorded():
    told = client_cost.measure(2, 6, 0.2, cells=2, rounds=1)
    assert (told["workers"], told["passes"], told["rows"]) == (2, 4, 20)
    assert told["client_ms"] > 0


def test_a_pass_over_many_cells_visits_each(tmp_path):
    judge, rows, taken = plan_cost.passes(3, 2, 1, tmp_path)
    assert rows == 3 * len(client_cost.CONTENDERS) * 2
    assert [*judge.made.values()] == [2, 2, 2]
    assert len(taken) == 2
    assert all(spent > 0 for spent in taken[-1])
