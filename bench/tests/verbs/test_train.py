"""`train` from end to end, on a file of one's own and with code of one's own."""

import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from bench.cli import main
from bench.measure.training import convergence
from bench.tests.children import interruptible
from bench.tests.fixtures import mischief

SHORT = ("--budget", "0.1")


@pytest.fixture(scope="module")
def flowers(tmp_path_factory):
    """A CSV file whose target is words."""
    path = tmp_path_factory.mktemp("data") / "flowers.csv"
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 60)
    table = pd.DataFrame({"length": kind + rng.normal(0, 0.2, 60), "width": rng.normal(0, 1, 60)})
    table.assign(kind=np.array(["rose", "tulip", "daisy"])[kind]).to_csv(path, index=False)
    return str(path)


@pytest.fixture
def short(monkeypatch):
    """A few epochs are enough to see that the parts fit together."""
    monkeypatch.setattr("bench.verbs.running.training.MOST_EPOCHS", 3)


def train(folder, *options):
    return main(["train", "--results", str(folder), *SHORT, *options])


def rows(folder):
    return pd.read_csv(folder / "training.csv")


def losses(table):
    return {key: tuple(group) for key, group in table.groupby(["depth", "impl", "update", "block"])["loss"]}


def test_a_file_of_ones_own_with_words_as_labels(tmp_path, flowers, short, capsys):
    assert train(tmp_path, "--data", flowers, "--target", "kind", "--impl", "recursive", "--seed", "3", "--verbose") == 0
    table = rows(tmp_path)
    assert set(table["dataset"]) == {flowers}
    assert set(table["seed"]) == {3}
    usual = table[table["depth"] == 4]
    assert set(zip(usual["impl"], usual["update"], strict=True)) == {
        ("iterative", "deferred"),
        ("iterative", "fused"),
        ("recursive", "deferred"),
        ("recursive", "fused"),
        ("control", "deferred"),
    }
    assert (table["status"] == "ok").all()
    assert table["held_out_accuracy"].between(0, 1).all()
    assert (table.loc[table["depth"] == 152, "recursion_limit"] == 1000).all()
    said = " ".join(capsys.readouterr().out.split())
    assert "Yes, to the last bit" in said
    assert "too few trainings" in said


def test_the_same_seed_gives_the_same_bits_and_another_one_others(tmp_path, flowers, short):
    for folder, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        assert train(tmp_path / folder, "--data", flowers, "--target", "kind", "--impl", "iterative", "--seed", seed) == 0
    first, again, other = (losses(rows(tmp_path / folder)) for folder in "abc")
    assert first == again
    assert len(set(first.values())) == 2, "one for each depth"
    assert first != other


def test_the_same_command_adds_blocks_and_trains_the_deep_network_once(tmp_path, flowers, short):
    options = ("--data", flowers, "--target", "kind", "--impl", "recursive")
    assert train(tmp_path, *options) == 0
    assert train(tmp_path, *options) == 0
    table = rows(tmp_path)
    assert table["run"].nunique() == 2
    assert set(table.loc[table["depth"] == 4, "block"]) == {1, 2}
    assert set(table.loc[table["depth"] == 152, "block"]) == {1}
    assert set(table.groupby(["depth", "impl", "update", "block"]).size()) == {3, 40}
    assert train(tmp_path, *options, "--seed", "9") == 0
    assert rows(tmp_path)["run"].nunique() == 4, "nothing is mixed, and nothing is lost"


def test_an_implementation_that_crashes_or_raises_is_left_out_with_a_sentence(tmp_path, flowers, short, capsys):
    options = ("--data", flowers, "--target", "kind", "--with", mischief.__file__, "--impl", "crashes", "--impl", "raises")
    assert train(tmp_path, *options) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "crashes (fused) is left out on" in said
    assert "its training failed (segfault): segmentation fault" in said
    assert "its training failed (error): IndexError: list index out of range" in said
    table = rows(tmp_path)
    assert set(table.loc[table["status"] != "ok", "impl"]) == {"crashes", "raises"}
    assert set(table.loc[table["status"] == "ok", "impl"]) == {"iterative", "control", "iterative_pop", "recursive"}
    assert train(tmp_path, *options) == 0
    assert "is left out on" not in capsys.readouterr().err, "it has no second turn"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--data", "x.csv"], "--data and --target go together"),
        (["--target", "kind"], "--data and --target go together"),
        (["--data", "nowhere.csv", "--target", "kind"], "--data: no file 'nowhere.csv'"),
        (["--data", "a\nb.csv", "--target", "kind"], "holds characters that cannot be printed"),
        (["--budget", "0"], "--budget is 0; give a number of seconds above 0"),
        (["--budget", "nan"], "--budget is nan"),
        (["--patience", "-1"], "--patience is -1"),
        (["--seed", "-1"], "--seed is -1; give a whole number from 0"),
    ],
)
def test_what_cannot_be_trained_on_is_refused_in_a_sentence(tmp_path, options, sentence, capsys):
    assert main(["train", "--results", str(tmp_path / "r"), *options]) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "r" / "training.csv").exists()


def test_a_column_that_is_not_there_is_named(tmp_path, flowers, capsys):
    assert train(tmp_path, "--data", flowers, "--target", "kindness") == 2
    assert "unknown column 'kindness'; did you mean 'kind'?" in capsys.readouterr().err


def test_ctrl_c_keeps_every_training_that_was_finished(tmp_path, flowers):
    command = [sys.executable, "-m", "bench", "train", "--results", tmp_path, "--data", flowers, "--target", "kind", "--budget", "300"]
    process = interruptible(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    path = tmp_path / "training.csv"
    for _ in range(1200):
        if path.exists() and path.read_text().count("\n") > 3 * convergence.PATIENCE:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Interrupted. What was recorded is kept" in out
    assert "Traceback" not in err
    assert (rows(tmp_path).groupby(["impl", "update", "block"]).size() == rows(tmp_path)["epochs"].iloc[0]).all()


def test_a_sweep_that_names_a_dataset_is_trained_on_that(tmp_path, flowers, short):
    sweep = tmp_path / "mine.toml"
    sweep.write_text(f'depth = 2\nwidth = 4\ndataset = "{flowers}"\ntarget = "kind"\nimpls = ["iterative"]\n')
    assert train(tmp_path / "r", "--sweep", str(sweep)) == 0
    assert set(rows(tmp_path / "r")["dataset"]) == {flowers}
