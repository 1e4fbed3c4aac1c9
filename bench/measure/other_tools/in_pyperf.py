"""The trio as pyperf times it: some processes for each function, one function after the other."""

from __future__ import annotations

import pyperf

from bench.measure.other_tools.trio import functions

if __name__ == "__main__":
    runner = pyperf.Runner()
    for subject, function in functions().items():
        runner.bench_func(subject, function)
