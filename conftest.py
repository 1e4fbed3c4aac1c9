"""The wiring between pytest and the harness.

`pytest` runs the tests. `pytest --benchmark-only` times a sweep's grid, or a problem's, through pytest-benchmark instead,
and prints recursion against iteration for each depth and width at the end.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.measure.workers.environment import BLAS_VARIABLES

os.environ.update(dict.fromkeys(BLAS_VARIABLES, "1"))  # before NumPy is imported, or it comes too late

BENCHMARKS = Path(__file__).parent / "bench" / "test_benchmarks.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --sweep and --problem: which grid --benchmark-only times."""
    parser.addoption("--sweep", help="with --benchmark-only: a sweep's name or its TOML file (quick)")
    parser.addoption("--problem", help="with --benchmark-only: a problem's name or its Python file, in place of backpropagation")


def pytest_configure(config: pytest.Config) -> None:
    """Let hypothesis try the same examples in every run, so that a verdict on the code hangs on the code alone.

    `--hypothesis-profile default` draws new ones.
    """
    if config.pluginmanager.hasplugin("hypothesispytest") and not config.getoption("hypothesis_profile"):
        from hypothesis import settings

        settings.register_profile("repeatable", derandomize=True)
        settings.load_profile("repeatable")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the benchmarks out of a run of the tests, and the tests out of a run of the benchmarks."""
    if collection_path.suffix != ".py" or collection_path.name == "conftest.py":
        return None
    return (collection_path == BENCHMARKS) != config.getoption("benchmark_only") or None


@pytest.fixture(scope="session", autouse=True)
def _kept_frozen() -> Iterator[None]:
    """What is frozen stays so: each visit and each reading of memory begins with a collection, of all that is not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gc, "unfreeze", lambda: None)
        yield


@pytest.fixture(scope="module", autouse=True)
def _frozen(_kept_frozen: None) -> None:
    """Leave what is loaded so far out of every collection: beside the libraries of all tests, it takes most of their time."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _own_recursion_limit() -> Iterator[None]:
    """A test that raises the recursion limit raises it for itself."""
    limit = sys.getrecursionlimit()
    yield
    sys.setrecursionlimit(limit)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are made of the facts and not rendered, which takes longer than all else that a report or a plot does."""
    monkeypatch.setattr("bench.show.figures.pictures._bytes", lambda figure, **settings: b"<svg></svg>")


@pytest.fixture(scope="module")
def fewest_rounds() -> Iterator[None]:
    """Visits have the fewest rounds that there may be, whatever the budget; there are as many passes as intervals need."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bench.verbs.running.timing.VISIT_S", 0.0)
        patch.setattr("bench.verbs.running.timing.PASSES_PACED", 10**9)
        yield


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A benchmark for every contender of every cell."""
    if "cell" in metafunc.fixturenames and "contender" in metafunc.fixturenames:
        from bench.test_benchmarks import grid, short_ids

        points = grid(metafunc.config.getoption("sweep"), metafunc.config.getoption("problem"))
        metafunc.parametrize(("cell", "contender"), points, ids=short_ids(points))


@pytest.hookimpl(trylast=True)  # after pytest-benchmark's own table
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """After the table: recursion against iteration, group by group."""
    session = getattr(config, "_benchmarksession", None)
    if session and session.benchmarks:
        from bench.test_benchmarks import left_out_lines, ratio_lines

        terminalreporter.section("recursion against iteration")
        for line in (*left_out_lines(), *ratio_lines(session.benchmarks)):
            terminalreporter.write_line(line)
