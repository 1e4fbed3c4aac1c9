"""Topics, figures and meters are tables: what is added to one arrives in the report, among the plots and in the answers."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from matplotlib.figure import Figure

from bench.cli import main
from bench.plan import memory as study
from bench.plan import meters
from bench.plan.cells import BACKPROPAGATION, Cell
from bench.record.folder import write_machine
from bench.record.results import read_results
from bench.record.schemas import row
from bench.record.tables import Table, as_rows
from bench.record.time_parts.rows import TimeRows
from bench.show import topics
from bench.show.answers import Answer
from bench.show.figures import memory as memory_figures
from bench.show.figures.pictures import Plot, pictures_of
from bench.show.topics import TOPICS, Topic, topic, with_facts
from bench.tests.rows import memory_table, time_rows, training_rows, visit_rows, write_results

pytestmark = pytest.mark.usefixtures("undrawn")


def memory_rows(*rows, dataset="breast_cancer"):
    """Rows of memory.csv: (implementation, meter, peak) of one cell."""
    cell = Cell(dataset, 128, 64, 128, "float64", "deferred", "default")
    place = ["m", cell.memory_id, dataset, 128, 64, 128, "float64", "deferred"]
    values = [[*place, impl, meter, peak, None, "ok", None] for impl, meter, peak in rows]
    return memory_table(values)


@pytest.fixture
def home(tmp_path):
    """Results with the times and the memory of two implementations."""
    folder = write_results(tmp_path / "results", lambda cell: 1.2)
    rows = memory_rows(("iterative", "heap", 2**21), ("recursive", "heap", 2**20), ("recursive", "blocks", 1_234))
    Table(folder, "memory.csv").replace(as_rows(rows))
    return folder


def page(folder):
    assert main(["report", "--results", str(folder)]) == 0
    return (folder / "report.html").read_text()


def plotted(folder):
    assert main(["plot", "--results", str(folder), "--plots", str(folder / "plots")]) == 0
    return {path.name for path in (folder / "plots").iterdir()}


def test_the_table_of_contents_and_the_sections_are_those_of_the_table(home):
    text = page(home)
    [results] = read_results(home, print)
    shown = [entry.anchor for entry, _ in with_facts(results)]
    assert re.findall(r'<a href="#(\w+)">', text) == re.findall(r'<section id="(\w+)">', text) == shown
    assert set(shown) < {entry.anchor for entry in TOPICS}
    assert "training" not in shown, "nothing was trained"


def test_facts_that_are_not_of_times_need_none_of_them(home):
    def unread(*_):
        raise AssertionError("times are read")

    [results] = read_results(home, print)
    without = replace(results, rows=TimeRows(unread, unread, "time.csv"))
    quick = [entry.anchor for entry, _ in with_facts(without, of_times=False)]
    assert {"memory", "sources", "machine"} <= {*quick}
    rest = [entry.anchor for entry, _ in with_facts(results, of_times=True)]
    assert sorted(quick + rest) == sorted(entry.anchor for entry, _ in with_facts(results))
    with pytest.raises(AssertionError, match="times are read"):
        [*with_facts(without, of_times=True)]


def test_a_topic_is_added_by_one_entry(home, monkeypatch):
    plot = Plot("squares", "Squares", "How squares grow.", lambda facts: Figure())
    mine = Topic(
        "squares",
        "Squares",
        "Do <squares> grow?",
        lambda results: results.times["depth"].max() or None,
        lambda depth: [Answer("Is it more?", f"Yes, {depth**2} is more.", ("4 & 16",))],
        lambda depth: pictures_of([plot], depth),
    )
    monkeypatch.setattr(topics, "TOPICS", [*TOPICS, mine])
    text = page(home)
    assert '<a href="#squares">Squares</a>' in text
    section = text[text.index('<section id="squares">') :]
    assert "<h2>Do &lt;squares&gt; grow?</h2>" in section
    assert "<p>Yes, 16 is more.</p>" in section
    assert "<li>4 &amp; 16</li>" in section
    assert "How squares grow." in section
    assert {"squares.svg", "squares.png"} <= plotted(home)


def test_a_figure_is_added_by_one_entry(home, monkeypatch):
    mine = Plot("mine", "A figure of mine", "How to read it.", lambda tables: Figure(), lambda tables: True)
    monkeypatch.setattr(memory_figures, "PLOTS", [*memory_figures.PLOTS, mine])
    assert "A figure of mine" in page(home)
    assert {"mine.svg", "mine.png"} <= plotted(home)


def test_a_meter_is_added_by_one_entry(home, monkeypatch):
    assert "1 234" not in page(home).replace("\u00a0", " ")
    mine = meters.Meter("blocks", "memory blocks", "blocks", "how many blocks there are.")
    monkeypatch.setattr(meters, "METERS", [*meters.METERS, mine])
    text = page(home).replace("\u00a0", " ")
    planned = study.all_cells([Cell("breast_cancer", 32, 4, 8, "float64", "fused", "default")], "breast_cancer")
    assert 'class="r">memory blocks</th>' in text
    assert '<td class="r">1 234 blocks</td>' in text
    assert "<b>memory blocks</b> is how many blocks there are." in text
    assert {"blocks" in meters.meters_for(kind, cell.update) for cell, kind in planned if cell.depth == 4} == {True}


def test_profiles_of_data_sets_with_like_names_do_not_run_into_one_another():
    profile = pd.concat(
        pd.DataFrame({"cell": memory_rows(("recursive", "heap", 1), dataset=dataset)["cell"], "impl": "recursive", "live_bytes": size})
        for dataset, size in (("my-a.csv", 1.0), ("my-b.csv", 2.0))
    )
    peaks = pd.concat(memory_rows(("recursive", "heap", 1), dataset=dataset) for dataset in ("my-a.csv", "my-b.csv"))
    shown = memory_figures._one_dataset(profile, peaks)
    assert shown["live_bytes"].tolist() == [1.0]
    assert shown["update"].tolist() == ["deferred"]


@pytest.mark.parametrize(
    "anchor", ["answers", "network", "explore", "frontier", "figures", "memory", "training", "limits", "cells", "selfcheck"]
)
def test_a_topic_without_facts_has_no_section(tmp_path, anchor):
    write_machine(tmp_path, {"machine": "m"})
    clarity = ["recursive", 9, 2, 3, 3, 40.0, 80.0, BACKPROPAGATION]
    Table(tmp_path, "clarity.csv").replace([clarity])
    limits = [row("limits.csv", {"machine": "m", "python": "3.13.0", "status": "error"})]
    trained = training_rows(("recursive", "fused", 1, [0.5], 1.0))
    if anchor == "limits":
        Table(tmp_path, "memory.csv").replace(as_rows(memory_rows(("recursive", "heap", 1))))
    else:
        Table(tmp_path, "limits.csv").replace(limits)
    if anchor != "training":
        Table(tmp_path, "training.csv").replace(as_rows(trained))
    [results] = read_results(tmp_path, print)
    assert topic(anchor).html(topic(anchor).facts(results)) == ""
    assert anchor not in [entry.anchor for entry, _ in with_facts(results)]
    assert "sources" in [entry.anchor for entry, _ in with_facts(results)]


def test_the_report_draws_the_first_slice_and_the_plots_have_all(tmp_path):
    rows = pd.concat(
        time_rows(
            *({**row, "pass": n} for n in range(1, 12) for row in visit_rows({"iterative": (100 + n, 100), "recursive": (110, 110 + n)})),
            cell=f"breast_cancer-b{batch}-d4-w8-float64-deferred-default",
            batch=batch,
        )
        for batch in (32, 64)
    )
    Table(tmp_path, "time.csv").replace(as_rows(rows))
    write_machine(tmp_path, {"machine": "m"})
    text = page(tmp_path)
    assert text[text.index('<section id="figures">') : text.index('<section id="cells">')].count("<figure>") == 3
    assert "The figures of breast_cancer, batch 64, float64, deferred update are among the plots" in text
    assert {name for name in plotted(tmp_path) if name.startswith("ratio_map") and name.endswith(".svg")} == {
        "ratio_map.svg",
        "ratio_map-breast_cancer-b64-float64-deferred.svg",
    }
