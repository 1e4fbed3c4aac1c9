"""The traced step in the report and among the plots: it is the recorded one, whole and safe, and it moves without a script."""

import json
import re
import xml.etree.ElementTree as ET

import pytest

from bench.cli import main
from bench.measure.tracing.records import Step, Trace, Traces, in_step
from bench.measure.tracing.source_lines import Function
from bench.measure.tracing.trace_step import BATCH, SIZES, trace_step
from bench.record.trace import write_traces
from bench.show.figures.steps.animation import AnimatedFigure, Element, animated
from bench.show.figures.steps.step_through import step_pictures, step_through
from bench.show.report.steps import steps_section
from bench.tests.rows import write_results
from impls import IMPLEMENTATIONS

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "</script><script>alert(1)</script>"


def line(stage, number):
    return Step(stage, "start", -1, "mine.py", number, (), (), 0, 0, -1)


@pytest.fixture(scope="module")
def traces():
    traced = [trace_step(IMPLEMENTATIONS[name], update) for name in ("iterative", "recursive", "torch") for update in ("deferred", "fused")]
    mine = Trace("mine", NASTY, "fused", functions=(Function("f", "mine.py", ((1, f"x = '{NASTY}'"),)),), steps=(line(0, 1),))
    return Traces(SIZES, BATCH, "float64", (*traced, mine))


@pytest.fixture(scope="module")
def home(traces, tmp_path_factory):
    folder = write_results(tmp_path_factory.mktemp("home") / "results", lambda cell: 1.2)
    write_traces(folder, traces)
    assert main(["report", "--results", str(folder)]) == 0
    return folder


def test_the_page_holds_the_trace_and_nothing_in_it_ends_its_script(home, traces):
    text = (home / "report.html").read_text()
    [data] = re.findall(r'<script type="application/json" id="steps-data">(.*?)</script>', text, re.DOTALL)
    assert "<" not in data
    held = json.loads(data)
    assert [(trace["impl"], trace["update"]) for trace in held["traces"]] == [(trace.impl, trace.update) for trace in traces.traces]
    assert held["traces"][-1]["functions"][0][2] == [[1, f"x = '{NASTY}'"]]
    assert held["traces"][2]["steps"] == json.loads(json.dumps(traces.traces[2].steps))
    assert "<script>alert(1)" not in text


def test_the_section_comes_right_after_the_answer_and_says_what_it_lacks(home):
    text = (home / "report.html").read_text()
    anchors = re.findall(r'<section id="(\w+)"', text)
    assert anchors[:2] == ["answer", "steps"]
    assert "PyTorch: its arithmetic runs in torch, and not in lines of Python" in text
    assert "<noscript><figure>" in text


def test_a_report_without_a_trace_has_no_such_section(traces, tmp_path):
    folder = write_results(tmp_path / "results", lambda cell: 1.2)
    assert main(["report", "--results", str(folder)]) == 0
    assert 'id="steps"' not in (folder / "report.html").read_text()
    write_traces(folder, Traces(SIZES, BATCH, "float64", tuple(trace for trace in traces.traces if trace.impl == "torch")))
    assert main(["report", "--results", str(folder)]) == 0
    assert 'id="steps"' not in (folder / "report.html").read_text(), "nothing can be played"


@pytest.mark.parametrize(
    ("kept", "first"), [(("torch", "recursive", "iterative"), ["iterative", "recursive"]), (("recursive",), ["recursive"] * 2)]
)
def test_the_list_and_recursion_are_shown_first(traces, kept, first):
    some = Traces(SIZES, BATCH, "float64", tuple(trace for trace in traces.traces if trace.impl in kept))
    assert json.loads(steps_section(some)["data"])["first"] == first


def test_traces_in_step_wait_for_each_other():
    short = Trace("short", "short", "fused", steps=(line(0, 1), line(1, 2)))
    long = Trace("long", "long", "fused", steps=(line(0, 1), line(1, 2), line(1, 3), line(2, 4)))
    assert [*in_step([short, long], 1)] == [(0, (0, 0)), (1, (1, 1)), (1, (1, 2)), (2, (1, 3))]


def test_plot_draws_it_as_svg_and_png(home):
    plots = home / "plots"
    assert main(["plot", "--results", str(home), "--plots", str(plots)]) == 0
    svg = (plots / "step_through.svg").read_text()
    assert len(svg) < 200_000
    assert "<script" not in svg
    assert (plots / "step_through.png").read_bytes().startswith(b"\x89PNG")


def texts(svg):
    """The words that are seen without movement."""
    return [
        "".join(node.itertext())
        for group in ET.fromstring(svg).iter(f"{SVG}g")
        if group.get("opacity") != "0"
        for node in group.iter(f"{SVG}text")
    ]


def test_the_picture_stands_where_the_two_differ_most(traces):
    figure = step_through(traces)
    assert "kept list" in texts(figure.svg)
    assert "recursion" in texts(figure.svg)
    assert "4\u202f896 bytes alive, most so far 5\u202f408" in texts(figure.svg)
    assert "3\u202f104 bytes alive, most so far 4\u202f064" in texts(figure.svg)
    assert texts(figure.still) == texts(figure.svg)
    assert max(trace.peak_bytes for trace in traces.traces) == 5_408


def test_the_picture_takes_12_to_20_seconds_and_moves_only_for_those_who_allow_it(traces):
    svg = step_through(traces).svg
    [seconds] = re.findall(r"animation: ([\d.]+)s linear infinite", svg)
    assert 12 <= float(seconds) <= 20
    still, moving = svg.split("@media (prefers-reduced-motion: no-preference)")
    assert "animation" not in still
    assert "@keyframes" in moving


def test_a_picture_of_almost_nothing_is_drawn_too():
    functions = (Function("f", "mine.py", ((1, "pass"),)),)
    pair = [Trace(name, name, "deferred", functions=functions, steps=(line(0, 1),)) for name in ("iterative", "recursive")]
    assert "0 bytes alive, most so far 0" in texts(step_through(Traces((1, 1), 1, "float64", tuple(pair))).still)


def test_there_is_no_picture_without_both(traces):
    assert step_pictures(Traces(SIZES, BATCH, "float64", traces.traces[:2])) == []
    assert [picture.name for picture in step_pictures(traces)] == ["step_through"]


def test_elements_of_an_animation_come_and_go_with_their_scenes():
    stays, comes, goes = (Element(over, f'<rect id="{name}"/>') for over, name in ((0, "stays"), (1, "comes"), (0, "goes")))
    figure = animated((10, 20), "a & b", "", [[stays, goes], [stays, comes]], 1)
    assert isinstance(figure, AnimatedFigure)
    root = ET.fromstring(figure.svg)
    assert root.find(f"{SVG}title").text == "a & b"
    shown = {group[0].get("id"): (group.get("class"), group.get("opacity")) for group in root.iter(f"{SVG}g")}
    assert list(shown) == ["stays", "goes", "comes"], "what is over others is painted last"
    assert shown["stays"] == (None, None)
    assert shown["goes"][1] == "0"
    assert shown["comes"][1] is None
    rules = dict(re.findall(r"@keyframes (k\d+) { (.*?) } \.k", figure.svg))
    assert rules[shown["goes"][0].split()[1]].startswith("0.00% { opacity: 1 }")
    assert rules[shown["comes"][0].split()[1]].startswith("0.00% { opacity: 0 }")
    assert "goes" not in figure.still
