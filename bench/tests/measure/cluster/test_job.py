"""The job: what travels is all that a pass needs; and a worker with other code is told apart."""

import sys

import psutil
import pytest

from bench.measure.cluster import on_worker
from bench.measure.cluster.job import TASK, packed, pass_timer, unpack
from bench.measure.cluster.same_code import differences, what_is_here
from bench.measure.cluster.wire import assignment_of, plain_assignment, plain_visit, visit_of
from bench.measure.timing.passes import Assignment, Finished
from bench.measure.timing.visit import Measurement
from bench.measure.workers.checking import refused
from bench.measure.workers.known_problems import known_problem
from bench.plan.experiment import prepare
from bench.plan.sweeps import Sweep
from bench.tests.measure.scheduling.judging import CELLS

OWN = """
from impls import Problem

def loop(numbers):
    total = 0
    for number in numbers:
        total += number
    return total

def recursive(numbers, start=0):
    return numbers[start] + recursive(numbers, start + 1) if start < len(numbers) else 0

problem = Problem("sums", lambda depth, width, rng: [*range(depth)], [loop, recursive], depth=[4], width=1)
"""
MORE = """
from impls import Solution

def built_in(numbers):
    return sum(numbers)

another = Solution(built_in)
"""


@pytest.fixture
def experiment(tmp_path):
    """A problem of the user's own with an implementation in a file beside it; both files are gone before anything is measured."""
    (tmp_path / "sums.py").write_text(OWN)
    (tmp_path / "more.py").write_text(MORE)
    problem, more = str(tmp_path / "sums.py"), str(tmp_path / "more.py")
    return prepare(Sweep(name="own", problem=[problem]), [], [more], None, known_problem, refused)


def test_a_pass_is_made_from_what_has_travelled_alone(experiment, tmp_path):
    job = packed(experiment, experiment.cells, 60.0)
    for file in ("sums.py", "more.py"):
        (tmp_path / file).unlink()
    unpack(job, tmp_path / "far" / "away")
    unpack(job, tmp_path / "far" / "away")  # a second pass finds it there
    assert [path.name for path in (tmp_path / "far").iterdir()] == ["away"]
    [cell] = experiment.cells
    visit = Assignment(cell, 7, ("loop", "recursive", "built_in", "control"), "seed")
    order = {"visit_s": 0.0, "assignments": [plain_assignment(visit)]}
    answer = on_worker.made(tmp_path / "far" / "away", order, lambda: True)
    [finished] = map(visit_of, answer["visits"])
    assert finished.assignment == visit
    assert {row.impl for row in finished.rows} == {*visit.contenders}
    assert {row.status for row in finished.rows} == {"ok"}
    assert answer["hellos"][0]["conditions"]
    assert answer["starts_s"] > 0


def test_batches_travel_as_they_are(tmp_path):
    data = prepare(Sweep(name="tiny", depth=[2], width=[2], batch=[4], impls=["iterative"]), [], [], None, known_problem, refused)
    job = packed(data, data.cells, 60.0)
    unpack(job, tmp_path / "job")
    timer = pass_timer(tmp_path / "job", 0.1, lambda hello: None)
    [(key, path)] = timer.data.items()
    assert key == ("breast_cancer", 4)
    assert path.read_bytes() == job["batches"][0][2]
    assert (timer.baseline, timer.silence_s, timer.visit_s, timer.pythons) == ("iterative", 60.0, 0.1, {"": sys.executable})


def test_jobs_of_other_settings_have_other_names(experiment):
    names = {packed(experiment, experiment.cells, silence_s)["id"] for silence_s in (60.0, 60.0, 61.0)}
    assert len(names) == 2


def test_a_pass_that_nobody_wants_ends_with_all_that_it_has_started(experiment, tmp_path):
    unpack(packed(experiment, experiment.cells, 60.0), tmp_path / "job")
    visit = Assignment(experiment.cells[0], 1, ("loop", "recursive"), "seed")
    family = []

    def wanted():
        family[:] = psutil.Process().children(recursive=True)
        return not any("bench.measure.timing.worker" in " ".join(process.cmdline()) for process in family if process.is_running())

    order = {"visit_s": 600.0, "assignments": [plain_assignment(visit)] * 1000}
    assert on_worker.made(tmp_path / "job", order, wanted) == {"stopped": True}
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive


def test_a_pass_whose_process_breaks_says_how(tmp_path):
    tmp_path.joinpath(TASK).write_text("{}")
    answer = on_worker.made(tmp_path, {"visit_s": 0.1, "assignments": []}, lambda: True)
    assert answer["failed"].startswith("error: ")
    assert "KeyError" in answer["failed"]


def test_visits_travel_unchanged():
    rows = (Measurement("loop", 0, 1, 5, 1.5, 2.5, 0.0, start_depth=3), Measurement("recursive", status="error", detail="x"))
    visit = Finished(Assignment(CELLS[0], 3, ("loop", "recursive"), "s"), rows, 1.25, 0.5)
    assert visit_of(plain_visit(visit)) == visit
    assert assignment_of(plain_assignment(visit.assignment)) == visit.assignment


def test_the_same_code_is_no_difference_and_other_code_is_named():
    here = what_is_here(["numpy"])
    assert differences(here, here) == []
    assert {"impls.layers", "impls.recursive", "bench.measure.timing.visit", "bench.plan.cells"} <= here["code"].keys()
    assert not [module for module in here["code"] if ".tests" in module or module.startswith(("bench.show", "bench.verbs"))]
    code = {**here["code"], "impls.layers": "other", "impls.mine": "new"}
    assert differences(here, {**here, "code": code}) == ["other code in impls.layers, impls.mine"]
    assert differences(here, {**here, "python": "CPython 3.9.1"}) == [f"Python CPython 3.9.1 in place of {here['python']}"]
    assert differences(here, {**here, "libraries": {}}) == [f"numpy none in place of {here['libraries']['numpy']}"]
    many = {f"impls.m{number}": "x" for number in range(5)}
    assert differences(here, {**here, "code": here["code"] | many}) == ["other code in impls.m0, impls.m1, impls.m2 and 2 more"]
