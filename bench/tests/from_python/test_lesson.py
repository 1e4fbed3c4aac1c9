"""The lesson runs from top to bottom, and what is committed was put out by such a run."""

import ast
import re
import time

import pytest

from bench.tests.places import ROOT

pytest.importorskip("nbclient", reason="nbclient is not installed; `make setup` brings it")
pytest.importorskip("ipykernel", reason="ipykernel is not installed; `make setup` brings it")

from bench.tests.from_python import run_lesson

WITHIN_S = 900  # it takes less than three minutes on two idle cores
BUDGET = re.compile(r"budget_s=\d+")
PARTS = ("One network, two programs", "A limit", "Time, the usual way", "Time, side by side", "Memory", "Depth", "Your turn: a tree")


@pytest.fixture(scope="module")
def lesson():
    return run_lesson.read()


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def said(notebook, cell_id):
    """What a cell has put out, as a terminal would show it."""
    [cell] = [cell for cell in notebook.cells if cell.id == cell_id]
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)


@pytest.fixture(scope="module")
def run():
    """Measured for a few seconds where a class takes some more: fewer passes, the same program."""
    notebook = run_lesson.read()
    for cell in code(notebook):
        cell.source = BUDGET.sub("budget_s=6", cell.source)
    start = time.monotonic()
    return run_lesson.tidied(run_lesson.executed(notebook)), time.monotonic() - start


def test_it_runs_from_top_to_bottom(run):
    """Its own asserts are the equality to the last bit, the peaks, the depths and the exercise; nbclient raises what a cell raises."""
    notebook, took_s = run
    assert [cell.execution_count for cell in code(notebook)] == [*range(1, len(code(notebook)) + 1)]
    assert not [output for cell in code(notebook) for output in cell.outputs if output.output_type == "error"]
    assert took_s < WITHIN_S


def test_a_run_puts_out_what_is_committed_but_for_figures(run, lesson):
    for cell_id in ("same", "limit-raised", "peaks-derived", "exercise-check"):
        assert said(run[0], cell_id) == said(lesson, cell_id) != ""
    kinds = [[(cell.id, output.output_type) for cell in code(notebook) for output in cell.outputs] for notebook in (run[0], lesson)]
    assert set(kinds[0]) <= set(kinds[1])  # a busy machine may leave no interval for a figure
    assert run_lesson.paths_in(run[0]) == []


def test_what_is_committed_was_put_out_by_one_run(lesson):
    assert [cell.execution_count for cell in code(lesson)] == [*range(1, len(code(lesson)) + 1)]
    assert run_lesson.tidied(lesson) == lesson
    assert run_lesson.paths_in(lesson) == []
    assert said(lesson, "same") == "equal to the last bit\n"


def test_readers_of_the_stored_file_see_tables_and_figures(lesson):
    for cell_id in ("side-by-side", "solution-versus"):
        [cell] = [cell for cell in lesson.cells if cell.id == cell_id]
        kinds = [kind for output in cell.outputs for kind in output.data]
        assert "image/png" in kinds
        assert "<table>" in "".join(output.data.get("text/html", "") for output in cell.outputs)


def test_a_path_of_the_machine_is_found():
    notebook = run_lesson.read()
    code(notebook)[0].outputs = [
        {"output_type": "stream", "name": "stdout", "text": "in /home/ada/lesson.py, and 3/4 of http://a.org/tmp/b"}
    ]
    assert run_lesson.paths_in(notebook) == ["/home/ada/lesson.py"]


def test_the_parts_are_those_of_the_plan(lesson):
    words = "\n".join(cell.source for cell in lesson.cells if cell.cell_type == "markdown")
    assert re.findall(r"^## \d\. (.*)", words, re.MULTILINE) == [*PARTS]
    rows = re.findall(r"^\| \d\. (.*?) \| (\d+) \|", words, re.MULTILINE)
    assert [part for part, _ in rows] == [*PARTS]
    assert sum(int(minutes) for _, minutes in rows) == 60
    assert all((ROOT / "docs" / page).exists() for page in re.findall(r"\]\(([\w-]+\.md)\)", words))


def test_each_program_has_thirty_lines_at_most(lesson):
    source = "\n".join(cell.source for cell in code(lesson))
    lengths = {node.name: node.end_lineno - node.lineno + 1 for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    assert lengths["kept_list"] <= 30
    assert lengths["popped_list"] <= 30
    assert lengths["recursive"] + lengths["layer_by_layer"] <= 30


def test_the_solution_is_collapsed(lesson):
    [cell] = [cell for cell in lesson.cells if cell.id == "solution-code"]
    assert cell.metadata.jupyter.source_hidden
    assert "assert check(heaviest_loop)" in cell.source
