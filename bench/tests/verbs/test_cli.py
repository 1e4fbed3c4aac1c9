"""The command line from end to end, on a small real sweep."""

import json
import os
import re
import shutil
import signal

import pandas as pd
import pytest

from bench.cli import main
from bench.plan.contenders import CONTROL, REFERENCES
from bench.plan.data.datasets import BUNDLED
from bench.record.schemas import SCHEMAS
from bench.tests.children import wait_for_rows
from bench.tests.runs import run_here, start, write_sweep
from bench.verbs.running import timing
from impls import IMPLEMENTATIONS
from impls.updates import UPDATES

TINY = """
depth = [1, 3]
width = 4
batch = 8
allocator = ["default", "steady"]
impls = ["iterative", "iterative_pop", "recursive"]
precision = 0.5
budget_s = 300
"""
NAMES = ("iterative", "iterative_pop", "recursive")


@pytest.fixture(scope="module")
def home(tmp_path_factory, fewest_rounds):
    """A folder with a tiny sweep, and the results of running it, training, plotting and reporting."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "tiny.toml").write_text(TINY)
    assert unwind(folder, "run", "--only", "time", "--sweep", str(folder / "tiny.toml")) == 0
    assert unwind(folder, "train", "--budget", "0.1") == 0
    assert unwind(folder, "plot") == 0
    assert unwind(folder, "report") == 0
    return folder


def unwind(folder, verb, *options):
    return main([verb, "--results", str(folder / "results"), "--plots", str(folder / "plots"), *options])


def table(folder, name):
    return pd.read_csv(folder / "results" / name)


def test_time_csv_has_every_contender_twice_a_round_in_every_cell(home):
    rows = table(home, "time.csv")
    assert list(rows.columns) == list(SCHEMAS["time.csv"])
    names = {*NAMES, *REFERENCES}
    for _, visit in rows.groupby(["cell", "pass"]):
        assert set(visit["impl"]) == names
        assert (visit.groupby(["round", "impl"]).size() == 2).all()
        assert visit["iterations"].nunique() == 1
    assert rows["cell"].nunique() == 4
    assert (rows.groupby("cell")["pass"].nunique() >= 8).all()


def test_summary_csv_agrees_with_time_csv_by_pandas_alone(home):
    times, summary = table(home, "time.csv"), table(home, "summary.csv")
    assert list(summary.columns) == list(SCHEMAS["summary.csv"])
    cell = summary["cell"].iloc[0]
    one = summary.query("cell == @cell and impl == 'recursive' and baseline == 'iterative' and metric == 'wall'").iloc[0]
    shorter = times[times["cell"] == cell].pivot_table(index=["pass", "round"], columns="impl", values="wall_ns", aggfunc="min")
    per_pass = (shorter["recursive"] / shorter["iterative"]).groupby("pass").median()
    assert one["passes"] == len(per_pass)
    assert one["ratio"] == pytest.approx(per_pass.median(), rel=1e-3)
    assert per_pass.min() * 0.999 <= one["low"] <= one["ratio"] <= one["high"] <= per_pass.max() * 1.001
    pairs = set(zip(summary["impl"], summary["baseline"], strict=True))
    assert ("recursive", "iterative_pop") in pairs
    assert {impl for impl, baseline in pairs if baseline == "iterative"} == {*NAMES, *REFERENCES} - {"iterative"}


def test_machine_json_says_what_the_figures_depend_on(home):
    record = json.loads((home / "results" / "machine.json").read_text())
    assert record["blas_threads"] == 1
    assert 0 < record["passes"]["share"] <= 1
    assert record["passes"]["measured_s"] <= record["passes"]["wall_s"]
    assert {"cpu", "cores", "memory_bytes", "os", "kernel", "python", "numpy", "blas", "governor", "load_1_min"} <= set(record)
    assert record["machine"] == table(home, "time.csv")["machine"].iloc[0]


def test_training_csv_has_the_same_losses_for_all(home):
    rows = table(home, "training.csv")
    losses = rows.groupby(["dataset", "depth", "impl", "update", "block"])["loss"].agg(tuple)
    assert set(losses.index.droplevel("block")) == {
        *((dataset, 4, impl, update) for dataset in BUNDLED for impl in NAMES for update in UPDATES),
        *((dataset, 4, CONTROL, "deferred") for dataset in BUNDLED),
        *(("breast_cancer", 152, impl, "fused") for impl in ("iterative_pop", "recursive")),
    }
    assert (losses.groupby(["dataset", "depth"]).nunique() == 1).all()
    assert (rows.groupby("dataset")["held_out_accuracy"].last() > 0.9).all()
    assert (rows[["cpu_s", "wall_s"]] > 0).all(axis=None)


def test_figures_are_svg_and_png(home):
    names = {file.name for file in (home / "plots").iterdir()}
    assert {f"{name}.{kind}" for name in ("ratio_by_depth", "ratio_map", "time_per_layer") for kind in ("svg", "png")} <= names


def test_the_report_is_whole_and_needs_nothing_else(home):
    text = (home / "results" / "report.html").read_text()
    text = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)  # what scripts ask for is seen in the browser
    summary = table(home, "summary.csv").query("metric == 'cpu' and impl == 'recursive' and baseline == 'iterative'")
    for row in summary.itertuples():
        assert f"{row.ratio:.3f} [{row.low:.3f}, {row.high:.3f}]" in text
    assert not re.search(r"""(src|srcset|<link[^>]* href)=["'](?!data:)""", text)
    assert {link for link in re.findall(r"""href=["'](https?:[^"']*)""", text) if "/python/cpython/issues/" not in link} == set()
    assert "Can these figures be trusted?" in text
    compared = {name for name in table(home, "time.csv")["impl"] if name in IMPLEMENTATIONS}
    assert set(table(home, "clarity.csv")["impl"]) == compared
    assert all(IMPLEMENTATIONS[name].cache in text for name in compared)


def test_running_again_measures_nothing_more_and_keeps_every_row(home, capsys):
    before = (home / "results" / "time.csv").read_text()
    assert unwind(home, "run", "--only", "time", "--sweep", str(home / "tiny.toml")) == 0
    assert (home / "results" / "time.csv").read_text() == before
    assert "Resuming: " in capsys.readouterr().out


def test_changed_settings_are_not_mixed_in(home, capsys):
    before = (home / "results" / "time.csv").read_text()
    assert unwind(home, "run", "--sweep", str(home / "tiny.toml"), "--baseline", "recursive") == 2
    assert "its figures were measured with another baseline, iterative; give --fresh" in flat(capsys.readouterr().err)
    assert (home / "results" / "time.csv").read_text() == before


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"method": "0"}, "another way of measuring, 0"),
        ({"libraries": {"numpy": "1.26.4"}}, "another version of numpy"),
        ({"data": {"breast_cancer": "0"}}, "other data under the name of breast_cancer"),
        ({"implementations": {"recursive": "0"}}, "an earlier version of recursive"),
    ],
)
def test_figures_that_something_else_has_made_are_not_mixed_in(home, tmp_path, capsys, changed, words):
    shutil.copytree(home / "results", tmp_path / "results")
    path = tmp_path / "results" / "machine.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, "settings": {**record["settings"], **changed}}))
    assert unwind(tmp_path, "run", "--sweep", str(home / "tiny.toml")) == 2
    assert f"its figures were measured with {words}; give --fresh to start anew" in flat(capsys.readouterr().err)


def flat(text):
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "--sweep", "quik"], "unknown sweep 'quik'; did you mean 'quick'?"),
        (["run", "--impl", "recursiv"], "--impl: unknown implementation 'recursiv'; did you mean 'recursive'?"),
        (["run", "--baseline", "loop"], f"--baseline: unknown implementation 'loop'; there are {', '.join(IMPLEMENTATIONS)}"),
        (["run", "--precision", "0"], "--precision is 0; give a fraction above 0 and below 1, such as 0.01"),
        (["run", "--budget", "-3"], "--budget is -3; give a number of seconds above 0 and up to 1e+09"),
        (["run", "--patience", "1e10"], "--patience is 1e+10; give a number of seconds above 0 and up to 1e+09"),
        (["run", "--with", "nowhere.py"], "--with nowhere.py: no such file; check the path"),
        (["run", "--precision", "nan"], "--precision is nan; give a fraction above 0 and below 1, such as 0.01"),
        (["run", "--seed", "x"], "--seed is 'x'; give a whole number"),
        (["run", "--budget", "5s"], "--budget is '5s'; give a number of seconds"),
        (["run", "--precision", "1%"], "--precision is '1%'; give a fraction, such as 0.01"),
        (["limits", "--max-depth", "1e6"], "--max-depth is '1e6'; give a whole number of layers"),
        (["limits", "--python", ""], "--python is empty; give the path of a CPython or PyPy, 3.9 or newer"),
        (["run", "--with", ""], "--with is empty; give the path of a file"),
        (["run", "--with", "."], "--with .: is a folder; give a Python file"),
        (["run", "--impl", ""], "--impl is empty; give a name; `unwind list` shows them"),
        (["report", "--results", ""], "--results is empty; give a folder"),
        (["report", "--results", __file__], f"{__file__}: is a file and no folder; give a results folder"),
        (["compare", __file__, "x"], f"{__file__}: is a file and no folder; give a results folder"),
        (["compare", "x", ""], "NEW is empty; give a results folder"),
        (["export", "--format", "pyperf", ""], "FILE is empty; give the path of a file"),
        (
            ["selfcheck", "--results", __file__, "--budget", "9"],
            f"{__file__}/selfcheck: cannot be written (Not a directory); give another --results",
        ),
        (["rum"], "unknown verb 'rum'; did you mean 'run'?"),
        (["train", "--sweep", "nowhere.toml"], "cannot read the sweep 'nowhere.toml': No such file or directory; check the path"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(tmp_path, capsys, arguments, sentence):
    assert unwind(tmp_path, *arguments) == 2
    captured = capsys.readouterr()
    assert flat(captured.err) == f"unwind: {sentence}"
    assert captured.out == ""
    assert not (tmp_path / "results").exists()


def test_nothing_to_show_is_exit_code_3(tmp_path, capsys):
    assert unwind(tmp_path, "plot") == 3
    assert unwind(tmp_path, "report") == 3
    assert "has no figures of this machine yet" in flat(capsys.readouterr().err)


def test_cells_without_room_are_skipped_with_both_figures(tmp_path):
    (tmp_path / "huge.toml").write_text("depth = 1000\nwidth = 65536\nimpls = ['recursive']\n")
    assert unwind(tmp_path, "run", "--sweep", str(tmp_path / "huge.toml")) == 3
    rows = table(tmp_path, "time.csv")
    assert set(rows["status"]) == {"skipped"}
    assert rows["detail"].str.fullmatch(r"needs about [\d.]+ GiB, and [\d.]+ GiB are available").all()


@pytest.mark.parametrize(
    ("budget", "visit_s"),
    [
        ("300", 0.15),  # more than enough
        ("8", 0.05),  # 16 passes of 4 visits, of whose time two fifths go into rounds
    ],
)
def test_visits_are_as_short_as_a_budget_of_sixteen_passes_asks_for(tmp_path, monkeypatch, budget, visit_s):
    asked = []

    def interrupted(*arguments, **named):
        asked.append(arguments[-1])
        raise KeyboardInterrupt

    monkeypatch.setattr(timing, "PassTimer", interrupted)
    monkeypatch.setattr(timing, "VISIT_S", 0.15)
    (tmp_path / "tiny.toml").write_text(TINY)
    assert unwind(tmp_path, "run", "--only", "time", "--sweep", str(tmp_path / "tiny.toml"), "--budget", budget) == 130
    assert asked == [pytest.approx(visit_s)]


WRONG = """
from impls import IMPLEMENTATIONS, Implementation

def backprop(network, X, Y, emit):
    return IMPLEMENTATIONS["iterative"].backprop(network, X, Y, lambda l, dW, db: emit(l, 2 * dW, db))

wrong = Implementation("wrong<b>", "wrong<b>", "nowhere", "loop", backprop)
"""


def test_a_wrong_implementation_is_told_and_never_timed(tmp_path, capsys):
    (tmp_path / "wrong.py").write_text(WRONG)
    (tmp_path / "tiny.toml").write_text(TINY.replace("budget_s = 300", "budget_s = 1"))
    options = ("--sweep", str(tmp_path / "tiny.toml"), "--with", str(tmp_path / "wrong.py"))
    assert unwind(tmp_path, "run", "--only", "time", *options) == 0
    assert "wrong<b> is left out: it gives a dW of layer 0 that is off by 1.0e+00" in flat(capsys.readouterr().err)
    assert "wrong<b>" not in set(table(tmp_path, "time.csv")["impl"])
    assert unwind(tmp_path, "report") == 0
    text = (tmp_path / "results" / "report.html").read_text()
    assert "wrong&lt;b&gt;: it gives a dW of layer 0" in text
    assert "wrong<b>" not in text


def test_list_names_everything(capsys):
    assert main(["list"]) == 0
    text = capsys.readouterr().out
    for name in (*IMPLEMENTATIONS, "smoke", "quick", "standard", "full", "breast_cancer", "digits"):
        assert name in text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals")
def test_ctrl_c_keeps_what_is_finished_and_the_same_command_goes_on(tmp_path):
    write_sweep(tmp_path, width=2)
    process = start(tmp_path)
    wait_for_rows(tmp_path / "results" / "time.csv")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Interrupted" in out
    assert "Traceback" not in err
    kept = (tmp_path / "results" / "time.csv").read_text()
    assert (tmp_path / "results" / "machine.json").exists()
    assert run_here(tmp_path) == 0
    assert (tmp_path / "results" / "time.csv").read_text().startswith(kept)
