"""`report`: results/report.html, from the CSVs."""

from __future__ import annotations

import argparse

from bench.analyse.findings import findings
from bench.analyse.limits import limit_findings
from bench.analyse.training import outcomes
from bench.record.limits import machines_limits
from bench.record.memory import read_memory
from bench.record.results import read_results
from bench.record.tables import Table
from bench.show.console import Screen
from bench.show.limit_report import limit_section
from bench.show.memory_report import memory_section
from bench.show.report import Results, render


def report(options: argparse.Namespace, screen: Screen) -> None:
    """Write the report of what is in the results folder.

    Raises:
        BadInput: a file in it cannot be read.
        NothingMeasured: there is nothing in it.

    """
    machine, summary, times = read_results(options.results, screen.warn)
    baseline = machine.get("settings", {}).get("baseline", summary["baseline"].iloc[0])
    training = outcomes(Table(options.results, "training.csv").read(screen.warn))
    deep = machines_limits(Table(options.results, "limits.csv"), machine.get("machine", ""), screen.warn)
    limits = limit_section(deep, limit_findings(deep))
    clarity = Table(options.results, "clarity.csv").read(screen.warn)
    memory = memory_section(read_memory(options.results, machine.get("machine", ""), screen.warn))
    path = options.results / "report.html"
    results = Results(machine, summary, times, findings(times, baseline), training, clarity, memory, limits)
    path.write_text(render(results), "utf-8")
    screen.say(f"the report is in {path}")
