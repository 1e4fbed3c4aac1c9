"""The trio as pytest-benchmark times it; `sessions` runs pytest on this file."""

from __future__ import annotations

from typing import Any

import pytest

from bench.measure.other_tools.trio import SUBJECTS, functions
from bench.measure.subjects.ready import Step


@pytest.fixture(scope="module")
def trio() -> dict[str, Step]:
    """One set of functions for all tests, so that they work in the same buffers."""
    return functions()


@pytest.mark.parametrize("subject", SUBJECTS)
def test(benchmark: Any, trio: dict[str, Step], subject: str) -> None:
    """One function, for as long as the command line says."""
    benchmark(trio[subject])
