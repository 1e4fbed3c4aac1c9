"""Exports: time.csv in the formats of other tools, one file a format."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bench.lazy import lazily

if TYPE_CHECKING:
    from bench.record.time_parts.rows import TimeRows

    Exporter = Callable[[dict[str, Any], TimeRows], bytes]  # machine.json and rows of time.csv -> the file

FORMATS: dict[str, Exporter] = {
    "pytest-benchmark": lazily("bench.record.exports.as_pytest_benchmark:pytest_benchmark"),
    "pyperf": lazily("bench.record.exports.as_pyperf:pyperf"),
    "parquet": lazily("bench.record.exports.as_parquet:parquet"),
}
