"""Rows of training.csv: written and read back, with those of earlier versions and earlier runs."""

import math

import pytest

from bench.measure.training.epochs import Epoch
from bench.measure.training.recipes import Recipe
from bench.measure.training.trainings import Contender, Job, Training
from bench.record.schemas import SCHEMAS
from bench.record.tables import Table
from bench.record.training import read_training, training_rows

OLD = (
    "dataset,impl,update,epoch,loss,accuracy,cpu_s,wall_s\niris,iterative,fused,1,0.5,0.9,1.0,1.0\niris,iterative,fused,2,0.4,0.9,1.0,1.0\n"
)


def training(dataset="iris", impl="recursive", block=1, epochs=2, depth=4, **settings):
    job = Job(dataset, Contender(impl, "fused"), Recipe(depth, 32, 0.1, 2, 7), block, order=3)
    made = tuple(Epoch(number, 1 / number, 0.9, 0.7, 0.8, 0.01, 0.02) for number in range(1, epochs + 1))
    return Training(job, made, **settings)


@pytest.fixture
def table(tmp_path):
    return Table(tmp_path, "training.csv")


def test_a_training_is_a_row_an_epoch(table):
    table.append(training_rows("run", "m", training(peak_bytes=10**7, recursion_limit=1000)))
    rows = read_training(table, print)
    assert rows["loss"].tolist() == [1.0, 0.5]
    columns = [
        "dataset",
        "impl",
        "update",
        "epoch",
        "epochs",
        "run",
        "machine",
        "depth",
        "width",
        "seed",
        "block",
        "order",
        "peak_bytes",
        "status",
    ]
    assert rows[columns].iloc[1].tolist() == ["iris", "recursive", "fused", 2, 2, "run", "m", 4, 32, 7, 1, 3, 10**7, "ok"]


def test_a_training_that_diverged_can_be_read_again(table):
    """An empty field and not the word "nan", which a column of numbers does not take."""
    job = training().job
    lost = (Epoch(1, math.inf, 0.5, math.inf, 0.5, 0.1, 0.1), Epoch(2, math.nan, 0.5, math.nan, 0.5, 0.1, 0.1))
    table.append(training_rows("run", "m", Training(job, lost)))
    table.append(training_rows("run", "m", training(block=2)))
    losses = read_training(table, print)["loss"].tolist()
    assert losses[0] == math.inf
    assert math.isnan(losses[1])
    assert losses[2:] == [1.0, 0.5]


def test_a_failure_is_one_row_without_figures(table):
    table.append(training_rows("run", "m", training(epochs=0, status="segfault", detail="segmentation\nfault")))
    [row] = read_training(table, print).to_dict("records")
    assert (row["status"], row["detail"], row["epochs"]) == ("segfault", "segmentation fault", 2)
    assert row["loss"] != row["loss"]


def test_a_training_whose_write_was_cut_off_is_left_out(table):
    table.append([*training_rows("run", "m", training(block=1)), *training_rows("run", "m", training(block=2))])
    table.path.write_text(table.path.read_text()[:-9])
    warnings = []
    assert set(read_training(table, warnings.append)["block"]) == {1}
    assert "the last line was cut off" in warnings[0]


def test_the_last_run_of_each_dataset_and_depth_is_what_counts(table):
    table.append(training_rows("first", "m", training("iris")))
    table.append(training_rows("deep", "m", training("iris", depth=152)))
    table.append(training_rows("second", "m", training("iris")))
    table.append(training_rows("other", "m", training("digits")))
    assert set(read_training(table, print)["run"]) == {"deep", "second", "other"}
    table.append(training_rows("first", "m", training("iris", block=2)))
    rows = read_training(table, print)
    assert set(rows.loc[rows["depth"].eq(4) & rows["dataset"].eq("iris"), "block"]) == {1, 2}


def test_a_file_of_an_earlier_version_is_read_and_gives_way_to_new_rows(table):
    table.path.write_text(OLD)
    rows = read_training(table, print)
    assert list(rows.columns) == list(SCHEMAS["training.csv"])
    assert rows["loss"].tolist() == [0.5, 0.4]
    table.append(training_rows("run", "m", training("digits")))
    assert set(read_training(table, print)["dataset"]) == {"iris", "digits"}
    table.append(training_rows("run", "m", training("iris")))
    rows = read_training(table, print)
    assert rows.loc[rows["dataset"].eq("iris"), "run"].tolist() == ["run", "run"]
    assert table.path.read_text().count("iris,iterative") == 2, "nothing is lost"
