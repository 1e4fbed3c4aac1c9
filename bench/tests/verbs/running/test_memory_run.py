"""`run --only memory` from end to end, with a user's own implementation that leaks."""

import sys

import pandas as pd
import pytest

from bench.cli import main
from bench.plan import memory as study
from bench.record.folder import read_machine
from bench.record.memory import MemoryTables, read_memory
from bench.record.schemas import SCHEMAS
from bench.show.answers.words import size
from bench.show.figures.memory import PLOTS, memory_pictures
from bench.show.topics import topic
from impls import IMPLEMENTATIONS

TINY = """
depth = 3
width = 4
batch = 8
allocator = ["default", "steady"]
impls = ["iterative", "iterative_pop", "recursive", "closures"]
"""
LEAKY = """
from impls import Implementation
from impls.iterative import backprop as rightly

def backprop(network, X, Y, emit):
    kept = [X.copy()]
    kept.append(kept)
    return rightly(network, X, Y, emit)

leaky = Implementation("leaky", "<b>leaky</b>", "a cycle", "loop", backprop)
"""
KEY = ["cell", "impl", "meter"]
OF_NETWORKS = [plot for plot in PLOTS if plot.name != "call_profile"]  # there is no call here
NAMES = ("iterative", "iterative_pop", "recursive", "closures")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with the memory of a tiny sweep, the cells of the study made small."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "tiny.toml").write_text(TINY)
    (folder / "leaky.py").write_text(LEAKY)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"STUDY_DEPTH": 6, "STUDY_WIDTH": 8, "STUDY_BATCH": 8, "FRAME_DEPTHS": (200, 400)}.items():
            patch.setattr(study, name, value)
        assert run(folder) == 0
        yield folder


def run(folder, *options):
    sweep = ["--sweep", str(folder / "tiny.toml"), "--with", str(folder / "leaky.py"), "--results", str(folder / "results")]
    return main(["run", *sweep, *(options or ("--only", "memory"))])


def tables(folder):
    return read_memory(folder / "results", read_machine(folder / "results")["machine"], print)


def test_memory_csv_has_every_cell_once_under_both_updates(home):
    rows = pd.read_csv(home / "results" / "memory.csv")
    assert list(rows.columns) == list(SCHEMAS["memory.csv"])
    assert not rows.duplicated(KEY).any()
    swept = rows[(rows["batch"] == 8) & (rows["depth"] == 3)]
    assert swept["cell"].nunique() == 2, "whatever the allocator"
    assert set(swept["update"]) == {"deferred", "fused"}
    for _, cell in swept.groupby("cell"):
        assert {*zip(cell["impl"], cell["meter"], strict=True)} == {
            (impl, meter) for impl in (*NAMES, "leaky") for meter in ("heap", "resident")
        }


def test_only_what_has_a_formula_is_predicted(home):
    heap = tables(home).read_by("heap")
    predicted = heap[heap["predicted_bytes"].notna()]
    assert set(predicted["impl"]) == {name for name in NAMES if IMPLEMENTATIONS[name].peak}
    assert set(heap["impl"]) == {*NAMES, "leaky"}


def test_the_series_are_there_for_all(home):
    found = tables(home)
    names = {*NAMES, "leaky"}
    assert {(cell.rsplit("-", 1)[1], impl) for cell, impl in zip(found.profile["cell"], found.profile["impl"], strict=True)} == {
        (update, impl) for update in ("deferred", "fused") for impl in names
    }
    assert (found.profile.groupby(["cell", "impl"])["event"].agg(list).map(lambda events: events == list(range(12)))).all()
    assert set(found.samples["impl"]) == names


def test_going_on_measures_nothing_twice_and_what_is_missing(home):
    path = home / "results" / "memory.csv"
    whole = path.read_text()
    assert run(home) == 0
    assert path.read_text() == whole
    path.write_text("".join(whole.splitlines(keepends=True)[:-5]))
    before = pd.read_csv(path)
    assert run(home) == 0
    after = pd.read_csv(path)
    assert after.head(len(before)).equals(before)
    assert {*after[KEY].itertuples(index=False, name=None)} == {
        tuple(line.split(",")[i] for i in (1, 8, 9)) for line in whole.splitlines()[1:]
    }


def test_a_file_without_bounds_is_still_read(home, tmp_path, undrawn):
    whole = tables(home).peaks
    rows = pd.read_csv(home / "results" / "memory.csv").drop(columns=["repeats", "low_bytes", "high_bytes"])
    rows.to_csv(tmp_path / "memory.csv", index=False)
    earlier = read_memory(tmp_path, whole["machine"].iloc[0], print).peaks
    assert earlier["peak_bytes"].tolist() == whole["peak_bytes"].tolist()
    assert earlier[["repeats", "low_bytes", "high_bytes"]].isna().all(axis=None)
    assert "KiB" in topic("memory").html(MemoryTables(earlier, tables(home).profile, tables(home).samples))


@pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from Linux's /proc")
def test_resident_memory_has_bounds_and_the_report_shows_them(home, section):
    resident = tables(home).read_by("resident")
    assert (resident["low_bytes"] <= resident["peak_bytes"]).all()
    assert (resident["peak_bytes"] <= resident["high_bytes"]).all()
    assert tables(home).read_by("heap")["low_bytes"].isna().all()
    assert f"{size(resident['low_bytes'].iloc[0])} to {size(resident['high_bytes'].iloc[0])}" in section


@pytest.fixture(scope="module")
def section(home):
    return topic("memory").html(tables(home))


def test_the_leak_is_told_in_the_csv_and_in_the_report(home, section):
    heap = tables(home).read_by("heap")
    told = heap[heap["detail"].str.startswith("leaks", na=False)]
    assert set(told["impl"]) == {"leaky"}
    assert len(told) == (heap["impl"] == "leaky").sum()
    assert "Yes, &lt;b&gt;leaky&lt;/b&gt; does: with the garbage collector off, a small step leaves" in section
    assert "<b>leaky</b>" not in section


def test_the_report_prints_derivations_beside_the_figures(section):
    assert "All activations stay to the end" in section
    assert "Each suspended frame" not in section, "generators were not measured"
    places = [section.index(plot.heading) for plot in OF_NETWORKS]
    assert places == sorted(places)
    assert section.count("<img ") == len(OF_NETWORKS)


def test_memory_alone_is_plotted_and_reported(home):
    assert main(["report", "--results", str(home / "results")]) == 0
    text = (home / "results" / "report.html").read_text()
    assert "Where does the memory go?" in text
    assert "Can these figures be trusted?" not in text
    assert main(["plot", "--results", str(home / "results"), "--plots", str(home / "plots")]) == 0
    names = {f"{name}.{kind}" for name in (*(plot.name for plot in OF_NETWORKS), "step_through") for kind in ("svg", "png")}
    assert {path.name for path in (home / "plots").iterdir()} == names


def test_a_plain_run_measures_time_and_then_what_is_missing_of_memory(home, undrawn):
    memory = (home / "results" / "memory.csv").read_text()
    assert run(home, "--budget", "0.5") == 0
    assert (home / "results" / "time.csv").exists()
    assert (home / "results" / "memory.csv").read_text() == memory
    assert main(["report", "--results", str(home / "results")]) == 0
    assert "Where does the memory go?" in (home / "results" / "report.html").read_text()


def test_without_memory_there_is_no_section(tmp_path):
    assert memory_pictures(read_memory(tmp_path, "here", print)) == []


MIXED = """
batch = 8
impls = ["iterative", "recursive"]

[[grid]]
problem = "backpropagation"
depth = [2]
width = [4]

[[grid]]
problem = "hanoi"
depth = [3]
width = [4]
"""


def test_networks_and_calls_in_one_sweep_have_their_profiles(tmp_path, monkeypatch):
    (tmp_path / "mixed.toml").write_text(MIXED)
    for name, value in {"STUDY_DEPTH": 3, "STUDY_WIDTH": 4, "STUDY_BATCH": 8, "FRAME_DEPTHS": (20,)}.items():
        monkeypatch.setattr(study, name, value)
    results = tmp_path / "results"
    assert main(["run", "--sweep", str(tmp_path / "mixed.toml"), "--results", str(results), "--only", "memory"]) == 0
    profile = pd.read_csv(results / "profile.csv")
    of_calls = profile["cell"] == "hanoi-d3-w4"
    assert {*profile.loc[of_calls, "phase"]} == {"call", "line", "return"}
    assert {*profile.loc[~of_calls, "phase"]} == {"forward", "backward"}
    assert (profile["frame_bytes"].notna() == of_calls).all()
    peaks = pd.read_csv(results / "memory.csv")
    assert {*peaks["status"]} == {"ok"}
    read = {(problem, meter) for problem, meter in peaks[["problem", "meter"]].itertuples(index=False)}
    assert ("hanoi", "heap") in read
    assert ("hanoi", "sampled") not in read, "which is read of networks alone"
