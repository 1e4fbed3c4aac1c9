"""A traced call in the report and among the plots, and its profile: they are the recorded ones, whole and safe."""

import json
import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import pytest

from bench.cli import main
from bench.measure.tracing.calls.records import CallFrame, CallStep, CallTrace, CallTraces, Container
from bench.measure.tracing.calls.trace_call import trace_call
from bench.measure.tracing.records import Traces
from bench.measure.tracing.source_lines import Function
from bench.record.results import read_results
from bench.record.trace import write_traces
from bench.show.figures.call_profile import call_profile
from bench.show.figures.memory import memory_pictures
from bench.show.figures.pictures import NARROW_IN, STYLE
from bench.show.figures.steps.call_boxes import bar_boxes, frame_boxes, held_boxes
from bench.show.figures.steps.call_through import call_through, pair_of
from bench.show.figures.steps.step_through import step_pictures
from bench.show.report.steps import steps_section
from bench.tests.rows import write_call_results
from impls.problems import PROBLEMS

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "</script><script>alert(1)</script>"
PROFILE = [
    ("iterative", 0, 1, "call", 0, 144), ("iterative", 1, 1, "line", 88, 144), ("iterative", 2, 1, "return", 32, 144),
    ("recursive", 0, 1, "call", 0, 136), ("recursive", 5, 2, "call", 48, 272), ("recursive", 10, 1, "return", 32, 136),
]  # fmt: skip


def one_line(name, gives):
    frame = CallFrame(1, "f", (("n", NASTY),), (("held", 1),), gives)
    step = CallStep("return", "mine.py", 1, (0,), (0,), 40, 60, 100)
    container = Container(1, "list", (NASTY,), 2)
    return CallTrace(name, NASTY, "ok", "", gives, (Function("f", "mine.py", ((1, f"x = '{NASTY}'"),)),), (frame,), (container,), (step,))


@pytest.fixture(scope="module")
def calls():
    """Calls of all that tree_sum has, one of the user's own, and one that was not traced."""
    problem = PROBLEMS["tree_sum"]
    traced = [trace_call(problem, solution, 2, 2) for solution in problem.by_name.values()]
    return CallTraces(
        problem.name, problem.title, 2, 2, (*traced, one_line("mine", NASTY), CallTrace("c", "in C", "skipped", "it is in C"))
    )


@pytest.fixture(scope="module")
def home(calls, tmp_path_factory):
    folder = write_call_results(tmp_path_factory.mktemp("home") / "results", profile=PROFILE)
    write_traces(folder, Traces((), 0, "", (), (calls,)))
    assert main(["report", "--results", str(folder)]) == 0
    return folder


def test_the_page_holds_the_trace_and_nothing_in_it_ends_its_script(home, calls):
    text = (home / "report.html").read_text()
    [data] = re.findall(r'<script type="application/json" id="steps-data">(.*?)</script>', text, re.DOTALL)
    assert "<" not in data
    held = json.loads(data)
    assert [trace["impl"] for trace in held["traces"]] == [trace.impl for trace in calls.traces]
    assert held["traces"][1]["steps"] == json.loads(json.dumps(calls.traces[1].steps))
    assert held["first"] == ["iterative", "recursive"]
    assert "<script>alert(1)" not in text
    assert "in C: it is in C" in text
    assert "One call on a small input (depth 2, width 2)" in text


def test_a_folder_without_calls_of_the_problem_has_no_such_section(calls, tmp_path):
    folder = write_call_results(tmp_path / "results", "hanoi")
    write_traces(folder, Traces((), 0, "", (), (calls,)))
    assert main(["report", "--results", str(folder)]) == 0
    assert 'id="steps"' not in (folder / "report.html").read_text()


def test_one_that_is_alone_is_shown_on_both_sides(calls):
    alone = CallTraces("tree_sum", "tree sum", 2, 2, calls.traces[:1])
    assert json.loads(steps_section(alone)["data"])["first"] == ["iterative"] * 2
    assert pair_of(alone) == [calls.traces[0]]
    assert step_pictures(alone) == []


def texts(svg):
    """The words that are seen without movement."""
    groups = (group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.get("opacity") != "0")
    return ["".join(node.itertext()) for group in groups for node in group.iter(f"{SVG}text")]


def test_the_picture_stands_where_the_stack_is_deepest(calls):
    figure = call_through(calls)
    words = texts(figure.still)
    assert {"loop", "recursion", "tree sum, depth 2, width 2", "1 frame", "3 frames"} <= {*words}
    assert sum(text.startswith("recursive") for text in words) == 3
    assert texts(figure.svg) == words
    [seconds] = re.findall(r"animation: ([\d.]+)s linear infinite", figure.svg)
    assert 10 <= float(seconds) <= 33


def test_long_calls_play_faster():
    problem = PROBLEMS["merge_sort"]
    traced = tuple(trace_call(problem, problem.by_name[name], 2, 2) for name in ("iterative", "recursive"))
    svg = call_through(CallTraces(problem.name, problem.title, 2, 2, traced)).svg
    [seconds] = re.findall(r"animation: ([\d.]+)s linear infinite", svg)
    assert float(seconds) <= 33


def test_what_a_program_says_is_text_and_no_drawing():
    nasty = CallTraces("p", NASTY, 1, 1, (one_line("a", NASTY), one_line("b", NASTY)))
    root = ET.fromstring(call_through(nasty).svg)
    assert not [*root.iter(f"{SVG}script")]
    assert any(NASTY[:8] in text for text in texts(call_through(nasty).svg))


def test_boxes_stand_where_the_values_say():
    trace = one_line("mine", "7")
    frame, row, gives = frame_boxes(trace, 0, 480)
    assert (frame.kind, frame.text, gives.text) == ("frame top", "f", "→ 7")
    assert row.text.startswith("n = </script>")
    box, left_out, item = held_boxes(trace, 0, 480)
    assert (box.text, left_out.text, item.kind) == ("held", "… 2 more", "item")
    assert box.x + box.width <= 480
    frames, heap, mark = bar_boxes(trace, 0, 200, 100)
    assert (frames.width, heap.x, heap.width, mark.x) == (119, 120, 79, 199)


def test_plot_draws_the_call_and_its_profile(home):
    plots = home / "plots"
    assert main(["plot", "--results", str(home), "--plots", str(plots)]) == 0
    assert {path.name for path in plots.iterdir()} >= {"step_through.svg", "step_through.png", "call_profile.svg", "call_profile.png"}
    assert "memory_profile.svg" not in {path.name for path in plots.iterdir()}, "which is of networks"


def test_the_profile_goes_up_and_comes_down_as_recorded(home):
    [results] = read_results(home, print)
    with mpl.rc_context(STYLE):
        figure = call_profile(results.memory)
    [ax] = figure.axes
    lines = {line.get_label(): [*zip(*line.get_data(), strict=True)] for line in ax.get_lines()}
    assert lines == {
        "loop: 232 bytes at most": [(0, 144), (0.5, 232), (1, 176)],
        "recursion: 320 bytes at most": [(0, 136), (0.5, 320), (1, 168)],
    }
    assert ax.get_title(loc="left") == "Tree sum, depth 6, width 2"
    assert ax.get_ylabel() == "bytes alive, above the start"
    assert ax.get_ylim()[0] == 0
    assert call_profile(results.memory, narrow=True).get_figwidth() == NARROW_IN
    assert [picture.name for picture in memory_pictures(results.memory)] == ["call_profile"]
