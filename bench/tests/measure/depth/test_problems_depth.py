"""The depth of problems: nothing is searched twice, time that runs out ends a search, and a file that cannot be run is skipped."""

import sys
from dataclasses import dataclass

import pytest

from bench.measure.depth import study
from bench.measure.depth.study import Studied, Subjects, implementation_limits
from bench.measure.depth.trial_conditions import TrialConditions
from bench.measure.depth.trials import Guard, Trial, TrialResult
from bench.plan.depth import AS_IT_COMES, LIMIT_RAISED
from bench.tests.fixtures.odd_problems import own

GUARD = Guard(2**30)
HERE = Studied("3.x", sys.executable, GUARD, TrialConditions(1_000, None))
BOTH = (AS_IT_COMES, LIMIT_RAISED)
tried: list[tuple[str, bool, int]] = []


@dataclass
class FakeTrial:
    """A loop without a limit, a recursion that stops at 990 calls or at 5 000, and one whose time runs out from 40 on."""

    python: str
    subject: str
    setting: object
    guard: Guard
    files: object
    problem: str
    may_be_slow: bool

    def __call__(self, depth):
        tried.append((self.subject, self.setting == LIMIT_RAISED, depth))
        most = {"loop": 10**9, "branching": 39}.get(self.subject, 5_000 if self.setting == LIMIT_RAISED else 990)
        return TrialResult("ok" if depth <= most else "timeout" if self.subject == "branching" else "recursion_error")


@pytest.fixture
def limits(monkeypatch):
    monkeypatch.setattr(study, "Trial", FakeTrial)
    tried.clear()
    found = implementation_limits(HERE, Subjects(["loop", "recursion", "branching"], cap=100_000, problem="fib", settings=BOTH))
    return {(limit.impl, limit.recursion_limit == 1_000): limit for limit in found}


def test_each_implementation_has_its_own_depth(limits):
    assert {key: (limit.deepest_ok, limit.first_failure, limit.status) for key, limit in limits.items()} == {
        ("loop", True): (100_000, None, "ok"),
        ("loop", False): (100_000, None, "ok"),
        ("recursion", True): (990, 991, "recursion_error"),
        ("recursion", False): (pytest.approx(5_000, rel=0.01), pytest.approx(5_000, rel=0.01), "recursion_error"),
        ("branching", True): (32, 64, "timeout"),
        ("branching", False): (32, 64, "timeout"),
    }
    assert {limit.problem for limit in limits.values()} == {"fib"}


def test_with_the_limit_raised_the_search_goes_on_from_where_it_was(limits):
    assert [depth for name, raised, depth in tried if name == "loop" and raised] == [100_000]
    assert min(depth for name, raised, depth in tried if name == "recursion" and raised) > 990
    assert [depth for name, raised, depth in tried if name == "branching" and raised] == [32]


@pytest.mark.parametrize("more", ["import no_such_library", "raise AttributeError('new in 3.99')", "print('no syntax'"])
def test_a_file_that_this_python_cannot_run_is_skipped_with_the_reason(tmp_path, more):
    (tmp_path / "mine.py").write_text(own(more))
    trial = Trial(sys.executable, "recursive", AS_IT_COMES, GUARD, problem=str(tmp_path / "mine.py"))
    result = trial(10)
    assert result.status == "skipped"
    assert result.detail.startswith("its file cannot be run on this Python (")


def test_a_call_that_fails_is_no_reason_to_skip_it(tmp_path):
    (tmp_path / "mine.py").write_text(own("def recursive(numbers):\n    return {}[0]"))
    trial = Trial(sys.executable, "recursive", AS_IT_COMES, GUARD, problem=str(tmp_path / "mine.py"))
    assert trial(10) == TrialResult("error", "KeyError: 0")


CHAIN = """
def setup(depth, width, rng):
    return [1, setup(depth - 1, width, rng)] if depth else []


def iterative(chain):
    total = 0
    while chain:
        number, chain = chain
        total += number
    return total


def recursive(chain):
    return chain[0] + recursive(chain[1]) if chain else 0
"""


def searched(tmp_path, more, names, settings=BOTH):
    (tmp_path / "mine.py").write_text(own(more))
    subjects = Subjects(names, cap=3_000, problem="sums", source=str(tmp_path / "mine.py"), settings=settings)
    found = [*implementation_limits(HERE, subjects)]
    return {(limit.impl, limit.recursion_limit == 1_000): (limit.deepest_ok, limit.first_failure, limit.status) for limit in found}


def test_a_setup_that_calls_itself_may_go_deeper_than_python_allows(tmp_path):
    found = searched(tmp_path, CHAIN, ["iterative", "recursive"])
    assert {found["iterative", True], found["iterative", False], found["recursive", False]} == {(3_000, None, "ok")}
    deepest, failed, status = found["recursive", True]
    assert 900 < deepest < 1_000
    assert (failed, status) == (deepest + 1, "recursion_error")


@pytest.mark.parametrize("end", ["raise KeyError('no such tree')", "import os; os._exit(3)", "import ctypes; ctypes.string_at(0)"])
def test_where_setup_makes_no_deeper_input_nobody_has_failed(tmp_path, end):
    shallow = f"def setup(depth, width, rng):\n    if depth > 50:\n        {end}\n    return [1] * depth\n"
    assert searched(tmp_path, shallow, ["iterative"], [AS_IT_COMES]) == {("iterative", True): (50, None, "ok")}


def test_where_setup_makes_no_input_at_all_nothing_is_tried(tmp_path):
    found = searched(tmp_path, "def setup(depth, width, rng):\n    raise KeyError('no such tree')\n", ["iterative"])
    assert found == {("iterative", True): (None, None, "skipped")}
