"""Exports: time.csv in the formats of other tools, one file a format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from bench.record.exports.as_parquet import parquet
from bench.record.exports.as_pyperf import pyperf
from bench.record.exports.as_pytest_benchmark import pytest_benchmark

Exporter = Callable[[dict[str, Any], pd.DataFrame], bytes]  # machine.json and rows of time.csv -> the file

FORMATS: dict[str, Exporter] = {
    "pytest-benchmark": pytest_benchmark,
    "pyperf": pyperf,
    "parquet": parquet,
}
