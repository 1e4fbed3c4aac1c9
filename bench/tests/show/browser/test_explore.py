"""The chart and the look-up in a browser: every control is used, and what they show is what the files have."""

import itertools
import json
import re

import pandas as pd
import pytest

from bench.cli import main
from bench.plan.cells import Cell
from bench.plan.contenders import title
from bench.record.folder import write_machine
from bench.record.tables import Table, as_rows
from bench.tests.reference import read
from bench.tests.rows import time_rows, visit_rows


@pytest.fixture(scope="module")
def summary(report_folder):
    return pd.read_csv(report_folder / "summary.csv")


def shown(page):
    """The rows of the table under the chart: (implementation, where) -> figure, interval."""
    lines = page.locator("#explore-table tbody tr").evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent))")
    return {(impl, place): (figure, interval, passes) for impl, place, figure, interval, passes in lines}


def choose(page, name, value):
    page.locator(f'#explore-form [name="{name}"]').select_option(value)


def explored(visits, report_path, fragment="", **settings):
    page = visits.open(report_path, fragment, **settings)
    page.wait_for_selector("#explore-chart svg")
    return page


def test_the_ratios_are_those_of_the_summary(visits, report_path, summary):
    page = explored(visits, report_path)
    choose(page, "at-width", "32")
    rows = summary.query("metric == 'cpu' and width == 32 and allocator == 'default' and baseline == 'iterative'")
    known = shown(page)
    for row in rows[rows["impl"].isin(["iterative_pop", "recursive"])].itertuples():
        figure, interval, passes = known[title(row.impl), f"depth {row.depth}"]
        assert figure == f"{row.ratio:.3f}"
        assert interval == (f"[{row.low:.3f}, {row.high:.3f}]" if row.low > 0 else "too few passes")
        assert passes == f"{row.passes} passes"
    assert len(known) == 3 * len(set(rows["depth"]))


def test_times_and_peaks_are_those_of_the_files(visits, report_path, report_folder):
    page = explored(visits, report_path)
    choose(page, "unit", "absolute")
    times = read(report_folder / "time.csv").query("width == 8 and depth == 64 and allocator == 'default' and impl == 'recursive'")
    ms = times.groupby("pass")["cpu_ns"].median().median() / 1e6
    assert shown(page)["recursion", "depth 64"][0] == f"{ms:#.4g} ms"
    choose(page, "metric", "heap")
    peaks = pd.read_csv(report_folder / "memory.csv").query("meter == 'heap' and impl == 'recursive'")
    place = re.search(r"At (.*)\.$", page.locator("#explore-says").inner_text())[1]
    width, batch = (int(re.search(rf"{axis} (\d+)", place)[1]) for axis in ("width", "batch"))
    update = re.search(r"update (\w+)", place)[1]
    for row in peaks[(peaks["width"] == width) & (peaks["batch"] == batch) & (peaks["update"] == update)].itertuples():
        figure, interval, passes = shown(page)["recursion", f"depth {row.depth}"]
        assert (interval, passes) == ("none: it repeats", "1 reading")
        assert float(figure.removesuffix(" MiB")) == pytest.approx(row.peak_bytes / 2**20, rel=5e-4)


def test_depth_is_that_of_the_limits(visits, report_path, report_folder):
    page = explored(visits, report_path, "explore=metric:layers;axis:setting;python:3.9.18;impls:recursive")
    rows = pd.read_csv(report_folder / "limits.csv").query("python == '3.9.18' and impl == 'recursive'")
    figures = [int(re.sub(r"\D", "", figure)) for figure, *_ in shown(page).values()]
    assert sorted(figures) == sorted(rows["deepest_ok"])


@pytest.mark.parametrize(("width", "scheme"), [(375, "dark"), (768, "light"), (1400, "dark")])
def test_every_choice_of_every_select_draws(visits, report_path, width, scheme):
    page = explored(visits, report_path, width=width, scheme=scheme)
    metrics = page.locator('#explore-form [name="metric"] option').evaluate_all("every => every.map(each => each.value)")
    assert metrics == ["cpu", "wall", "heap", "resident", "faults", "layers"]
    for metric in metrics:
        choose(page, "metric", metric)
        names = page.locator("#explore-form select").evaluate_all("every => every.map(each => each.name)")
        for name in names[1:]:
            select = page.locator(f'#explore-form [name="{name}"]')
            if not select.count():  # it has become the axis or the panel
                continue
            for value in select.locator("option:not([disabled])").evaluate_all("every => every.map(each => each.value)"):
                if page.locator(f'#explore-form [name="{name}"]').count():
                    choose(page, name, value)
                    assert shown(page), (metric, name, value)
    page.wait_for_selector("#explore-chart svg")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_implementations_come_and_go_with_their_boxes(visits, report_path):
    page = explored(visits, report_path)
    boxes = page.locator('#explore-form [name="impl"]')
    floor = page.locator('#explore-form [value="floor"]')
    floor.check()
    assert "floor" in {impl for impl, _ in shown(page)}
    for number in range(boxes.count()):
        boxes.nth(number).uncheck()
    assert shown(page) == {}
    assert page.locator("#explore-says").inner_text().startswith("Choose an implementation.")


def test_a_panel_holds_its_own_points_alone(visits, report_path):
    page = explored(visits, report_path, "explore=metric:cpu;unit:ratio;axis:depth;panel:width;impls:recursive")
    page.wait_for_function("document.querySelectorAll('#explore-chart svg .mark-symbol.role-mark').length === 3")
    points = page.locator("#explore-chart svg .mark-symbol.role-mark").evaluate_all("marks => marks.map(mark => mark.children.length)")
    assert points == [3, 3, 3]


PLACES = """chart => {
  const at = (element) => { const box = element.getBoundingClientRect(); return [box.x + box.width / 2, box.width]; };
  const labels = [...chart.querySelectorAll('.role-axis-label text')];
  return {
    symbols: [...chart.querySelectorAll('.mark-symbol.role-mark path')].map(at),
    ticks: Object.fromEntries(labels.map((label) => [label.textContent, at(label)[0]])),
  };
}"""


@pytest.mark.parametrize("width", [375, 768, 1400])
def test_points_at_one_depth_stand_side_by_side_around_its_tick(visits, report_path, width):
    page = explored(visits, report_path, "explore=impls:iterative,iterative_pop,recursive", width=width)
    places = page.locator("#explore-chart").evaluate(PLACES)
    ticks = [places["ticks"][depth] for depth in ("4", "16", "64")]
    assert len(places["symbols"]) == 9
    for tick in ticks:
        near = sorted((x, wide) for x, wide in places["symbols"] if tick == min(ticks, key=lambda other: abs(other - x)))
        assert len(near) == 3
        assert near[1][0] == pytest.approx(tick, abs=1.5)
        gaps = [after - before for (before, _), (after, _) in itertools.pairwise(near)]
        assert gaps == pytest.approx([14, 14], abs=1.5)
        assert max(wide for _, wide in near) <= 14, "no symbol hides another"
        assert near[-1][0] - near[0][0] < (ticks[1] - ticks[0]) / 2, "and each is nearest to its own tick"


@pytest.mark.parametrize("width", [375, 1400])
def test_names_on_the_axis_are_whole(visits, report_path, width):
    page = explored(visits, report_path, "explore=metric:layers;axis:setting;python:3.9.18;impls:recursive", width=width)
    labels = page.locator("#explore-chart .role-axis-label text").evaluate_all(
        "every => every.map(label => [label.textContent, getComputedStyle(label).opacity, label.getBoundingClientRect().right])"
    )[:4]
    names = ["limit as it comes", "limit raised", "limit raised, 512 KiB stack", "limit raised, 64 MiB stack"]
    assert [text.replace(" ", "") for text, _, _ in labels] == [name.replace(" ", "") for name in names]
    assert all(opacity == "1" and right <= width for _, opacity, right in labels)


def test_a_point_tells_its_figure_its_interval_and_its_passes(visits, report_path):
    page = explored(visits, report_path, "explore=impls:recursive")
    page.locator("#explore-chart svg .mark-symbol.role-mark path").first.hover()
    words = page.locator("#vg-tooltip-element").inner_text()
    [(_, place), (figure, interval, passes)] = next(iter(shown(page).items()))
    assert all(part in words for part in ("recursion", place, figure, interval, passes))


def test_the_view_is_in_the_address_beside_the_keys_of_others(visits, report_path):
    page = explored(visits, report_path, "steps=iterative,recursive,deferred,12")
    choose(page, "metric", "wall")
    choose(page, "axis", "width")
    page.locator('#network-form [name="depth"]').fill("50")
    address = page.evaluate("location.href")
    assert "#steps=iterative,recursive,deferred,12&explore=metric:wall;" in address
    again = visits.new_page()
    again.goto(address)
    assert again.locator('#explore-form [name="metric"]').input_value() == "wall"
    assert again.locator('#explore-form [name="axis"]').input_value() == "width"
    assert again.locator('#network-form [name="depth"]').input_value() == "50"
    assert shown(again) == shown(page)


@pytest.mark.parametrize(
    "fragment",
    [
        "explore=",
        "explore=metric:none;axis:none;impls:none",
        "explore=%E0%A4%A",
        "explore=width:7;allocator:neither",
        "memory",
        "network=0,x",
    ],
)
def test_an_address_that_asks_for_what_there_is_not_shows_what_there_is(visits, report_path, fragment):
    page = visits.open(report_path, fragment)
    assert page.locator("#explore-title").inner_text().startswith("CPU time of a step")
    assert page.locator("#network-table tbody tr").count() >= 3


def test_my_network_shows_the_nearest_cell_and_whether_it_runs(visits, report_path, summary):
    page = visits.open(report_path)
    page.locator('#network-form [name="depth"]').fill("1500")
    page.locator('#network-form [name="width"]').fill("100")
    says = page.locator("#network-says").inner_text()
    assert says.startswith("Nearest measured: depth 64, width 128, batch 32: 23 times shallower than and 1.3 times as wide as yours.")
    cells = page.locator("#network-table tbody tr").evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent))")
    by_impl = {name: rest for name, *rest in cells}
    cell = "metric == 'cpu' and depth == 64 and width == 128 and allocator == 'default' and baseline == 'iterative' and impl == 'recursive'"
    [row] = summary.query(cell).itertuples()
    assert by_impl["recursion"][1].startswith(f"{row.ratio:.3f}")
    assert by_impl["recursion"][3].startswith("no: RecursionError above 9")
    assert by_impl["recursion"][4] == "yes"
    assert by_impl["kept list"][3] == "yes"
    assert page.evaluate("location.hash") == "#network=1500,100"


@pytest.mark.parametrize("depth", ["", "0", "-3"])
def test_my_network_asks_for_what_it_needs(visits, report_path, depth):
    page = visits.open(report_path)
    page.locator('#network-form [name="depth"]').fill("64")
    page.locator('#network-form [name="depth"]').evaluate("(input, value) => { input.value = value; }", depth)
    page.locator('#network-form [name="width"]').fill("9")
    assert page.locator("#network-says").inner_text() == "Give a depth, a width and a batch, each a whole number from 1."


@pytest.fixture(scope="module")
def varied(tmp_path_factory):
    """A report of cells that differ in batch, dtype and update: recursion takes ms of its own in each; float32 has one update alone."""
    folder = tmp_path_factory.mktemp("varied")
    rows = []
    for (batch, dtype, update), ms in VARIED.items():
        cell = Cell("breast_cancer", batch=batch, depth=16, width=8, dtype=dtype, update=update, allocator="default")
        place = {axis: getattr(cell, axis) for axis in ("batch", "depth", "width", "dtype", "update")} | {"cell": cell.id}
        for number in range(1, 10):
            rows += visit_rows({"iterative": (1e6, 1e6), "recursive": (ms * 1e6, ms * 1e6)}, **{"pass": number, **place})
    Table(folder, "time.csv").replace(as_rows(time_rows(*rows)))
    write_machine(folder, {"machine": "m", "settings": {"baseline": "iterative"}, "warnings": []})
    assert main(["report", "--results", str(folder)]) == 0
    return folder / "report.html"


VARIED = {
    (32, "float64", "deferred"): 2,
    (32, "float64", "fused"): 3,
    (256, "float64", "deferred"): 5,
    (256, "float64", "fused"): 7,
    (32, "float32", "deferred"): 11,
}


def looked_up(page):
    """What the look-up says of recursion: its time, the sentence and the note."""
    cells = page.locator("#network-table tbody tr").evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent))")
    time = next(words for name, words, *_ in cells if name == "recursion")
    return time, page.locator("#network-says").inner_text(), page.locator("#network-notes").inner_text()


@pytest.mark.parametrize("cell", VARIED)
def test_my_network_is_looked_up_at_the_batch_dtype_and_update_that_are_chosen(visits, varied, cell):
    page = visits.open(varied, width=375)
    batch, dtype, update = cell
    page.locator('#network-form [name="batch"]').fill(str(batch))
    page.locator('#network-form [name="dtype"]').select_option(dtype)
    page.locator('#network-form [name="update"]').select_option(update)
    time, says, note = looked_up(page)
    assert time == f"{VARIED[cell]} ms"
    assert says == f"Nearest measured: depth 16, width 8, batch {batch}: exactly yours."
    assert f"dtype {dtype}, {update} update" in note
    again = visits.open(varied, page.evaluate("location.hash.slice(1)"))
    assert looked_up(again) == (time, says, note)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_what_was_not_measured_so_is_told_and_the_nearest_is_shown(visits, varied):
    page = visits.open(varied, "network=32,8;batch:128;dtype:float32;update:fused")
    time, says, _ = looked_up(page)
    assert time == "7 ms"  # one word differs, and the batch is twice as large; float32 with the other update has one of a quarter
    assert says == (
        "Nearest measured: depth 16, width 8, batch 256: 2 times shallower than yours, with a batch 2 times as large. "
        "Times at dtype float32 were not measured there: these are at dtype float64."
    )
    page.locator('#network-form [name="batch"]').fill("200")
    page.locator('#network-form [name="dtype"]').select_option("float64")
    assert looked_up(page)[:2] == (
        "7 ms",
        "Nearest measured: depth 16, width 8, batch 256: 2 times shallower than yours, with a batch 1.3 times as large.",
    )


def test_what_has_one_value_is_no_choice(visits, report_path, varied):
    names = [
        visits.open(path).locator("#network-form [name]").evaluate_all("every => every.map(each => each.name)")
        for path in (report_path, varied)
    ]
    assert names == [["depth", "width", "batch", "update", "allocator"], ["depth", "width", "batch", "dtype", "update"]]


def test_without_scripts_a_sentence_leads_to_the_tables(visits, report_path):
    page = visits.open(report_path, java_script_enabled=False)
    assert "needs JavaScript" in page.locator("#explore noscript").inner_text()
    assert not page.locator("#explore-form").is_visible()


def test_the_data_cannot_end_their_element(report_path):
    text = report_path.read_text()
    for name in ("explore", "network", "sources"):
        [data] = re.findall(rf'<script type="application/json" id="{name}-data">(.*?)</script>', text, re.DOTALL)
        assert "<" not in data
        assert json.loads(data)
