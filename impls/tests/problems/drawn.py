"""What the tests of the problems run over: every implementation of each, and sizes that hypothesis draws."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from impls.problems import PROBLEMS

DEPTHS = st.integers(0, 6)
WIDTHS = st.integers(1, 3)
SEEDS = st.integers(0, 2**32)
UNHURRIED = settings(deadline=None)
EVERY_PROBLEM = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
EVERY_SOLUTION = pytest.mark.parametrize(
    ("problem", "solution"),
    [
        pytest.param(problem, solution, id=f"{problem.name}-{solution.name}")
        for problem in PROBLEMS.values()
        for solution in problem.implementations
    ],
)


def of(module):
    """The implementations of one problem."""
    return pytest.mark.parametrize("solve", [solution.function for solution in module.problem.implementations], ids=module.problem.by_name)
