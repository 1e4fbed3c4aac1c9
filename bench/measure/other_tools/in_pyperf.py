"""The trio as pyperf times it: some processes for each function, one function after the other."""

from __future__ import annotations

import sys

import pyperf

from bench.measure.other_tools.trio import functions
from bench.measure.workers.process import run_module

if __name__ == "__main__":
    _, *this_program = run_module(sys.executable, __spec__.name)  # as which pyperf is to start its own processes
    runner = pyperf.Runner(program_args=tuple(this_program))
    for subject, function in functions().items():
        runner.bench_func(subject, function)
