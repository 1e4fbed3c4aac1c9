"""The trio as pytest-benchmark times it; run by pytest, from `sessions`."""

from __future__ import annotations

from typing import Any

import pytest

from bench.measure.others.trio import SUBJECTS, functions

FUNCTIONS = functions()


@pytest.mark.parametrize("subject", SUBJECTS)
def test(benchmark: Any, subject: str) -> None:
    """One function, for as long as the command line says."""
    benchmark(FUNCTIONS[subject])
